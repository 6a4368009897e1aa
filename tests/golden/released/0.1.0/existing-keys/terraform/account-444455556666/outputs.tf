# Written by kmsgen from the intent `existing-keys`: change the intent, not this file.

output "policy_arns" {
  description = "ARNs of the IAM policies, by the principal that they are for."
  value = {
    "arn:aws:iam::444455556666:user/ops" = [
      aws_iam_policy.user_ops.arn,
    ]
  }
}

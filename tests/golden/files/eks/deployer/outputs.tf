# Written by kmsgen from the intent `eks`: change the intent, not this file.

output "policy_arns" {
  description = "ARNs of the IAM policies, by the principal that they are for."
  value = {
    "arn:aws:iam::111122223333:role/platform-ci" = [
      aws_iam_policy.role_platform_ci.arn,
    ]
  }
}

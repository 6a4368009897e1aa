# Written by kmsgen from the intent `aurora`: change the intent, not this file.

output "policy_arns" {
  description = "ARNs of the IAM policies, by the principal that they are for."
  value = {
    "arn:aws:iam::444455556666:role/DisasterRecovery" = [
      aws_iam_policy.role_disasterrecovery.arn,
    ]
  }
}

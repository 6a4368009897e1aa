# Written by kmsgen from the intent `snapshot-reader`: change the intent, not this file.

output "policy_arns" {
  description = "ARNs of the IAM policies, by the principal that they are for."
  value = {
    "arn:aws:iam::111122223333:role/Auditor" = [
      aws_iam_policy.role_auditor.arn,
    ]
  }
}

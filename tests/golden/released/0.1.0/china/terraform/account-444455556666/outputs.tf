# Written by kmsgen from the intent `china`: change the intent, not this file.

output "policy_arns" {
  description = "ARNs of the IAM policies, by the principal that they are for."
  value = {
    "arn:aws-cn:iam::444455556666:role/partner" = [
      aws_iam_policy.role_partner.arn,
    ]
  }
}

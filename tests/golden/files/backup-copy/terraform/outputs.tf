# Written by kmsgen from the intent `backup-copy`: change the intent, not this file.

output "key_arn" {
  description = "ARN of the key."
  value       = aws_kms_key.this.arn
}

output "key_id" {
  description = "Id of the key."
  value       = aws_kms_key.this.id
}

output "alias_arn" {
  description = "ARN of the key's alias."
  value       = aws_kms_alias.this.arn
}

output "alias_name" {
  description = "Name of the key's alias."
  value       = aws_kms_alias.this.name
}

output "policy_arns" {
  description = "ARNs of the IAM policies, by the principal that they are for."
  value = {
    "arn:aws:iam::111122223333:role/KmsAdmin" = [
      aws_iam_policy.role_kmsadmin.arn,
    ]
  }
}

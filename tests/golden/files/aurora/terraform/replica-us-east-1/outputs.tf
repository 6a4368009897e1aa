# Written by kmsgen from the intent `aurora`: change the intent, not this file.

output "key_arn" {
  description = "ARN of the key."
  value       = aws_kms_replica_key.this.arn
}

output "key_id" {
  description = "Id of the key."
  value       = aws_kms_replica_key.this.id
}

output "alias_arn" {
  description = "ARN of the key's alias."
  value       = aws_kms_alias.this.arn
}

output "alias_name" {
  description = "Name of the key's alias."
  value       = aws_kms_alias.this.name
}

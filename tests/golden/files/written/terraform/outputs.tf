# Written by kmsgen from the intent `written`: change the intent, not this file.

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
    "arn:aws:iam::111122223333:role/app" = [
      aws_iam_policy.role_app.arn,
    ]
    "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/us-west-2/AWSReservedSSO_Keys_0123456789abcdef" = [
      aws_iam_policy.role_aws_reserved_sso_amazonaws_com_us_west_2_awsreservedsso_keys_0123456789abcdef_0b6ea315_c2961124.arn,
    ]
    "arn:aws:iam::111122223333:user/batch" = [
      aws_iam_policy.user_batch.arn,
    ]
  }
}

# Written by kmsgen from the intent `existing-keys`: change the intent, not this file.

output "policy_arns" {
  description = "ARNs of the IAM policies, by the principal that they are for."
  value = {
    "arn:aws:iam::111122223333:role/KmsAdmin" = [
      aws_iam_policy.role_kmsadmin.arn,
    ]
    "arn:aws:iam::111122223333:role/app" = [
      aws_iam_policy.role_app.arn,
    ]
  }
}

output "grant_ids" {
  description = "Ids of the grants, by name."
  value = {
    nightly-1234abcd-12ab-34cd-56ef-1234567890ab = aws_kms_grant.nightly_1234abcd_12ab_34cd_56ef_1234567890ab.grant_id
    nightly-abcd1234-12ab-34cd-56ef-1234567890ab = aws_kms_grant.nightly_abcd1234_12ab_34cd_56ef_1234567890ab.grant_id
  }
}

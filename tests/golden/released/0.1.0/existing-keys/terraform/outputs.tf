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
    nightly   = aws_kms_grant.nightly.grant_id
    nightly-2 = aws_kms_grant.nightly_2.grant_id
  }
}

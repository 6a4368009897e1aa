# Written by kmsgen from the intent `identity-center`: change the intent, not this file.

output "policy_arns" {
  description = "ARNs of the IAM policies, by the principal that they are for."
  value = {
    "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/us-west-2/AWSReservedSSO_KeyAdmin_0123456789abcdef" = [
      aws_iam_policy.role_aws_reserved_sso_amazonaws_com_us_west_2_awsreservedsso_keyadmin_0123456789abcdef_d887deef_38bec562.arn,
    ]
  }
}

# Written by kmsgen from the intent `nasty-strings`: change the intent, not this file.

output "policy_arns" {
  description = "ARNs of the IAM policies, by the principal that they are for."
  value = {
    "arn:aws:iam::444455556666:role/partner+ops=a,b.c@d_e-f" = [
      aws_iam_policy.role_partner_ops_a_b_c_d_e_f_0d6d0002.arn,
    ]
  }
}

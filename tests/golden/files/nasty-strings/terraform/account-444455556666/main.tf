# Written by kmsgen from the intent `nasty-strings`: change the intent, not this file.

# The policies name this account: anywhere else they would mean something else.
data "aws_caller_identity" "current" {
  lifecycle {
    postcondition {
      condition     = self.account_id == "444455556666"
      error_message = "This module belongs to account 444455556666."
    }
  }
}

resource "aws_iam_policy" "role_partner_ops_a_b_c_d_e_f_0d6d0002" {
  name        = "nasty-strings-role-partner+ops=a,b.c@d_e-f"
  path        = var.iam_policy_path
  description = "kmsgen, intent nasty-strings: access of arn:aws:iam::444455556666:role/partner+ops=a,b.c@d_e-f"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "UseByPartnerOpsABCDEFWithPrincipalTags"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = var.key_arn
        Condition = {
          StringEquals = {
            "aws:PrincipalTag/team" = "$${aws:PrincipalTag/team}"
          }
        }
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "role_partner_ops_a_b_c_d_e_f_0d6d0002" {
  role       = "partner+ops=a,b.c@d_e-f"
  policy_arn = aws_iam_policy.role_partner_ops_a_b_c_d_e_f_0d6d0002.arn
}

# Written by kmsgen from the intent `payments-data`: change the intent, not this file.

# The policies name this account: anywhere else they would mean something else.
data "aws_caller_identity" "current" {
  lifecycle {
    postcondition {
      condition     = self.account_id == "444455556666"
      error_message = "This module belongs to account 444455556666."
    }
  }
}

resource "aws_iam_policy" "role_partner" {
  name        = "payments-data-role-partner"
  path        = var.iam_policy_path
  description = "kmsgen, intent payments-data: access of arn:aws:iam::444455556666:role/partner"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "UseByPartner"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = var.key_arn
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "role_partner" {
  role       = "partner"
  policy_arn = aws_iam_policy.role_partner.arn
}

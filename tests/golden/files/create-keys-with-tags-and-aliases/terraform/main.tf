# Written by kmsgen from the intent `create-keys-with-tags-and-aliases`: change the intent, not this file.

# The policies name this account: anywhere else they would mean something else.
data "aws_caller_identity" "current" {
  lifecycle {
    postcondition {
      condition     = self.account_id == "111122223333"
      error_message = "This module belongs to account 111122223333."
    }
  }
}

resource "aws_iam_policy" "role_developer" {
  name        = "create-keys-with-tags-and-aliases-role-Developer"
  path        = var.iam_policy_path
  description = "kmsgen, intent create-keys-with-tags-and-aliases: access of arn:aws:iam::111122223333:role/Developer"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "UseByDeveloper"
        Effect   = "Allow"
        Action   = "kms:CreateAlias"
        Resource = "arn:aws:kms:*:111122223333:alias/*"
      },
      {
        Sid    = "UseByDeveloper2"
        Effect = "Allow"
        Action = [
          "kms:CreateKey",
          "kms:ListAliases",
          "kms:ListKeys",
        ]
        Resource = "*"
      },
      {
        Sid      = "UseByDeveloper3"
        Effect   = "Allow"
        Action   = "kms:TagResource"
        Resource = "arn:aws:kms:*:111122223333:key/*"
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "role_developer" {
  role       = "Developer"
  policy_arn = aws_iam_policy.role_developer.arn
}

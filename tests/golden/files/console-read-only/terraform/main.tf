# Written by kmsgen from the intent `console-read-only`: change the intent, not this file.

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
  name        = "console-read-only-role-Developer"
  path        = var.iam_policy_path
  description = "kmsgen, intent console-read-only: access of arn:aws:iam::111122223333:role/Developer"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "UseByDeveloper"
        Effect = "Allow"
        Action = [
          "iam:ListRoles",
          "iam:ListUsers",
          "kms:ListAliases",
          "kms:ListKeys",
          "tag:GetResources",
        ]
        Resource = "*"
      },
      {
        Sid    = "UseByDeveloper2"
        Effect = "Allow"
        Action = [
          "kms:DescribeKey",
          "kms:GetKeyPolicy",
          "kms:GetKeyRotationStatus",
          "kms:GetPublicKey",
          "kms:ListKeyPolicies",
          "kms:ListResourceTags",
        ]
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

# Written by kmsgen from the intent `deny-disable-and-delete`: change the intent, not this file.

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
  name        = "deny-disable-and-delete-role-Developer"
  path        = var.iam_policy_path
  description = "kmsgen, intent deny-disable-and-delete: access of arn:aws:iam::111122223333:role/Developer"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "DenyDeleteByDeveloper"
        Effect = "Deny"
        Action = [
          "kms:DeleteImportedKeyMaterial",
          "kms:DisableKey",
          "kms:ScheduleKeyDeletion",
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

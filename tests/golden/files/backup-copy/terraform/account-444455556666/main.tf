# Written by kmsgen from the intent `backup-copy`: change the intent, not this file.

# The policies name this account: anywhere else they would mean something else.
data "aws_caller_identity" "current" {
  lifecycle {
    postcondition {
      condition     = self.account_id == "444455556666"
      error_message = "This module belongs to account 444455556666."
    }
  }
}

resource "aws_iam_policy" "role_backupcopy" {
  name        = "backup-copy-role-BackupCopy"
  path        = var.iam_policy_path
  description = "kmsgen, intent backup-copy: access of arn:aws:iam::444455556666:role/BackupCopy"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ServiceBackup"
        Effect = "Allow"
        Action = [
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:GenerateDataKey",
        ]
        Resource = var.key_arn
      },
      {
        Sid      = "ServiceBackupWithGrantsForAWSResourcesThroughServicesWithEncryptionContext"
        Effect   = "Allow"
        Action   = "kms:CreateGrant"
        Resource = var.key_arn
        Condition = {
          Bool = {
            "kms:GrantIsForAWSResource" = "true"
          }
          "ForAnyValue:StringEquals" = {
            "kms:EncryptionContextKeys" = "aws:backup:backup-vault"
          }
          StringLike = {
            "kms:ViaService" = "backup.*.amazonaws.com"
          }
        }
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "role_backupcopy" {
  role       = "BackupCopy"
  policy_arn = aws_iam_policy.role_backupcopy.arn
}

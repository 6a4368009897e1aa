# Written by kmsgen from the intent `aurora`: change the intent, not this file.

# The policies name this account: anywhere else they would mean something else.
data "aws_caller_identity" "current" {
  lifecycle {
    postcondition {
      condition     = self.account_id == "444455556666"
      error_message = "This module belongs to account 444455556666."
    }
  }
}

resource "aws_iam_policy" "role_disasterrecovery" {
  name        = "aurora-role-DisasterRecovery"
  path        = var.iam_policy_path
  description = "kmsgen, intent aurora: access of arn:aws:iam::444455556666:role/DisasterRecovery"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "UseByDisasterRecoveryThroughServices"
        Effect = "Allow"
        Action = [
          "kms:Decrypt",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
        ]
        Resource = var.key_arn
        Condition = {
          StringEquals = {
            "kms:ViaService" = "rds.us-west-2.amazonaws.com"
          }
        }
      },
      {
        Sid    = "UseByDisasterRecoveryThroughServices2"
        Effect = "Allow"
        Action = [
          "kms:Decrypt",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
        ]
        Resource = "arn:aws:kms:us-east-1:111122223333:key/${split("/", var.key_arn)[1]}"
        Condition = {
          StringEquals = {
            "kms:ViaService" = "rds.us-east-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "ServiceRdsWithGrantsForAWSResourcesThroughServices"
        Effect   = "Allow"
        Action   = "kms:CreateGrant"
        Resource = var.key_arn
        Condition = {
          Bool = {
            "kms:GrantIsForAWSResource" = "true"
          }
          StringEquals = {
            "kms:ViaService" = "rds.us-west-2.amazonaws.com"
          }
        }
      },
      {
        Sid      = "ServiceRdsThroughServices"
        Effect   = "Allow"
        Action   = "kms:DescribeKey"
        Resource = var.key_arn
        Condition = {
          StringEquals = {
            "kms:ViaService" = "rds.us-west-2.amazonaws.com"
          }
        }
      },
      {
        Sid      = "ServiceRdsWithGrantsForAWSResourcesThroughServices2"
        Effect   = "Allow"
        Action   = "kms:CreateGrant"
        Resource = "arn:aws:kms:us-east-1:111122223333:key/${split("/", var.key_arn)[1]}"
        Condition = {
          Bool = {
            "kms:GrantIsForAWSResource" = "true"
          }
          StringEquals = {
            "kms:ViaService" = "rds.us-east-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "ServiceRdsThroughServices2"
        Effect   = "Allow"
        Action   = "kms:DescribeKey"
        Resource = "arn:aws:kms:us-east-1:111122223333:key/${split("/", var.key_arn)[1]}"
        Condition = {
          StringEquals = {
            "kms:ViaService" = "rds.us-east-1.amazonaws.com"
          }
        }
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "role_disasterrecovery" {
  role       = "DisasterRecovery"
  policy_arn = aws_iam_policy.role_disasterrecovery.arn
}

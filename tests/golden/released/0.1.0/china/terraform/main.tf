# Written by kmsgen from the intent `china`: change the intent, not this file.

# The policies name this account: anywhere else they would mean something else.
data "aws_caller_identity" "current" {
  lifecycle {
    postcondition {
      condition     = self.account_id == "111122223333"
      error_message = "This module belongs to account 111122223333."
    }
  }
}

data "aws_region" "current" {
  lifecycle {
    postcondition {
      condition     = self.id == "cn-north-1"
      error_message = "This module belongs to Region cn-north-1."
    }
  }
}

resource "aws_kms_key" "this" {
  description              = "Data in Beijing"
  key_usage                = "ENCRYPT_DECRYPT"
  customer_master_key_spec = "SYMMETRIC_DEFAULT"
  multi_region             = false
  enable_key_rotation      = true
  rotation_period_in_days  = 90
  deletion_window_in_days  = var.deletion_window_in_days
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Deploy by platform ci"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws-cn:iam::111122223333:role/platform-ci"
        }
        Action = [
          "kms:CreateAlias",
          "kms:DeleteAlias",
          "kms:DescribeKey",
          "kms:DisableKey",
          "kms:DisableKeyRotation",
          "kms:EnableKey",
          "kms:EnableKeyRotation",
          "kms:GetKeyPolicy",
          "kms:GetKeyRotationStatus",
          "kms:ListResourceTags",
          "kms:PutKeyPolicy",
          "kms:TagResource",
          "kms:UntagResource",
          "kms:UpdateAlias",
          "kms:UpdateKeyDescription",
        ]
        Resource = "*"
      },
      {
        Sid    = "Administer by KmsAdmin"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws-cn:iam::111122223333:role/KmsAdmin"
        }
        Action = [
          "kms:CancelKeyDeletion",
          "kms:CreateAlias",
          "kms:DeleteAlias",
          "kms:DescribeKey",
          "kms:DisableKey",
          "kms:DisableKeyRotation",
          "kms:EnableKey",
          "kms:EnableKeyRotation",
          "kms:GetKeyLastUsage",
          "kms:GetKeyPolicy",
          "kms:GetKeyRotationStatus",
          "kms:ListGrants",
          "kms:ListKeyPolicies",
          "kms:ListKeyRotations",
          "kms:ListResourceTags",
          "kms:PutKeyPolicy",
          "kms:RevokeGrant",
          "kms:RotateKeyOnDemand",
          "kms:ScheduleKeyDeletion",
          "kms:TagResource",
          "kms:UntagResource",
          "kms:UpdateAlias",
          "kms:UpdateKeyDescription",
        ]
        Resource = "*"
      },
      {
        Sid    = "Use by app through services"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws-cn:iam::111122223333:role/app"
        }
        Action = [
          "kms:Decrypt",
          "kms:Encrypt",
        ]
        Resource = "*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = "s3.cn-north-1.amazonaws.com"
          }
        }
      },
      {
        Sid    = "Use by partner"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws-cn:iam::444455556666:role/partner"
        }
        Action   = "kms:Decrypt"
        Resource = "*"
      },
    ]
  })
  tags = var.tags
}

resource "aws_kms_alias" "this" {
  name          = "alias/cn/data"
  target_key_id = aws_kms_key.this.id
}

resource "aws_iam_policy" "role_kmsadmin" {
  name        = "china-role-KmsAdmin"
  path        = var.iam_policy_path
  description = "kmsgen, intent china: access of arn:aws-cn:iam::111122223333:role/KmsAdmin"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AdministerByKmsAdmin"
        Effect = "Allow"
        Action = [
          "kms:CreateAlias",
          "kms:DeleteAlias",
          "kms:UpdateAlias",
        ]
        Resource = "arn:aws-cn:kms:cn-north-1:111122223333:alias/cn/data"
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "role_kmsadmin" {
  role       = "KmsAdmin"
  policy_arn = aws_iam_policy.role_kmsadmin.arn
}

resource "aws_iam_policy" "role_platform_ci" {
  name        = "china-role-platform-ci"
  path        = var.iam_policy_path
  description = "kmsgen, intent china: access of arn:aws-cn:iam::111122223333:role/platform-ci"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "DeployByPlatformCi"
        Effect = "Allow"
        Action = [
          "kms:CreateAlias",
          "kms:DeleteAlias",
          "kms:UpdateAlias",
        ]
        Resource = "arn:aws-cn:kms:cn-north-1:111122223333:alias/cn/data"
      },
      {
        Sid      = "DeployByPlatformCi2"
        Effect   = "Allow"
        Action   = "kms:ListAliases"
        Resource = "*"
      },
      {
        Sid      = "DeployByPlatformCi3"
        Effect   = "Allow"
        Action   = "kms:CreateKey"
        Resource = "*"
        Condition = {
          Bool = {
            "kms:MultiRegion" = "false"
          }
          StringEquals = {
            "aws:RequestedRegion" = "cn-north-1"
            "kms:KeyOrigin"       = "AWS_KMS"
            "kms:KeySpec"         = "SYMMETRIC_DEFAULT"
            "kms:KeyUsage"        = "ENCRYPT_DECRYPT"
          }
        }
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "role_platform_ci" {
  role       = "platform-ci"
  policy_arn = aws_iam_policy.role_platform_ci.arn
}

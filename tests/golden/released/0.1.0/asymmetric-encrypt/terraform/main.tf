# Written by kmsgen from the intent `asymmetric-encrypt`: change the intent, not this file.

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
      condition     = self.id == "us-west-2"
      error_message = "This module belongs to Region us-west-2."
    }
  }
}

resource "aws_kms_key" "this" {
  description              = ""
  key_usage                = "ENCRYPT_DECRYPT"
  customer_master_key_spec = "RSA_3072"
  multi_region             = false
  deletion_window_in_days  = var.deletion_window_in_days
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Deploy by platform ci"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/platform-ci"
        }
        Action = [
          "kms:CreateAlias",
          "kms:DeleteAlias",
          "kms:DescribeKey",
          "kms:DisableKey",
          "kms:EnableKey",
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
          AWS = "arn:aws:iam::111122223333:role/KmsAdmin"
        }
        Action = [
          "kms:CancelKeyDeletion",
          "kms:CreateAlias",
          "kms:DeleteAlias",
          "kms:DescribeKey",
          "kms:DisableKey",
          "kms:EnableKey",
          "kms:GetKeyLastUsage",
          "kms:GetKeyPolicy",
          "kms:GetPublicKey",
          "kms:ListGrants",
          "kms:ListKeyPolicies",
          "kms:ListResourceTags",
          "kms:PutKeyPolicy",
          "kms:RevokeGrant",
          "kms:ScheduleKeyDeletion",
          "kms:TagResource",
          "kms:UntagResource",
          "kms:UpdateAlias",
          "kms:UpdateKeyDescription",
        ]
        Resource = "*"
      },
      {
        Sid    = "Use by intake"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/intake"
        }
        Action = [
          "kms:Encrypt",
          "kms:GetPublicKey",
        ]
        Resource = "*"
      },
      {
        Sid    = "Use by vault"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/vault"
        }
        Action   = "kms:Decrypt"
        Resource = "*"
      },
    ]
  })
  tags = var.tags
}

resource "aws_kms_alias" "this" {
  name          = "alias/intake"
  target_key_id = aws_kms_key.this.id
}

resource "aws_iam_policy" "role_kmsadmin" {
  name        = "asymmetric-encrypt-role-KmsAdmin"
  path        = var.iam_policy_path
  description = "kmsgen, intent asymmetric-encrypt: access of arn:aws:iam::111122223333:role/KmsAdmin"
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
        Resource = "arn:aws:kms:us-west-2:111122223333:alias/intake"
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
  name        = "asymmetric-encrypt-role-platform-ci"
  path        = var.iam_policy_path
  description = "kmsgen, intent asymmetric-encrypt: access of arn:aws:iam::111122223333:role/platform-ci"
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
        Resource = "arn:aws:kms:us-west-2:111122223333:alias/intake"
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
            "aws:RequestedRegion" = "us-west-2"
            "kms:KeyOrigin"       = "AWS_KMS"
            "kms:KeySpec"         = "RSA_3072"
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

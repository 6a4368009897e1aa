# Written by kmsgen from the intent `ml-kem`: change the intent, not this file.

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

resource "aws_kms_alias" "this" {
  name          = "alias/kem"
  target_key_id = split("/", var.key_arn)[1]
}

resource "aws_kms_key_policy" "this" {
  key_id = split("/", var.key_arn)[1]
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
          "kms:ListGrants",
          "kms:ListResourceTags",
          "kms:PutKeyPolicy",
          "kms:RevokeGrant",
          "kms:TagResource",
          "kms:UntagResource",
          "kms:UpdateAlias",
          "kms:UpdateKeyDescription",
        ]
        Resource = "*"
      },
      {
        Sid    = "Deploy by platform ci grant tunnel 2 with grants to one grantee"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/platform-ci"
        }
        Action   = "kms:CreateGrant"
        Resource = "*"
        Condition = {
          "ForAllValues:StringEquals" = {
            "kms:GrantOperations" = "Decapsulate"
          }
          StringEquals = {
            "kms:GranteePrincipal" = "arn:aws:iam::111122223333:role/tunnel-2"
          }
        }
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
        Sid    = "Use by tunnel"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/tunnel"
        }
        Action = [
          "kms:Decapsulate",
          "kms:Encapsulate",
          "kms:GetPublicKey",
        ]
        Resource = "*"
      },
      {
        Sid    = "Use by peer"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::444455556666:role/peer"
        }
        Action   = "kms:Encapsulate"
        Resource = "*"
      },
    ]
  })
}

resource "aws_iam_policy" "role_kmsadmin" {
  name        = "ml-kem-role-KmsAdmin"
  path        = var.iam_policy_path
  description = "kmsgen, intent ml-kem: access of arn:aws:iam::111122223333:role/KmsAdmin"
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
        Resource = "arn:aws:kms:us-west-2:111122223333:alias/kem"
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
  name        = "ml-kem-role-platform-ci"
  path        = var.iam_policy_path
  description = "kmsgen, intent ml-kem: access of arn:aws:iam::111122223333:role/platform-ci"
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
        Resource = "arn:aws:kms:us-west-2:111122223333:alias/kem"
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
            "kms:KeySpec"         = "ML_KEM_768"
            "kms:KeyUsage"        = "ENCAPSULATE_DECAPSULATE"
          }
        }
      },
      {
        Sid      = "DeployByPlatformCi4"
        Effect   = "Allow"
        Action   = "kms:TagResource"
        Resource = "arn:aws:kms:us-west-2:111122223333:key/*"
        Condition = {
          "ForAllValues:StringEquals" = {
            "aws:TagKeys" = "team"
          }
          StringEquals = {
            "aws:RequestTag/team" = "tunnel"
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

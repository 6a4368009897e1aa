# Written by kmsgen from the intent `written`: change the intent, not this file.

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

data "aws_iam_role" "named" {
  for_each = var.look_up_principals ? {
    platform-ci = "arn:aws:iam::111122223333:role/platform-ci"
  } : {}

  name = each.key

  lifecycle {
    postcondition {
      condition     = self.arn == each.value
      error_message = "The key policy names this role by another path."
    }
  }
}

resource "aws_kms_key" "this" {
  description              = ""
  key_usage                = "ENCRYPT_DECRYPT"
  customer_master_key_spec = "SYMMETRIC_DEFAULT"
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
        Sid    = "Use by partner"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::444455556666:role/partner"
        }
        Action   = "kms:Decrypt"
        Resource = "*"
      },
      {
        Sid    = "Let IAM policies decide for KmsAdmin and AWSReservedSSO Keys 0123456789abcdef"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:root"
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
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::111122223333:role/KmsAdmin",
              "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/us-west-2/AWSReservedSSO_Keys_0123456789abcdef",
            ]
          }
        }
      },
      {
        Sid    = "Let IAM policies decide for app and batch"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:root"
        }
        Action = [
          "kms:Decrypt",
          "kms:Encrypt",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
        ]
        Resource = "*"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::111122223333:role/app",
              "arn:aws:iam::111122223333:user/batch",
            ]
          }
        }
      },
    ]
  })
  tags = var.tags

  depends_on = [data.aws_iam_role.named]

  # To end a key on purpose: docs/ending-a-key.md of kmsgen.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "this" {
  name          = "alias/written/data"
  target_key_id = aws_kms_key.this.id

  # another name is another alias: there is one at any time
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_policy" "role_kmsadmin" {
  name        = "written-role-KmsAdmin"
  path        = var.iam_policy_path
  description = "kmsgen, intent written: access of arn:aws:iam::111122223333:role/KmsAdmin"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AdministerByKmsAdmin"
        Effect = "Allow"
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
        Resource = aws_kms_key.this.arn
      },
      {
        Sid    = "AdministerByKmsAdmin2"
        Effect = "Allow"
        Action = [
          "kms:CreateAlias",
          "kms:DeleteAlias",
          "kms:UpdateAlias",
        ]
        Resource = "arn:aws:kms:us-west-2:111122223333:alias/written/data"
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_policy" "role_app" {
  name        = "written-role-app"
  path        = var.iam_policy_path
  description = "kmsgen, intent written: access of arn:aws:iam::111122223333:role/app"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "UseByApp"
        Effect = "Allow"
        Action = [
          "kms:Decrypt",
          "kms:Encrypt",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
        ]
        Resource = aws_kms_key.this.arn
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_policy" "role_aws_reserved_sso_amazonaws_com_us_west_2_awsreservedsso_keys_0123456789abcdef_0b6ea315_c2961124" {
  name        = "written-role-aws-reserved-sso.amazonaws.com-us-west-2-AWSReservedSSO_Keys_0123456789abcdef-0b6ea315"
  path        = var.iam_policy_path
  description = "kmsgen, intent written: access of arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/us-west-2/AWSReservedSSO_Keys_0123456789abcdef"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AdministerByAWSReservedSSOKeys0123456789abcdef"
        Effect = "Allow"
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
        Resource = aws_kms_key.this.arn
      },
      {
        Sid    = "AdministerByAWSReservedSSOKeys0123456789abcdef2"
        Effect = "Allow"
        Action = [
          "kms:CreateAlias",
          "kms:DeleteAlias",
          "kms:UpdateAlias",
        ]
        Resource = "arn:aws:kms:us-west-2:111122223333:alias/written/data"
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_policy" "user_batch" {
  name        = "written-user-batch"
  path        = var.iam_policy_path
  description = "kmsgen, intent written: access of arn:aws:iam::111122223333:user/batch"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "UseByBatch"
        Effect = "Allow"
        Action = [
          "kms:Decrypt",
          "kms:Encrypt",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
        ]
        Resource = aws_kms_key.this.arn
      },
    ]
  })
  tags = var.tags
}

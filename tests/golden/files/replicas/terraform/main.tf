# Written by kmsgen from the intent `replicas`: change the intent, not this file.

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
  description              = "Orders in two Regions"
  key_usage                = "ENCRYPT_DECRYPT"
  customer_master_key_spec = "SYMMETRIC_DEFAULT"
  multi_region             = true
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
        Sid    = "Deploy by platform ci 2"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/platform-ci"
        }
        Action   = "kms:ReplicateKey"
        Resource = "*"
        Condition = {
          StringEquals = {
            "kms:ReplicaRegion" = [
              "eu-west-1",
              "us-east-1",
            ]
          }
        }
      },
      {
        Sid    = "Use by partner"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::444455556666:role/path/to/partner"
        }
        Action   = "kms:Decrypt"
        Resource = "*"
      },
      {
        Sid    = "Let IAM policies decide for KmsAdmin"
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
          "kms:ReplicateKey",
          "kms:RevokeGrant",
          "kms:RotateKeyOnDemand",
          "kms:ScheduleKeyDeletion",
          "kms:TagResource",
          "kms:UntagResource",
          "kms:UpdateAlias",
          "kms:UpdateKeyDescription",
          "kms:UpdatePrimaryRegion",
        ]
        Resource = "*"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = "arn:aws:iam::111122223333:role/KmsAdmin"
          }
        }
      },
      {
        Sid    = "Let IAM policies decide for orders"
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
            "aws:PrincipalArn" = "arn:aws:iam::111122223333:role/orders"
          }
        }
      },
      {
        Sid    = "Let IAM policies decide for reporting through services"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:root"
        }
        Action   = "kms:Decrypt"
        Resource = "*"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = "arn:aws:iam::111122223333:user/reporting"
          }
          StringEquals = {
            "kms:ViaService" = "s3.us-west-2.amazonaws.com"
          }
        }
      },
    ]
  })
  tags = merge(var.tags, {
    team = "orders"
  })

  depends_on = [data.aws_iam_role.named]

  # To end a key on purpose: docs/ending-a-key.md of kmsgen.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "this" {
  name          = "alias/shared/orders"
  target_key_id = aws_kms_key.this.id

  # another name is another alias: there is one at any time
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_policy" "role_kmsadmin" {
  name        = "replicas-role-KmsAdmin"
  path        = var.iam_policy_path
  description = "kmsgen, intent replicas: access of arn:aws:iam::111122223333:role/KmsAdmin"
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
          "kms:ReplicateKey",
          "kms:RevokeGrant",
          "kms:RotateKeyOnDemand",
          "kms:ScheduleKeyDeletion",
          "kms:TagResource",
          "kms:UntagResource",
          "kms:UpdateAlias",
          "kms:UpdateKeyDescription",
          "kms:UpdatePrimaryRegion",
        ]
        Resource = [
          aws_kms_key.this.arn,
          "arn:aws:kms:eu-west-1:111122223333:key/${aws_kms_key.this.id}",
          "arn:aws:kms:us-east-1:111122223333:key/${aws_kms_key.this.id}",
        ]
      },
      {
        Sid    = "AdministerByKmsAdmin2"
        Effect = "Allow"
        Action = [
          "kms:CreateAlias",
          "kms:DeleteAlias",
          "kms:UpdateAlias",
        ]
        Resource = [
          "arn:aws:kms:us-west-2:111122223333:alias/shared/orders",
          "arn:aws:kms:eu-west-1:111122223333:alias/shared/orders",
          "arn:aws:kms:us-east-1:111122223333:alias/shared/orders",
        ]
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "role_kmsadmin" {
  role       = "KmsAdmin"
  policy_arn = aws_iam_policy.role_kmsadmin.arn
}

resource "aws_iam_policy" "role_orders" {
  name        = "replicas-role-orders"
  path        = var.iam_policy_path
  description = "kmsgen, intent replicas: access of arn:aws:iam::111122223333:role/orders"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "UseByOrders"
        Effect = "Allow"
        Action = [
          "kms:Decrypt",
          "kms:Encrypt",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
        ]
        Resource = [
          aws_kms_key.this.arn,
          "arn:aws:kms:eu-west-1:111122223333:key/${aws_kms_key.this.id}",
          "arn:aws:kms:us-east-1:111122223333:key/${aws_kms_key.this.id}",
        ]
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "role_orders" {
  role       = "orders"
  policy_arn = aws_iam_policy.role_orders.arn
}

resource "aws_iam_policy" "user_reporting" {
  name        = "replicas-user-reporting"
  path        = var.iam_policy_path
  description = "kmsgen, intent replicas: access of arn:aws:iam::111122223333:user/reporting"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "UseByReportingThroughServices"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = aws_kms_key.this.arn
        Condition = {
          StringEquals = {
            "kms:ViaService" = "s3.us-west-2.amazonaws.com"
          }
        }
      },
      {
        Sid      = "UseByReportingThroughServices2"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = "arn:aws:kms:eu-west-1:111122223333:key/${aws_kms_key.this.id}"
        Condition = {
          StringEquals = {
            "kms:ViaService" = "s3.eu-west-1.amazonaws.com"
          }
        }
      },
      {
        Sid      = "UseByReportingThroughServices3"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = "arn:aws:kms:us-east-1:111122223333:key/${aws_kms_key.this.id}"
        Condition = {
          StringEquals = {
            "kms:ViaService" = "s3.us-east-1.amazonaws.com"
          }
        }
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_user_policy_attachment" "user_reporting" {
  user       = "reporting"
  policy_arn = aws_iam_policy.user_reporting.arn
}

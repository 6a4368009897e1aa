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
            "kms:ViaService" = [
              "s3.us-west-2.amazonaws.com",
              "s3.eu-west-1.amazonaws.com",
              "s3.us-east-1.amazonaws.com",
            ]
          }
        }
      },
    ]
  })
  tags = merge(var.tags, {
    team = "orders"
  })
}

resource "aws_kms_alias" "this" {
  name          = "alias/shared/orders"
  target_key_id = aws_kms_key.this.id
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

resource "aws_iam_policy" "role_platform_ci" {
  name        = "replicas-role-platform-ci"
  path        = var.iam_policy_path
  description = "kmsgen, intent replicas: access of arn:aws:iam::111122223333:role/platform-ci"
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
        Resource = [
          "arn:aws:kms:us-west-2:111122223333:alias/shared/orders",
          "arn:aws:kms:eu-west-1:111122223333:alias/shared/orders",
          "arn:aws:kms:us-east-1:111122223333:alias/shared/orders",
        ]
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
          StringEquals = {
            "aws:RequestedRegion" = [
              "eu-west-1",
              "us-east-1",
            ]
            "kms:MultiRegionKeyType" = "REPLICA"
          }
        }
      },
      {
        Sid      = "DeployByPlatformCi4"
        Effect   = "Allow"
        Action   = "kms:CreateKey"
        Resource = "*"
        Condition = {
          Bool = {
            "kms:MultiRegion" = "true"
          }
          StringEquals = {
            "aws:RequestedRegion" = "us-west-2"
            "kms:KeyOrigin"       = "AWS_KMS"
            "kms:KeySpec"         = "SYMMETRIC_DEFAULT"
            "kms:KeyUsage"        = "ENCRYPT_DECRYPT"
          }
        }
      },
      {
        Sid    = "DeployByPlatformCi5"
        Effect = "Allow"
        Action = "kms:TagResource"
        Resource = [
          "arn:aws:kms:us-west-2:111122223333:key/*",
          "arn:aws:kms:eu-west-1:111122223333:key/*",
          "arn:aws:kms:us-east-1:111122223333:key/*",
        ]
        Condition = {
          "ForAllValues:StringEquals" = {
            "aws:TagKeys" = "team"
          }
          StringEquals = {
            "aws:RequestTag/team" = "orders"
          }
        }
      },
      {
        Sid      = "DeployByPlatformCi6"
        Effect   = "Allow"
        Action   = "iam:CreateServiceLinkedRole"
        Resource = "arn:aws:iam::111122223333:role/aws-service-role/mrk.kms.amazonaws.com/AWSServiceRoleForKeyManagementServiceMultiRegionKeys"
        Condition = {
          StringEquals = {
            "iam:AWSServiceName" = "mrk.kms.amazonaws.com"
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

resource "aws_iam_policy" "user_reporting" {
  name        = "replicas-user-reporting"
  path        = var.iam_policy_path
  description = "kmsgen, intent replicas: access of arn:aws:iam::111122223333:user/reporting"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "UseByReportingThroughServices"
        Effect = "Allow"
        Action = "kms:Decrypt"
        Resource = [
          aws_kms_key.this.arn,
          "arn:aws:kms:eu-west-1:111122223333:key/${aws_kms_key.this.id}",
          "arn:aws:kms:us-east-1:111122223333:key/${aws_kms_key.this.id}",
        ]
        Condition = {
          StringEquals = {
            "kms:ViaService" = [
              "s3.us-west-2.amazonaws.com",
              "s3.eu-west-1.amazonaws.com",
              "s3.us-east-1.amazonaws.com",
            ]
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

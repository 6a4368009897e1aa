# Written by kmsgen from the intent `eks`: change the intent, not this file.

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
    AWSServiceRoleForAutoScaling = "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    ClusterCreator               = "arn:aws:iam::111122223333:role/ClusterCreator"
    EbsCsiDriver                 = "arn:aws:iam::111122223333:role/EbsCsiDriver"
    KmsAdmin                     = "arn:aws:iam::111122223333:role/KmsAdmin"
    platform-ci                  = "arn:aws:iam::111122223333:role/platform-ci"
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
  description              = "Secrets and volumes of the cluster"
  key_usage                = "ENCRYPT_DECRYPT"
  customer_master_key_spec = "SYMMETRIC_DEFAULT"
  multi_region             = false
  enable_key_rotation      = true
  rotation_period_in_days  = 365
  deletion_window_in_days  = var.deletion_window_in_days
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Let IAM policies decide for account 111122223333"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:root"
        }
        Action = [
          "kms:GetKeyPolicy",
          "kms:PutKeyPolicy",
        ]
        Resource = "*"
      },
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
        Sid    = "Service ebs with grants for AWS resources through services"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/EbsCsiDriver"
        }
        Action   = "kms:CreateGrant"
        Resource = "*"
        Condition = {
          Bool = {
            "kms:GrantIsForAWSResource" = "true"
          }
          StringEquals = {
            "kms:GrantConstraintType" = "EncryptionContextSubset"
            "kms:ViaService"          = "ec2.us-west-2.amazonaws.com"
          }
        }
      },
      {
        Sid    = "Service ebs through services"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/EbsCsiDriver"
        }
        Action = [
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
        ]
        Resource = "*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = "ec2.us-west-2.amazonaws.com"
          }
        }
      },
      {
        Sid    = "Service ec2 autoscaling"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
        }
        Action = [
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:Encrypt",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
        ]
        Resource = "*"
      },
      {
        Sid    = "Service ec2 autoscaling with grants for AWS resources"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
        }
        Action   = "kms:CreateGrant"
        Resource = "*"
        Condition = {
          Bool = {
            "kms:GrantIsForAWSResource" = "true"
          }
        }
      },
      {
        Sid    = "Service eks secrets"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/ClusterCreator"
        }
        Action = [
          "kms:CreateGrant",
          "kms:DescribeKey",
        ]
        Resource = "*"
      },
    ]
  })
  tags = merge(var.tags, {
    cluster = "main"
  })

  depends_on = [data.aws_iam_role.named]

  # To end a key on purpose: docs/ending-a-key.md of kmsgen.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "this" {
  name          = "alias/eks/cluster"
  target_key_id = aws_kms_key.this.id

  # another name is another alias: there is one at any time
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_policy" "role_kmsadmin" {
  name        = "eks-role-KmsAdmin"
  path        = var.iam_policy_path
  description = "kmsgen, intent eks: access of arn:aws:iam::111122223333:role/KmsAdmin"
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
        Resource = "arn:aws:kms:us-west-2:111122223333:alias/eks/cluster"
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "role_kmsadmin" {
  role       = "KmsAdmin"
  policy_arn = aws_iam_policy.role_kmsadmin.arn
}

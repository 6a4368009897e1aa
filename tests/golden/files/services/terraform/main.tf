# Written by kmsgen from the intent `services`: change the intent, not this file.

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
    App      = "arn:aws:iam::111122223333:role/App"
    Batch    = "arn:aws:iam::111122223333:role/Batch"
    Deploy   = "arn:aws:iam::111122223333:role/Deploy"
    Ingest   = "arn:aws:iam::111122223333:role/Ingest"
    KmsAdmin = "arn:aws:iam::111122223333:role/KmsAdmin"
    Reports  = "arn:aws:iam::111122223333:role/Reports"
    Streams  = "arn:aws:iam::111122223333:role/Streams"
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
        Sid    = "Service cloudtrail trail from named sources"
        Effect = "Allow"
        Principal = {
          Service = "cloudtrail.amazonaws.com"
        }
        Action = [
          "kms:Decrypt",
          "kms:DescribeKey",
        ]
        Resource = "*"
        Condition = {
          StringLike = {
            "aws:SourceArn" = "arn:aws:cloudtrail:us-west-2:111122223333:trail/management"
          }
        }
      },
      {
        Sid    = "Service cloudtrail trail with encryption context from named sources"
        Effect = "Allow"
        Principal = {
          Service = "cloudtrail.amazonaws.com"
        }
        Action   = "kms:GenerateDataKey"
        Resource = "*"
        Condition = {
          StringLike = {
            "aws:SourceArn"                            = "arn:aws:cloudtrail:us-west-2:111122223333:trail/management"
            "kms:EncryptionContext:aws:cloudtrail:arn" = "arn:aws:cloudtrail:*:111122223333:trail/*"
          }
        }
      },
      {
        Sid    = "Service principal exports new service amazonaws com from named sources"
        Effect = "Allow"
        Principal = {
          Service = "exports.new-service.amazonaws.com"
        }
        Action = [
          "kms:Decrypt",
          "kms:GenerateDataKey",
        ]
        Resource = "*"
        Condition = {
          StringEquals = {
            "aws:SourceOrgID" = "o-exampleorgid"
          }
        }
      },
      {
        Sid    = "Service s3 sse kms with encryption context"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/Reports"
        }
        Action   = "kms:Decrypt"
        Resource = "*"
        Condition = {
          StringLike = {
            "kms:EncryptionContext:aws:s3:arn" = [
              "arn:aws:s3:::payments",
              "arn:aws:s3:::payments/*",
            ]
          }
        }
      },
      {
        Sid    = "Service s3 sse kms through services with encryption context"
        Effect = "Allow"
        Principal = {
          AWS = [
            "arn:aws:iam::111122223333:role/Batch",
            "arn:aws:iam::111122223333:role/Ingest",
          ]
        }
        Action   = "kms:GenerateDataKey"
        Resource = "*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = "s3.us-west-2.amazonaws.com"
          }
          StringLike = {
            "kms:EncryptionContext:aws:s3:arn" = [
              "arn:aws:s3:::payments",
              "arn:aws:s3:::payments/*",
            ]
          }
        }
      },
      {
        Sid    = "Service secretsmanager through services"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/Deploy"
        }
        Action = [
          "kms:Decrypt",
          "kms:GenerateDataKey",
        ]
        Resource = "*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = "secretsmanager.us-west-2.amazonaws.com"
          }
        }
      },
      {
        Sid    = "Service secretsmanager through services 2"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/App"
        }
        Action   = "kms:Decrypt"
        Resource = "*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = "secretsmanager.us-west-2.amazonaws.com"
          }
        }
      },
      {
        Sid    = "Service sns to sqs from named sources"
        Effect = "Allow"
        Principal = {
          Service = "sns.amazonaws.com"
        }
        Action = [
          "kms:Decrypt",
          "kms:GenerateDataKey",
        ]
        Resource = "*"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = [
              "111122223333",
              "444455556666",
            ]
          }
        }
      },
      {
        Sid    = "Service via kafka with grants for AWS resources through services"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/Streams"
        }
        Action = [
          "kms:CreateGrant",
          "kms:ListGrants",
          "kms:RevokeGrant",
        ]
        Resource = "*"
        Condition = {
          Bool = {
            "kms:GrantIsForAWSResource" = "true"
          }
          StringEquals = {
            "kms:ViaService" = "kafka.us-west-2.amazonaws.com"
          }
        }
      },
      {
        Sid    = "Service via kafka through services"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/Streams"
        }
        Action   = "kms:DescribeKey"
        Resource = "*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = "kafka.us-west-2.amazonaws.com"
          }
        }
      },
      {
        Sid    = "Deny grants to principals"
        Effect = "Deny"
        Principal = {
          AWS = "*"
        }
        Action   = "kms:CreateGrant"
        Resource = "*"
        Condition = {
          BoolIfExists = {
            "aws:PrincipalIsAWSService" = "false"
            "kms:GrantIsForAWSResource" = "false"
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
  name          = "alias/services"
  target_key_id = aws_kms_key.this.id

  # another name is another alias: there is one at any time
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_policy" "role_kmsadmin" {
  name        = "services-role-KmsAdmin"
  path        = var.iam_policy_path
  description = "kmsgen, intent services: access of arn:aws:iam::111122223333:role/KmsAdmin"
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
        Resource = "arn:aws:kms:us-west-2:111122223333:alias/services"
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "role_kmsadmin" {
  role       = "KmsAdmin"
  policy_arn = aws_iam_policy.role_kmsadmin.arn
}

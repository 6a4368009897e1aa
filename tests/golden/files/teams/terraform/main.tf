# Written by kmsgen from the intent `teams`: change the intent, not this file.

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
    KmsAdmin    = "arn:aws:iam::111122223333:role/KmsAdmin"
    operator    = "arn:aws:iam::111122223333:role/operator"
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
        Sid    = "Let IAM policies decide for account 111122223333 2"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:root"
        }
        Action   = "kms:Encrypt"
        Resource = "*"
        Condition = {
          ArnLike = {
            "aws:PrincipalArn" = "arn:aws:iam::111122223333:role/batch/*"
          }
        }
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
          "kms:TagResource",
          "kms:UntagResource",
          "kms:UpdateAlias",
          "kms:UpdateKeyDescription",
        ]
        Resource = "*"
      },
      {
        Sid    = "Use by members of an organization through services"
        Effect = "Allow"
        Principal = {
          AWS = "*"
        }
        Action   = "kms:Decrypt"
        Resource = "*"
        Condition = {
          StringEquals = {
            "aws:PrincipalOrgID" = "o-exampleorgid"
            "kms:ViaService"     = "s3.us-west-2.amazonaws.com"
          }
        }
      },
      {
        Sid    = "Use by app and the like with encryption context"
        Effect = "Allow"
        Principal = {
          AWS = "*"
        }
        Action = [
          "kms:Decrypt",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
        ]
        Resource = "*"
        Condition = {
          ArnLike = {
            "aws:PrincipalArn" = "arn:aws:iam::111122223333:role/app-*"
          }
          StringEquals = {
            "aws:PrincipalAccount"      = "111122223333"
            "kms:EncryptionContext:app" = "payments"
          }
        }
      },
      {
        Sid    = "Use by members of an organization"
        Effect = "Allow"
        Principal = {
          AWS = "*"
        }
        Action   = "kms:DescribeKey"
        Resource = "*"
        Condition = {
          "ForAnyValue:StringLike" = {
            "aws:PrincipalOrgPaths" = "o-otherorgid1/r-ab12/ou-ab12-11111111/*"
          }
        }
      },
      {
        Sid    = "Use by AWSReservedSSO Analyst and the like"
        Effect = "Allow"
        Principal = {
          AWS = "*"
        }
        Action = [
          "kms:DescribeKey",
          "kms:GetKeyLastUsage",
          "kms:GetKeyPolicy",
          "kms:GetKeyRotationStatus",
          "kms:ListGrants",
          "kms:ListKeyPolicies",
          "kms:ListKeyRotations",
          "kms:ListResourceTags",
        ]
        Resource = "*"
        Condition = {
          ArnLike = {
            "aws:PrincipalArn" = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Analyst_*"
          }
          StringEquals = {
            "aws:PrincipalAccount" = "111122223333"
          }
        }
      },
      {
        Sid    = "Use by operator with grants to one grantee but not with grants for AWS resources"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/operator"
        }
        Action   = "kms:CreateGrant"
        Resource = "*"
        Condition = {
          BoolIfExists = {
            "kms:GrantIsForAWSResource" = "false"
          }
          "ForAllValues:StringEquals" = {
            "kms:GrantOperations" = "Decrypt"
          }
          StringEquals = {
            "kms:GrantConstraintType" = "EncryptionContextSubset"
            "kms:GranteePrincipal" = [
              "arn:aws:iam::111122223333:role/batch/a",
              "arn:aws:iam::111122223333:role/batch/b",
            ]
            "kms:RetiringPrincipal" = "arn:aws:iam::111122223333:role/operator"
          }
        }
      },
      {
        Sid    = "Use by ci and the like"
        Effect = "Allow"
        Principal = {
          AWS = "*"
        }
        Action   = "kms:Encrypt"
        Resource = "*"
        Condition = {
          ArnLike = {
            "aws:PrincipalArn" = "arn:aws:iam::444455556666:role/ci-*"
          }
          StringEquals = {
            "aws:PrincipalAccount" = "444455556666"
          }
        }
      },
      {
        Sid    = "Deny delete"
        Effect = "Deny"
        Principal = {
          AWS = "*"
        }
        Action = [
          "kms:DisableKey",
          "kms:ScheduleKeyDeletion",
        ]
        Resource = "*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = "arn:aws:iam::111122223333:role/keepers-*"
          }
        }
      },
      {
        Sid    = "Deny everyone else"
        Effect = "Deny"
        Principal = {
          AWS = "*"
        }
        Action = [
          "kms:CancelKeyDeletion",
          "kms:CreateAlias",
          "kms:CreateGrant",
          "kms:DeleteAlias",
          "kms:DisableKey",
          "kms:DisableKeyRotation",
          "kms:EnableKey",
          "kms:EnableKeyRotation",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyPair",
          "kms:GenerateDataKeyPairWithoutPlaintext",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:GetKeyLastUsage",
          "kms:GetKeyRotationStatus",
          "kms:ListGrants",
          "kms:ListKeyPolicies",
          "kms:ListKeyRotations",
          "kms:ListResourceTags",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
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
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::111122223333:role/KmsAdmin",
              "arn:aws:iam::111122223333:role/app-*",
              "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Analyst_*",
              "arn:aws:iam::111122223333:role/operator",
              "arn:aws:iam::444455556666:role/ci-*",
              "arn:aws:iam::111122223333:role/platform-ci",
              "arn:aws:iam::111122223333:role/batch/a",
              "arn:aws:iam::111122223333:role/batch/b",
            ]
          }
        }
      },
      {
        Sid    = "Deny everyone else but members of an organization"
        Effect = "Deny"
        Principal = {
          AWS = "*"
        }
        Action   = "kms:Decrypt"
        Resource = "*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::111122223333:role/KmsAdmin",
              "arn:aws:iam::111122223333:role/app-*",
              "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Analyst_*",
              "arn:aws:iam::111122223333:role/operator",
              "arn:aws:iam::444455556666:role/ci-*",
              "arn:aws:iam::111122223333:role/platform-ci",
              "arn:aws:iam::111122223333:role/batch/a",
              "arn:aws:iam::111122223333:role/batch/b",
            ]
          }
          StringNotEquals = {
            "aws:PrincipalOrgID" = "o-exampleorgid"
          }
        }
      },
      {
        Sid    = "Deny everyone else but members of an organization 2"
        Effect = "Deny"
        Principal = {
          AWS = "*"
        }
        Action   = "kms:DescribeKey"
        Resource = "*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = [
              "arn:aws:iam::111122223333:role/KmsAdmin",
              "arn:aws:iam::111122223333:role/app-*",
              "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Analyst_*",
              "arn:aws:iam::111122223333:role/operator",
              "arn:aws:iam::444455556666:role/ci-*",
              "arn:aws:iam::111122223333:role/platform-ci",
              "arn:aws:iam::111122223333:role/batch/a",
              "arn:aws:iam::111122223333:role/batch/b",
            ]
          }
          "ForAllValues:StringNotLike" = {
            "aws:PrincipalOrgPaths" = "o-otherorgid1/r-ab12/ou-ab12-11111111/*"
          }
        }
      },
      {
        Sid    = "Deny everyone else but account 111122223333"
        Effect = "Deny"
        Principal = {
          AWS = "*"
        }
        Action = [
          "kms:Encrypt",
          "kms:GetKeyPolicy",
          "kms:PutKeyPolicy",
        ]
        Resource = "*"
        Condition = {
          ArnNotLike = {
            "aws:PrincipalArn" = "arn:aws:iam::444455556666:role/ci-*"
          }
          StringNotEquals = {
            "aws:PrincipalAccount" = "111122223333"
          }
        }
      },
      {
        Sid    = "Deny insecure transport"
        Effect = "Deny"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/operator"
        }
        Action = [
          "kms:CancelKeyDeletion",
          "kms:CreateAlias",
          "kms:CreateGrant",
          "kms:Decrypt",
          "kms:DeleteAlias",
          "kms:DescribeKey",
          "kms:DisableKey",
          "kms:DisableKeyRotation",
          "kms:EnableKey",
          "kms:EnableKeyRotation",
          "kms:Encrypt",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyPair",
          "kms:GenerateDataKeyPairWithoutPlaintext",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:GetKeyLastUsage",
          "kms:GetKeyPolicy",
          "kms:GetKeyRotationStatus",
          "kms:ListGrants",
          "kms:ListKeyPolicies",
          "kms:ListKeyRotations",
          "kms:ListResourceTags",
          "kms:PutKeyPolicy",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
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
          Bool = {
            "aws:SecureTransport" = "false"
          }
        }
      },
      {
        Sid    = "Deny insecure transport 2"
        Effect = "Deny"
        Principal = {
          AWS = "*"
        }
        Action = [
          "kms:CancelKeyDeletion",
          "kms:CreateAlias",
          "kms:CreateGrant",
          "kms:Decrypt",
          "kms:DeleteAlias",
          "kms:DescribeKey",
          "kms:DisableKey",
          "kms:DisableKeyRotation",
          "kms:EnableKey",
          "kms:EnableKeyRotation",
          "kms:Encrypt",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyPair",
          "kms:GenerateDataKeyPairWithoutPlaintext",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:GetKeyLastUsage",
          "kms:GetKeyPolicy",
          "kms:GetKeyRotationStatus",
          "kms:ListGrants",
          "kms:ListKeyPolicies",
          "kms:ListKeyRotations",
          "kms:ListResourceTags",
          "kms:PutKeyPolicy",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
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
          ArnLike = {
            "aws:PrincipalArn" = "arn:aws:iam::111122223333:role/app-*"
          }
          Bool = {
            "aws:SecureTransport" = "false"
          }
        }
      },
    ]
  })
  tags = merge(var.tags, {
    team = "payments"
  })

  depends_on = [data.aws_iam_role.named]

  # To end a key on purpose: docs/ending-a-key.md of kmsgen.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "this" {
  name          = "alias/teams/data"
  target_key_id = aws_kms_key.this.id

  # another name is another alias: there is one at any time
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_policy" "role_kmsadmin" {
  name        = "teams-role-KmsAdmin"
  path        = var.iam_policy_path
  description = "kmsgen, intent teams: access of arn:aws:iam::111122223333:role/KmsAdmin"
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
        Resource = "arn:aws:kms:us-west-2:111122223333:alias/teams/data"
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "role_kmsadmin" {
  role       = "KmsAdmin"
  policy_arn = aws_iam_policy.role_kmsadmin.arn
}

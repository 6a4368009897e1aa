# Written by kmsgen from the intent `identity-center`: change the intent, not this file.

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
    AWSReservedSSO_KeyAdmin_0123456789abcdef      = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/us-west-2/AWSReservedSSO_KeyAdmin_0123456789abcdef"
    AWSReservedSSO_SecurityAudit_00112233445566aa = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/us-west-2/AWSReservedSSO_SecurityAudit_00112233445566aa"
    platform-ci                                   = "arn:aws:iam::111122223333:role/platform-ci"
  } : {}

  name = each.key

  lifecycle {
    postcondition {
      condition     = self.arn == each.value
      error_message = "The key policy names this role by another path."
    }
  }
}

resource "aws_kms_key_policy" "key_n_1234abcd_12ab_34cd_56ef_1234567890ab" {
  key_id = "1234abcd-12ab-34cd-56ef-1234567890ab"
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
          "kms:DescribeKey",
          "kms:GetKeyPolicy",
          "kms:GetKeyRotationStatus",
          "kms:ListResourceTags",
          "kms:PutKeyPolicy",
        ]
        Resource = "*"
      },
      {
        Sid    = "Administer by AWSReservedSSO KeyAdmin 0123456789abcdef"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/us-west-2/AWSReservedSSO_KeyAdmin_0123456789abcdef"
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
        Sid    = "Use by AWSReservedSSO SecurityAudit 00112233445566aa"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/us-west-2/AWSReservedSSO_SecurityAudit_00112233445566aa"
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
      },
      {
        Sid    = "Service iam identity center from named sources"
        Effect = "Allow"
        Principal = {
          Service = [
            "identitystore.amazonaws.com",
            "sso.amazonaws.com",
          ]
        }
        Action   = "kms:DescribeKey"
        Resource = "*"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "111122223333"
          }
        }
      },
      {
        Sid    = "Service iam identity center with encryption context from named sources"
        Effect = "Allow"
        Principal = {
          Service = [
            "identitystore.amazonaws.com",
            "sso.amazonaws.com",
          ]
        }
        Action = [
          "kms:Decrypt",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
        ]
        Resource = "*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:EncryptionContextKeys" = [
              "aws:sso:instance-arn",
              "aws:identitystore:identitystore-arn",
            ]
          }
          StringEquals = {
            "aws:SourceAccount" = "111122223333"
          }
        }
      },
      {
        Sid       = "Service iam identity center through services with encryption context"
        Effect    = "Allow"
        Principal = "*"
        Action    = "kms:Decrypt"
        Resource  = "*"
        Condition = {
          "ForAnyValue:StringEquals" = {
            "kms:EncryptionContextKeys" = [
              "aws:sso:instance-arn",
              "aws:identitystore:identitystore-arn",
            ]
          }
          StringEquals = {
            "aws:PrincipalOrgID" = "o-exampleorgid"
          }
          StringLike = {
            "kms:ViaService" = [
              "sso.*.amazonaws.com",
              "identitystore.*.amazonaws.com",
            ]
          }
        }
      },
      {
        Sid       = "Service iam identity center through services with encryption context from named sources"
        Effect    = "Allow"
        Principal = "*"
        Action    = "kms:Decrypt"
        Resource  = "*"
        Condition = {
          Bool = {
            "aws:PrincipalIsAWSService" = "true"
          }
          "ForAnyValue:StringEquals" = {
            "kms:EncryptionContextKeys" = [
              "aws:sso:instance-arn",
              "aws:identitystore:identitystore-arn",
            ]
          }
          StringEquals = {
            "aws:SourceOrgID" = "o-exampleorgid"
          }
          StringLike = {
            "kms:ViaService" = [
              "sso.*.amazonaws.com",
              "identitystore.*.amazonaws.com",
            ]
          }
        }
      },
    ]
  })

  depends_on = [data.aws_iam_role.named]

  # To end a key on purpose: docs/ending-a-key.md of kmsgen.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_iam_policy" "role_aws_reserved_sso_amazonaws_com_us_west_2_awsreservedsso_keyadmin_0123456789abcdef_d887deef_38bec562" {
  name        = "identity-center-role-aws-reserved-sso.amazonaws.com-us-west-2-AWSReservedSSO_KeyAdmin_0123456789abcdef-d887deef"
  path        = var.iam_policy_path
  description = "kmsgen, intent identity-center: access of arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/us-west-2/AWSReservedSSO_KeyAdmin_0123456789abcdef"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AdministerByAWSReservedSSOKeyAdmin0123456789abcdef"
        Effect = "Allow"
        Action = [
          "kms:CreateAlias",
          "kms:DeleteAlias",
          "kms:UpdateAlias",
        ]
        Resource = "arn:aws:kms:us-west-2:111122223333:alias/*"
      },
    ]
  })
  tags = var.tags
}

moved {
  from = aws_kms_key_policy.this
  to   = aws_kms_key_policy.key_n_1234abcd_12ab_34cd_56ef_1234567890ab
}

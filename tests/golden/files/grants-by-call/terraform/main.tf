# Written by kmsgen from the intent `grants-by-call`: change the intent, not this file.

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
  description              = "Granted"
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
        Sid    = "Deploy by platform ci grant plain with grants to one grantee"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/platform-ci"
        }
        Action   = "kms:CreateGrant"
        Resource = "*"
        Condition = {
          "ForAllValues:StringEquals" = {
            "kms:GrantOperations" = [
              "Decrypt",
              "DescribeKey",
              "RetireGrant",
            ]
          }
          StringEquals = {
            "kms:GranteePrincipal" = "arn:aws:iam::111122223333:role/exporter"
          }
        }
      },
      {
        Sid    = "Deploy by platform ci grant for a service"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/platform-ci"
        }
        Action   = "kms:CreateGrant"
        Resource = "*"
        Condition = {
          ArnEquals = {
            "kms:GrantConstraintSourceArn" = "arn:aws:logs:us-west-2:111122223333:log-group:payments"
          }
          "ForAllValues:StringEquals" = {
            "kms:GrantOperations" = [
              "Decrypt",
              "GenerateDataKey",
            ]
          }
          StringEquals = {
            "kms:GranteeServicePrincipal" = "logs.us-west-2.amazonaws.com"
            "kms:RetiringPrincipal"       = "arn:aws:iam::111122223333:role/KmsAdmin"
          }
        }
      },
      {
        Sid    = "Deploy by platform ci grant to another account with grants to one grantee with encryption contex"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/platform-ci"
        }
        Action   = "kms:CreateGrant"
        Resource = "*"
        Condition = {
          "ForAllValues:StringEquals" = {
            "kms:GrantOperations" = "Encrypt"
          }
          StringEquals = {
            "kms:EncryptionContext:app" = "a"
            "kms:GrantConstraintType"   = "EncryptionContextEquals"
            "kms:GranteePrincipal"      = "arn:aws:iam::444455556666:role/partner"
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
  name          = "alias/granted"
  target_key_id = aws_kms_key.this.id

  # another name is another alias: there is one at any time
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_policy" "role_kmsadmin" {
  name        = "grants-by-call-role-KmsAdmin"
  path        = var.iam_policy_path
  description = "kmsgen, intent grants-by-call: access of arn:aws:iam::111122223333:role/KmsAdmin"
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
        Resource = "arn:aws:kms:us-west-2:111122223333:alias/granted"
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "role_kmsadmin" {
  role       = "KmsAdmin"
  policy_arn = aws_iam_policy.role_kmsadmin.arn
}

resource "aws_kms_grant" "plain" {
  name              = "plain"
  key_id            = aws_kms_key.this.id
  grantee_principal = "arn:aws:iam::111122223333:role/exporter"
  operations = [
    "Decrypt",
    "DescribeKey",
    "RetireGrant",
  ]

  # a grant that changes is made before the one that it was is revoked
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_kms_grant" "to_another_account" {
  name              = "to-another-account"
  key_id            = aws_kms_key.this.id
  grantee_principal = "arn:aws:iam::444455556666:role/partner"
  operations = [
    "Encrypt",
  ]

  constraints {
    encryption_context_equals = {
      app = "a"
    }
  }

  # a grant that changes is made before the one that it was is revoked
  lifecycle {
    create_before_destroy = true
  }
}

# Every grant is made before one is revoked whose place another takes, also where names change.
resource "terraform_data" "grants" {
  input = {
    plain              = aws_kms_grant.plain.grant_id
    to-another-account = aws_kms_grant.to_another_account.grant_id
  }
}

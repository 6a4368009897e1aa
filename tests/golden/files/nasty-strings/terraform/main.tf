# Written by kmsgen from the intent `nasty-strings`: change the intent, not this file.

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
    app         = "arn:aws:iam::111122223333:role/app"
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
  description              = "it's \"quoted\" `id` $(rm -rf /) $${aws_kms_key.this.arn} $$${x} %%{ if true }%%{ endif } \\ {{ template }} <%= 1 %> é 日本 #not-a-comment"
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
        Sid    = "Deploy by platform ci grant a grant 1 with grants to one grantee with encryption context"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/platform-ci"
        }
        Action   = "kms:CreateGrant"
        Resource = "*"
        Condition = {
          "ForAllValues:StringEquals" = {
            "kms:GrantOperations" = "Decrypt"
          }
          StringEquals = {
            "kms:EncryptionContext:app 'x'" = "$(id) `id` \"q\" $x \\ é"
            "kms:GrantConstraintType"       = "EncryptionContextEquals"
            "kms:GranteePrincipal"          = "arn:aws:iam::111122223333:role/exporter"
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
      {
        Sid    = "Use by app with encryption context"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/app"
        }
        Action = [
          "kms:Decrypt",
          "kms:Encrypt",
        ]
        Resource = "*"
        Condition = {
          StringEquals = {
            "kms:EncryptionContext:app" = [
              "$(rm -rf /)",
              "$${aws:PrincipalTag/team}",
              "%%{x}",
              "012",
              "1e3",
              "`id`",
              "a: b",
              "back\\slash",
              "null",
              "q\"uo'te",
              "~",
              "é",
            ]
            "kms:EncryptionContext:key with spaces" = [
              "<&>",
              "{{x}}",
            ]
          }
        }
      },
      {
        Sid    = "Use by partner ops a b c d e f with principal tags"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::444455556666:role/partner+ops=a,b.c@d_e-f"
        }
        Action   = "kms:Decrypt"
        Resource = "*"
        Condition = {
          StringEquals = {
            "aws:PrincipalTag/team" = "$${aws:PrincipalTag/team}"
          }
        }
      },
    ]
  })
  tags = merge(var.tags, {
    Owner           = "Ann = Bob: x@example.com"
    "cost:center/1" = "0012"
    note            = "a = b"
    yes             = "no"
  })

  depends_on = [data.aws_iam_role.named]

  # To end a key on purpose: docs/ending-a-key.md of kmsgen.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "this" {
  name          = "alias/nasty/strings"
  target_key_id = aws_kms_key.this.id

  # another name is another alias: there is one at any time
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_policy" "role_kmsadmin" {
  name        = "nasty-strings-role-KmsAdmin"
  path        = var.iam_policy_path
  description = "kmsgen, intent nasty-strings: access of arn:aws:iam::111122223333:role/KmsAdmin"
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
        Resource = "arn:aws:kms:us-west-2:111122223333:alias/nasty/strings"
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "role_kmsadmin" {
  role       = "KmsAdmin"
  policy_arn = aws_iam_policy.role_kmsadmin.arn
}

resource "aws_kms_grant" "a_grant_1_e0d57d3d" {
  name              = "a-grant_1"
  key_id            = aws_kms_key.this.id
  grantee_principal = "arn:aws:iam::111122223333:role/exporter"
  operations = [
    "Decrypt",
  ]

  constraints {
    encryption_context_equals = {
      "app 'x'" = "$(id) `id` \"q\" $x \\ é"
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
    a-grant_1 = aws_kms_grant.a_grant_1_e0d57d3d.grant_id
  }
}

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

data "aws_iam_role" "named" {
  for_each = var.look_up_principals ? {
    KmsAdmin    = "arn:aws:iam::111122223333:role/KmsAdmin"
    platform-ci = "arn:aws:iam::111122223333:role/platform-ci"
    tunnel      = "arn:aws:iam::111122223333:role/tunnel"
  } : {}

  name = each.key

  lifecycle {
    postcondition {
      condition     = self.arn == each.value
      error_message = "The key policy names this role by another path."
    }
  }
}

resource "aws_kms_alias" "this" {
  name          = "alias/kem"
  target_key_id = split("/", var.key_arn)[1]

  # another name is another alias: there is one at any time
  lifecycle {
    create_before_destroy = true
  }
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

  depends_on = [data.aws_iam_role.named]

  # To end a key on purpose: docs/ending-a-key.md of kmsgen.
  lifecycle {
    prevent_destroy = true
  }
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

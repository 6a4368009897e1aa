# Written by kmsgen from the intent `shared-secret`: change the intent, not this file.

# The policies name this account: anywhere else they would mean something else.
data "aws_caller_identity" "current" {
  lifecycle {
    postcondition {
      condition     = self.account_id == "444455556666"
      error_message = "This module belongs to account 444455556666."
    }
  }
}

resource "aws_iam_policy" "role_partnerapp" {
  name        = "shared-secret-role-PartnerApp"
  path        = var.iam_policy_path
  description = "kmsgen, intent shared-secret: access of arn:aws:iam::444455556666:role/PartnerApp"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ServiceSecretsmanagerThroughServicesWithEncryptionContext"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = var.key_arn
        Condition = {
          StringEquals = {
            "kms:ViaService" = "secretsmanager.us-west-2.amazonaws.com"
          }
          StringLike = {
            "kms:EncryptionContext:SecretARN" = "arn:aws:secretsmanager:us-west-2:111122223333:secret:partner/*"
          }
        }
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "role_partnerapp" {
  role       = "PartnerApp"
  policy_arn = aws_iam_policy.role_partnerapp.arn
}

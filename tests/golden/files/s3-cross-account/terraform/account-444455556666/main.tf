# Written by kmsgen from the intent `s3-cross-account`: change the intent, not this file.

# The policies name this account: anywhere else they would mean something else.
data "aws_caller_identity" "current" {
  lifecycle {
    postcondition {
      condition     = self.account_id == "444455556666"
      error_message = "This module belongs to account 444455556666."
    }
  }
}

resource "aws_iam_policy" "role_partnerreader" {
  name        = "s3-cross-account-role-PartnerReader"
  path        = var.iam_policy_path
  description = "kmsgen, intent s3-cross-account: access of arn:aws:iam::444455556666:role/PartnerReader"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ServiceS3SseKmsThroughServicesWithEncryptionContext"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = var.key_arn
        Condition = {
          StringEquals = {
            "kms:ViaService" = "s3.us-west-2.amazonaws.com"
          }
          StringLike = {
            "kms:EncryptionContext:aws:s3:arn" = [
              "arn:aws:s3:::exchange-111122223333",
              "arn:aws:s3:::exchange-111122223333/*",
            ]
          }
        }
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "role_partnerreader" {
  role       = "PartnerReader"
  policy_arn = aws_iam_policy.role_partnerreader.arn
}

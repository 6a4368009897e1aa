# Written by kmsgen from the intent `ml-kem`: change the intent, not this file.

# The policies name this account: anywhere else they would mean something else.
data "aws_caller_identity" "current" {
  lifecycle {
    postcondition {
      condition     = self.account_id == "444455556666"
      error_message = "This module belongs to account 444455556666."
    }
  }
}

resource "aws_iam_policy" "role_peer" {
  name        = "ml-kem-role-peer"
  path        = var.iam_policy_path
  description = "kmsgen, intent ml-kem: access of arn:aws:iam::444455556666:role/peer"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "UseByPeer"
        Effect   = "Allow"
        Action   = "kms:Encapsulate"
        Resource = var.key_arn
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "role_peer" {
  role       = "peer"
  policy_arn = aws_iam_policy.role_peer.arn
}

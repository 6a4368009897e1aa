# Written by kmsgen from the intent `existing-keys`: change the intent, not this file.

# The policies name this account: anywhere else they would mean something else.
data "aws_caller_identity" "current" {
  lifecycle {
    postcondition {
      condition     = self.account_id == "444455556666"
      error_message = "This module belongs to account 444455556666."
    }
  }
}

resource "aws_iam_policy" "user_ops" {
  name        = "existing-keys-user-ops"
  path        = var.iam_policy_path
  description = "kmsgen, intent existing-keys: access of arn:aws:iam::444455556666:user/ops"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "UseByOps"
        Effect = "Allow"
        Action = "kms:Decrypt"
        Resource = [
          "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
          "arn:aws:kms:us-west-2:111122223333:key/abcd1234-12ab-34cd-56ef-1234567890ab",
        ]
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_user_policy_attachment" "user_ops" {
  user       = "ops"
  policy_arn = aws_iam_policy.user_ops.arn
}

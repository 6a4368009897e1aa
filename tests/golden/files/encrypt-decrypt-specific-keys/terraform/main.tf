# Written by kmsgen from the intent `encrypt-decrypt-specific-keys`: change the intent, not this file.

# The policies name this account: anywhere else they would mean something else.
data "aws_caller_identity" "current" {
  lifecycle {
    postcondition {
      condition     = self.account_id == "111122223333"
      error_message = "This module belongs to account 111122223333."
    }
  }
}

resource "aws_iam_policy" "role_developer" {
  name        = "encrypt-decrypt-specific-keys-role-Developer"
  path        = var.iam_policy_path
  description = "kmsgen, intent encrypt-decrypt-specific-keys: access of arn:aws:iam::111122223333:role/Developer"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "UseByDeveloper"
        Effect = "Allow"
        Action = [
          "kms:Decrypt",
          "kms:Encrypt",
        ]
        Resource = [
          "arn:aws:kms:us-west-2:111122223333:key/01234abc-d12a-b34c-d56e-f1234567890a",
          "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        ]
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "role_developer" {
  role       = "Developer"
  policy_arn = aws_iam_policy.role_developer.arn
}

# Not of this module any more: Terraform lets go of what is there, and leaves it as it is.
removed {
  from = aws_kms_key_policy.key_n_01234abc_d12a_b34c_d56e_f1234567890a

  lifecycle {
    destroy = false
  }
}

# Not of this module any more: Terraform lets go of what is there, and leaves it as it is.
removed {
  from = aws_kms_key_policy.key_n_1234abcd_12ab_34cd_56ef_1234567890ab

  lifecycle {
    destroy = false
  }
}

# Not of this module any more: Terraform lets go of what is there, and leaves it as it is.
removed {
  from = aws_kms_key_policy.this

  lifecycle {
    destroy = false
  }
}

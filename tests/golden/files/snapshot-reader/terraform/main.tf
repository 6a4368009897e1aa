# Written by kmsgen from the intent `snapshot-reader`: change the intent, not this file.

# The policies name this account: anywhere else they would mean something else.
data "aws_caller_identity" "current" {
  lifecycle {
    postcondition {
      condition     = self.account_id == "111122223333"
      error_message = "This module belongs to account 111122223333."
    }
  }
}

resource "aws_iam_policy" "role_auditor" {
  name        = "snapshot-reader-role-Auditor"
  path        = var.iam_policy_path
  description = "kmsgen, intent snapshot-reader: access of arn:aws:iam::111122223333:role/Auditor"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "UseByAuditor"
        Effect = "Allow"
        Action = [
          "iam:GetAccountAuthorizationDetails",
          "iam:GetGroupPolicy",
          "iam:GetPolicy",
          "iam:GetPolicyVersion",
          "iam:GetRole",
          "iam:GetRolePolicy",
          "iam:GetUser",
          "iam:GetUserPolicy",
          "iam:ListAttachedGroupPolicies",
          "iam:ListAttachedRolePolicies",
          "iam:ListAttachedUserPolicies",
          "iam:ListGroupPolicies",
          "iam:ListGroupsForUser",
          "iam:ListRolePolicies",
          "iam:ListUserPolicies",
          "kms:ListAliases",
          "kms:ListKeys",
        ]
        Resource = "*"
      },
      {
        Sid    = "UseByAuditor2"
        Effect = "Allow"
        Action = [
          "kms:DescribeKey",
          "kms:GetKeyPolicy",
          "kms:ListGrants",
          "kms:ListResourceTags",
        ]
        Resource = "arn:aws:kms:*:111122223333:key/*"
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "role_auditor" {
  role       = "Auditor"
  policy_arn = aws_iam_policy.role_auditor.arn
}

# Written by kmsgen from the intent `replicas`: change the intent, not this file.

# The policies name this account: anywhere else they would mean something else.
data "aws_caller_identity" "current" {
  lifecycle {
    postcondition {
      condition     = self.account_id == "111122223333"
      error_message = "This module belongs to account 111122223333."
    }
  }
}

resource "aws_iam_policy" "role_platform_ci" {
  name        = "replicas+deployer-role-platform-ci"
  path        = var.iam_policy_path
  description = "kmsgen, intent replicas: access of arn:aws:iam::111122223333:role/platform-ci"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "DeployByPlatformCi"
        Effect = "Allow"
        Action = [
          "kms:CreateAlias",
          "kms:DeleteAlias",
          "kms:UpdateAlias",
        ]
        Resource = [
          "arn:aws:kms:us-west-2:111122223333:alias/shared/orders",
          "arn:aws:kms:eu-west-1:111122223333:alias/shared/orders",
          "arn:aws:kms:us-east-1:111122223333:alias/shared/orders",
        ]
      },
      {
        Sid      = "DeployByPlatformCi2"
        Effect   = "Allow"
        Action   = "kms:ListAliases"
        Resource = "*"
      },
      {
        Sid      = "DeployByPlatformCi3"
        Effect   = "Allow"
        Action   = "kms:CreateKey"
        Resource = "*"
        Condition = {
          StringEquals = {
            "aws:RequestedRegion" = [
              "eu-west-1",
              "us-east-1",
            ]
          }
          StringEqualsIfExists = {
            "kms:MultiRegionKeyType" = "REPLICA"
          }
        }
      },
      {
        Sid      = "DeployByPlatformCi4"
        Effect   = "Allow"
        Action   = "kms:CreateKey"
        Resource = "*"
        Condition = {
          Bool = {
            "kms:MultiRegion" = "true"
          }
          StringEquals = {
            "aws:RequestedRegion" = "us-west-2"
            "kms:KeyOrigin"       = "AWS_KMS"
            "kms:KeySpec"         = "SYMMETRIC_DEFAULT"
            "kms:KeyUsage"        = "ENCRYPT_DECRYPT"
          }
        }
      },
      {
        Sid      = "DeployByPlatformCi5"
        Effect   = "Allow"
        Action   = "iam:CreateServiceLinkedRole"
        Resource = "arn:aws:iam::111122223333:role/aws-service-role/mrk.kms.amazonaws.com/AWSServiceRoleForKeyManagementServiceMultiRegionKeys"
        Condition = {
          StringEquals = {
            "iam:AWSServiceName" = "mrk.kms.amazonaws.com"
          }
        }
      },
      {
        Sid    = "DeployByPlatformCi6"
        Effect = "Allow"
        Action = "kms:TagResource"
        Resource = [
          "arn:aws:kms:us-west-2:111122223333:key/*",
          "arn:aws:kms:eu-west-1:111122223333:key/*",
          "arn:aws:kms:us-east-1:111122223333:key/*",
        ]
      },
    ]
  })
  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "role_platform_ci" {
  role       = "platform-ci"
  policy_arn = aws_iam_policy.role_platform_ci.arn
}

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "a"
  secret_key                  = "b"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
locals { trust = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] }) }
resource "aws_iam_role" "app" {
  for_each           = toset(["x", "y"])
  name               = "app-${each.key}"
  path               = "/svc/"
  assume_role_policy = local.trust
}
resource "aws_iam_role" "pre" {
  name_prefix        = "pre-"
  assume_role_policy = local.trust
}
module "key" {
  for_each = toset(["one", "two"])
  source   = "./key"
  name     = each.key
  users    = [aws_iam_role.app["x"].arn, aws_iam_role.app["y"].arn]
}
data "aws_iam_policy_document" "use" {
  statement {
    actions   = ["kms:Encrypt"]
    resources = [module.key["one"].arn]
  }
}
resource "aws_iam_policy" "use" {
  name   = "use"
  policy = data.aws_iam_policy_document.use.json
}
resource "aws_iam_role_policy_attachment" "use" {
  role       = aws_iam_role.pre.name
  policy_arn = aws_iam_policy.use.arn
}
resource "aws_iam_role_policy_attachment" "use2" {
  for_each   = aws_iam_role.app
  role       = each.value.name
  policy_arn = aws_iam_policy.use.arn
}
resource "aws_kms_key" "c" {
  count        = 2
  description  = "c"
  multi_region = true
}
resource "aws_kms_key_policy" "c" {
  count  = 2
  key_id = aws_kms_key.c[count.index].id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = "P", Effect = "Allow", Action = "kms:Decrypt", Resource = "*", Principal = { AWS = aws_iam_role.pre.arn } }, { Sid = "Root", Effect = "Allow", Action = "kms:*", Resource = "*", Principal = { AWS = "arn:aws:iam::111122223333:root" } }] })
}
resource "aws_kms_grant" "g" {
  key_id            = module.key["two"].id
  grantee_principal = aws_iam_role.pre.arn
  operations        = ["Decrypt"]
}
resource "aws_kms_key" "both" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = "Root", Effect = "Allow", Action = "kms:*", Resource = "*", Principal = { AWS = "arn:aws:iam::111122223333:root" } }] })
}
resource "aws_kms_key_policy" "both" {
  key_id = aws_kms_key.both.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = "Pub", Effect = "Allow", Action = "kms:Decrypt", Resource = "*", Principal = "*" }, { Sid = "Root", Effect = "Allow", Action = "kms:*", Resource = "*", Principal = { AWS = "arn:aws:iam::111122223333:root" } }] })
}

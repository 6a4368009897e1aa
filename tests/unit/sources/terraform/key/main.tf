variable "users" { type = list(string) }
variable "name" { type = string }
data "aws_iam_policy_document" "p" {
  statement {
    sid       = "Root"
    actions   = ["kms:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
  }
  statement {
    sid       = "Users"
    actions   = ["kms:Decrypt"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = var.users
    }
    condition {
      test     = "StringEquals"
      variable = "kms:EncryptionContext:app"
      values   = [var.name]
    }
  }
}
resource "aws_kms_key" "k" {
  description = var.name
  policy      = data.aws_iam_policy_document.p.json
  tags        = { a = "b" }
}
resource "aws_kms_alias" "a" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.k.key_id
}
output "arn" { value = aws_kms_key.k.arn }
output "id" { value = aws_kms_key.k.key_id }

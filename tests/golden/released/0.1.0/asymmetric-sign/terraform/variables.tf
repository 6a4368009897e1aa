# Written by kmsgen from the intent `asymmetric-sign`: change the intent, not this file.

variable "key_arn" {
  description = "ARN of the key, an output of the module that creates it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.key_arn))
    error_message = "The value must be the ARN of a KMS key."
  }
}

variable "iam_policy_path" {
  description = "Path of the IAM policies."
  type        = string
  default     = "/"
  nullable    = false
}

variable "tags" {
  description = "Further tags for everything that the module creates; the tags of the intent come first."
  type        = map(string)
  default     = {}
  nullable    = false
}

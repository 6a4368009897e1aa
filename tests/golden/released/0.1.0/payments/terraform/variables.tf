# Written by kmsgen from the intent `payments-data`: change the intent, not this file.

variable "deletion_window_in_days" {
  description = "Days that KMS waits before it deletes a key that is scheduled for deletion."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.deletion_window_in_days >= 7 && var.deletion_window_in_days <= 30
    error_message = "KMS waits 7 to 30 days."
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

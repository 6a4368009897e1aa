# Written by kmsgen from the intent `existing-keys`: change the intent, not this file.

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

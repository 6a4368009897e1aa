# Written by kmsgen from the intent `eks`: change the intent, not this file.

variable "iam_policy_path" {
  description = "Path of the IAM policies."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([!-~]+/)?$", var.iam_policy_path)) && length(var.iam_policy_path) <= 512
    error_message = "A path begins and ends with a slash, and has 512 characters at most."
  }
}

variable "tags" {
  description = "Further tags for everything that the module creates; the tags of the intent come first."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(var.tags) <= 50
    error_message = "There is room for 50 tags beside those of the intent: AWS takes 50."
  }

  validation {
    condition = alltrue([
      for name, value in var.tags :
      length(name) <= 128 && length(value) <= 256 && can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]+$", name)) && can(regex("^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]*$", value)) && !startswith(lower(name), "aws:")
    ])
    error_message = "Names have 1 to 128 characters and do not begin with `aws:`, values have 256 at most; of letters, digits, spaces and _.:/=+-@."
  }
}

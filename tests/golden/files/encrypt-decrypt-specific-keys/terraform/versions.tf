# Written by kmsgen from the intent `encrypt-decrypt-specific-keys`: change the intent, not this file.

terraform {
  required_version = ">= 1.7"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.70"
    }
  }
}

# Written by kmsgen from the intent `nasty-strings`: change the intent, not this file.

terraform {
  required_version = ">= 1.4"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.70"
    }
  }
}

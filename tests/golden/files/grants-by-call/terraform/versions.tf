# Written by kmsgen from the intent `grants-by-call`: change the intent, not this file.

terraform {
  required_version = ">= 1.4"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.70"
    }
  }
}

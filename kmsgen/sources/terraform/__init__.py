"""Terraform plans and states as `terraform show -json` prints them: resources, configuration, policies."""

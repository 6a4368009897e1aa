"""Tests against real components: Terraform, cfn-lint, a moto server, the AWS CLI."""

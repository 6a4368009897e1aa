"""Bundle to Terraform."""

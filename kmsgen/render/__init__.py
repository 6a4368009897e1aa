"""JSON, CloudFormation, Terraform and AWS CLI calls, written of a proved bundle."""

"""AWS CLI output about keys and IAM."""

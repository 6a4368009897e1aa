"""CloudFormation templates: intrinsic functions, conditions, parameters, and the keys and IAM principals of stacks."""

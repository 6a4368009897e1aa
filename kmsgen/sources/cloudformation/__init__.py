"""CloudFormation templates: intrinsic functions, conditions, parameters, and the keys and principals of stacks."""

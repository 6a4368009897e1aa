"""The authorizer against two other judges: the reference of this repository and iam-simulate."""

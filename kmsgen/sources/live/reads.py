"""AWS calls that reading an account makes: no others are ever sent, and none of these writes.

Source: Service Authorization Reference, AWS KMS, IAM, STS. Each operation needs the permission of its own name.
"""

from __future__ import annotations

KMS_KEY_READS = ("DescribeKey", "GetKeyPolicy", "ListGrants", "ListResourceTags")
"""On one key; its key policy or IAM can allow these."""

KMS_LISTS = ("ListAliases", "ListKeys")
"""On the account; only IAM can allow these. ListKeys is called with `--all`."""

IAM_READS = (
    "GetGroupPolicy",
    "GetPolicy",
    "GetPolicyVersion",
    "GetRole",
    "GetRolePolicy",
    "GetUser",
    "GetUserPolicy",
    "ListAttachedGroupPolicies",
    "ListAttachedRolePolicies",
    "ListAttachedUserPolicies",
    "ListGroupPolicies",
    "ListGroupsForUser",
    "ListRolePolicies",
    "ListUserPolicies",
)
"""On the principals that policies and grants name."""

ACCOUNT_READS = ("GetAccountAuthorizationDetails",)
"""On all principals of the account; called with `--all-principals`."""

READS = {"kms": frozenset({*KMS_KEY_READS, *KMS_LISTS}), "iam": frozenset({*IAM_READS, *ACCOUNT_READS})}
"""All operations by service; `sts:AssumeRole` is added where a role is to be assumed."""

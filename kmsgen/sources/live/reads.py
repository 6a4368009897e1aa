"""The calls to AWS that reading an account makes: none but these is ever sent, and none of them writes.

Source: Service Authorization Reference, AWS KMS, IAM, STS. Each operation needs the permission of its own name.
"""

from __future__ import annotations

KMS_KEY_READS = ("DescribeKey", "GetKeyPolicy", "ListGrants", "ListResourceTags")
"""About one key: its key policy may allow these, or IAM."""

KMS_LISTS = ("ListAliases", "ListKeys")
"""About the account: IAM alone can allow these; ListKeys is called with `--all`."""

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
"""About the principals that policies and grants name."""

ACCOUNT_READS = ("GetAccountAuthorizationDetails",)
"""About every principal of the account: called with `--all-principals`."""

READS = {"kms": frozenset({*KMS_KEY_READS, *KMS_LISTS}), "iam": frozenset({*IAM_READS, *ACCOUNT_READS})}
"""Every operation by its service; `sts:AssumeRole` comes beside them where a role is to be assumed."""

"""Grants: whom they serve, for what, what may be passed on, who may retire them.

Source: KMS Developer Guide, grants, create-grant-overview, using-grant-token, grant-delete.
"""

from __future__ import annotations

import re

from kmsgen.authorizer.request import Request
from kmsgen.policy.grant import Grant, GrantConstraints
from tests.reference.people import Kind, Person, is_role_of

WITH_CONTEXT = (
    "Encrypt", "Decrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo",
)  # fmt: skip
"""Operations that context constraints bind."""


def is_account(arn: str, account: str) -> bool:
    """Tell whether an ARN stands for an account."""
    return bool(re.fullmatch(rf"arn:[^:]+:iam::{account}:root|{account}", arn))


def serves(arn: str, person: Person, *, service: bool) -> bool:
    """Tell whether a grantee or retiring principal is this person, by its own name or that of its role."""
    if service or person.kind is Kind.SERVICE:
        return service and person.kind is Kind.SERVICE and arn == person.arn
    return arn == person.arn or (person.kind is Kind.ROLE and is_role_of(arn, person))


def serves_account(arn: str, person: Person) -> bool:
    """Tell whether a grantee or retiring principal is the account of this person."""
    return person.kind is not Kind.SERVICE and is_account(arn, person.account)


def usable(grant: Grant, request: Request) -> bool:
    """Tell whether the grant has reached the request: it has propagated, or its token comes along."""
    return grant.propagated or bool(set(grant.tokens) & set(request.grant_tokens))


def covers(grant: Grant, request: Request, action: str, person: Person) -> bool:
    """Tell whether the operations and constraints of a grant cover an action of the request."""
    if action not in grant.operations:
        return False
    constraints = grant.constraints
    if constraints.source_arn is not None:
        origin = {name.lower(): values for name, values in request.context.items()}.get("aws:sourcearn", ())
        # DescribeKey is held to it only where the request names a resource, RetireGrant never.
        held = action != "RetireGrant" and (action != "DescribeKey" or bool(origin))
        if held and (person.kind is not Kind.SERVICE or tuple(origin) != (constraints.source_arn,)):
            return False
    if action == "CreateGrant":
        child = request.create_grant
        return child is not None and set(child.operations) <= set(grant.operations) and stricter(child.constraints, constraints)
    return action not in WITH_CONTEXT or context_fits(constraints, dict(request.encryption_context))


def context_fits(constraints: GrantConstraints, context: dict[str, str]) -> bool:
    """Tell whether an encryption context meets the constraints, names and values compared exactly (C2)."""
    if constraints.encryption_context_equals is not None:
        return dict(constraints.encryption_context_equals) == context
    return dict(constraints.encryption_context_subset or ()).items() <= context.items()


def stricter(child: GrantConstraints, parent: GrantConstraints) -> bool:
    """Tell whether a child's constraints are equal to its parent's or stricter; S5: a SourceArn must be kept."""
    if parent.source_arn is not None and child.source_arn != parent.source_arn:
        return False
    if parent.encryption_context_equals is not None:
        return child.encryption_context_equals is not None and dict(child.encryption_context_equals) == dict(
            parent.encryption_context_equals
        )
    if parent.encryption_context_subset is None:
        return True
    pairs = child.encryption_context_equals
    pairs = child.encryption_context_subset if pairs is None else pairs
    return pairs is not None and dict(parent.encryption_context_subset).items() <= dict(pairs).items()

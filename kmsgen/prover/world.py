"""A bundle as the prover asks about it: every principal there could be, every action, and the tests that stay open.

A principal that the bundle does not describe is taken to have every identity policy it could have, no boundary and no SCP.
The key is taken to be enabled and its grants to be usable: both change without any policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from kmsgen.arn import parse_arn
from kmsgen.policy.bundle import Bundle, Organization, PrincipalPolicies
from kmsgen.policy.document import Document, Effect, Statement

ANYTHING = Document((Statement(Effect.ALLOW, ("kms:*",), ("*",), sid="WhateverIamCouldAllow"),))
UNDESCRIBED = PrincipalPolicies((ANYTHING,))


def assumed(bundle: Bundle, principals: Iterable[str], *, described_only: bool = False) -> Bundle:
    """Return the bundle with everything that the prover assumes about these principals, the key and its grants."""
    keys = tuple(
        replace(
            access,
            key=replace(access.key, state="Enabled"),
            grants=tuple(replace(grant, propagated=True) for grant in access.grants),
        )
        for access in bundle.keys
    )
    if described_only:
        return replace(bundle, keys=keys)
    organizations = _organizations(bundle)
    everyone = {
        principal: _undescribed(organizations.get(arn.account))
        for principal in principals
        if (arn := parse_arn(principal)) is not None
    }
    return replace(bundle, keys=keys, principals={**everyone, **bundle.principals})


def _organizations(bundle: Bundle) -> Mapping[str, Organization]:
    """Every principal of an account is in the organization that one of them is described to be in."""
    found = {}
    for principal, beside in bundle.principals.items():
        arn = parse_arn(principal)
        if arn is not None and beside.organization is not None:
            found[arn.account] = beside.organization
    return found


def _undescribed(organization: Organization | None) -> PrincipalPolicies:
    return replace(UNDESCRIBED, organization=organization) if organization else UNDESCRIBED

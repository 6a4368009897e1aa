"""What the prover assumes where a bundle is silent.

A principal that the bundle does not describe is taken to have every identity policy it could have, no boundary and no SCP.
The key is taken to be enabled and its grants to be usable: both change without any policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kmsgen.arn import parse_arn
from kmsgen.authorizer.language.principal import caller_of
from kmsgen.policy.bundle import Bundle, Organization, PrincipalPolicies
from kmsgen.policy.document import Document, Effect, Statement

ANYTHING = Document((Statement(Effect.ALLOW, ("kms:*",), ("*",), sid="WhateverIamCouldAllow"),))
UNDESCRIBED = PrincipalPolicies((ANYTHING,))


def assumed(bundle: Bundle, everyone: Iterable[str], *, described_only: bool = False) -> Bundle:
    """Return the bundle with what the prover assumes about these principals, the keys and their grants."""
    keys = tuple(
        access._replace(
            key=access.key._replace(state="Enabled"),
            grants=tuple(grant._replace(propagated=True) for grant in access.grants),
        )
        for access in bundle.keys
    )
    if described_only:
        return bundle._replace(keys=keys)
    # one object an account: principals that share what stands beside them share what is computed from it
    beside = {account: UNDESCRIBED._replace(organization=found) for account, found in _organizations(bundle).items()}
    undescribed = {
        principal: beside.get(arn.account, UNDESCRIBED)
        for principal in everyone
        # a session is described with its role, a federated one with its user
        if (arn := parse_arn(principal)) is not None and not caller_of(principal, bundle.principals).described
    }
    return bundle._replace(keys=keys, principals={**undescribed, **bundle.principals})


def _organizations(bundle: Bundle) -> Mapping[str, Organization]:
    """Tell the organization of an account from one principal of it; every principal of the account is in it."""
    found = {}
    for principal, beside in bundle.principals.items():
        arn = parse_arn(principal)
        if arn is not None and beside.organization is not None:
            found[arn.account] = beside.organization._replace(management_account=False)
    return found

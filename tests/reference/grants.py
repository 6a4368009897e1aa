"""Grants: whom they serve, for what, what may be passed on, who may retire them.

Source: KMS Developer Guide, grants, create-grant-overview, using-grant-token, grant-delete; KMS API Reference, GrantConstraints.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.reference.caller import Caller, Kind
from tests.reference.kms_keys import filled
from tests.reference.patterns import lower
from tests.reference.three import Answer, agreed, all_of
from tests.reference.view import View

Data = Mapping[str, Any]
Pairs = set[tuple[str, str]]
WITH_CONTEXT = (
    "Encrypt", "Decrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo",
)  # fmt: skip
"""Operations that context constraints bind."""


def grantee(grant: Data) -> tuple[str, bool]:
    """Return the grantee, and whether it is a service."""
    return _one(grant, "GranteePrincipal", "GranteeServicePrincipal")


def retiring(grant: Data) -> tuple[str, bool]:
    """Return the retiring principal (empty where there is none), and whether it is a service."""
    return _one(grant, "RetiringPrincipal", "RetiringServicePrincipal")


def _one(grant: Data, principal: str, service: str) -> tuple[str, bool]:
    return (str(grant[service]), True) if grant.get(service) else (str(grant.get(principal) or ""), False)


def serves(name: str, caller: Caller, *, service: bool) -> bool:
    """Tell whether a grantee or retiring principal is this caller, by its own name or that of its role (S7)."""
    if service or caller.kind in (Kind.SERVICE, Kind.ANONYMOUS):
        return service and caller.kind is Kind.SERVICE and name == caller.arn
    return name == caller.arn or caller.names_role(name)


def usable(grant: Data, request: Data) -> bool:
    """Tell whether the grant has reached the request: it has propagated, or a token of it comes along."""
    if str(grant.get("Propagated", True)).lower() != "false":
        return True
    tokens = grant.get("GrantTokens") or grant.get("GrantToken") or grant.get("GrantId")
    return bool(set([tokens] if isinstance(tokens, str) else tokens or ()) & set(request.get("grant_tokens") or ()))


def operations(grant: Data) -> set[str]:
    """Return the operations of a grant."""
    found = grant.get("Operations") or ()
    return {found} if isinstance(found, str) else set(found)


def covers(grant: Data, view: View) -> Answer:
    """Tell whether operations and constraints of a grant cover what is needed."""
    action = view.need.action
    constraints = grant.get("Constraints") or {}
    if action not in operations(grant):
        return False
    if action == "CreateGrant":
        child = view.request.get("create_grant") or {}
        fits = all_of([operations(child) <= operations(grant), _stricter(child.get("Constraints") or {}, constraints)])
    else:
        fits = context_fits(constraints, view.need.encryption_context) if action in WITH_CONTEXT else True
    return all_of([fits, _from_source(constraints, view)])


def _from_source(constraints: Data, view: View) -> Answer:
    """SourceArn acts as aws:SourceArn does where a service calls; of other callers it is not said whether they fit (U13)."""
    wanted = constraints.get("SourceArn")
    origin = view.says.get("aws:sourcearn", ()) if view.is_service else ()
    if wanted is None or view.need.action == "RetireGrant" or (view.need.action == "DescribeKey" and not origin):
        return True
    return origin == (wanted,) if view.is_service else None


def context_fits(constraints: Data, pairs: Mapping[str, str]) -> Answer:
    """Tell whether an encryption context meets the constraints, values compared exactly."""
    given = filled(constraints)
    equals, subset = given.get("EncryptionContextEquals"), given.get("EncryptionContextSubset")
    if equals is not None and not equals:
        # S14: an empty map is no constraint, or asks for an empty context.
        return agreed([True, not pairs])
    if equals is not None:
        return either_case(lambda wanted, actual: wanted == actual, equals, pairs)
    return either_case(lambda wanted, actual: wanted <= actual, subset or {}, pairs)


def either_case(fits: Callable[[Pairs, Pairs], bool], wanted: Mapping[str, str], actual: Mapping[str, str]) -> Answer:
    """C2: the names of pairs are compared exactly, as one page has it, or but for their case, as another has it."""
    exact = fits(set(wanted.items()), set(actual.items()))
    loose = fits(
        {(lower(name), value) for name, value in wanted.items()}, {(lower(name), value) for name, value in actual.items()}
    )
    return agreed([exact, loose])


def _stricter(child: Data, parent: Data) -> Answer:
    """Tell whether a child's constraints are equal to its parent's or stricter; S5: a SourceArn must be kept."""
    if parent.get("SourceArn") and child.get("SourceArn") != parent["SourceArn"]:
        return None
    of_parent, of_child = filled(parent), filled(child)
    equals, subset = of_parent.get("EncryptionContextEquals"), of_parent.get("EncryptionContextSubset")
    if equals is not None:
        own = of_child.get("EncryptionContextEquals")
        same = own is not None and either_case(lambda wanted, actual: wanted == actual, equals, own)
        return same if equals or same else agreed([True, same])
    if not subset:
        return True
    pairs = next(iter(of_child.values()), None)
    return pairs is not None and either_case(lambda wanted, actual: wanted <= actual, subset, pairs)

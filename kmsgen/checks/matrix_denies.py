"""What Denies leave of an access: policies without them, and the conditions under which they do not match."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product

from kmsgen.checks.example_values import opposite
from kmsgen.policy.bundle import Bundle, KeyAccess, Levels, PrincipalPolicies
from kmsgen.policy.document import Condition, Document, Effect

Conditions = tuple[Condition, ...]

MAX_TRIED = 256


def without_denies(bundle: Bundle) -> Bundle:
    """Return the bundle with the Allows of every policy alone."""
    return bundle._replace(
        keys=tuple(access._replace(policy=_allows(access.policy)) for access in bundle.keys),
        principals={name: _without(one) for name, one in bundle.principals.items()},
        rcps=_levels(bundle.rcps),
        vpc_endpoint_policies={name: _allows(policy) for name, policy in bundle.vpc_endpoint_policies.items()},
    )


def where_denies_fail(labels: Iterable[str], bundle: Bundle, access: KeyAccess, caller: str) -> Iterator[Conditions | None]:
    """Yield sets of conditions under which the Denies of these labels may not match; at last None where too many are left.

    Of each Deny one condition fails, or none, where that of another one is enough.
    """
    held = _conditions_by_label(bundle, access, bundle.principals.get(caller, PrincipalPolicies()))
    denies = dict.fromkeys(conditions for label in labels for conditions in held.get(_named(label), ()))
    ways = product(*([(), *map(opposite, conditions)] for conditions in denies))
    yield from (tuple(one for failing in chosen for one in failing) for chosen in islice(ways, MAX_TRIED))
    if next(ways, None) is not None:
        yield None


def _conditions_by_label(bundle: Bundle, access: KeyAccess, own: PrincipalPolicies) -> Mapping[str, list[Conditions]]:
    """Return the conditions of the Denies that may bear on a caller by label; those without a Sid share one a layer."""
    layers: Mapping[str, Iterable[Document]] = {
        "key-policy": (access.policy,),
        "identity-policy": own.identity_policies,
        "boundary": (own.boundary,) if own.boundary else (),
        "session-policy": own.session_policies,
        "scp": (policy for level in own.scps for policy in level),
        "rcp": (policy for level in bundle.rcps for policy in level),
        "vpc-endpoint-policy": bundle.vpc_endpoint_policies.values(),
    }
    found: dict[str, list[Conditions]] = {}
    for layer, policies in layers.items():
        for statement in (one for policy in policies for one in policy.statements if one.effect is Effect.DENY):
            found.setdefault(_named(f"{layer}/{statement.sid or '#'}"), []).append(statement.conditions)
    return found


def _named(label: str) -> str:
    layer, _, name = label.partition("/")
    return f"{layer}/#" if name.startswith("#") else label


def _without(beside: PrincipalPolicies) -> PrincipalPolicies:
    return beside._replace(
        identity_policies=tuple(map(_allows, beside.identity_policies)),
        boundary=_allows(beside.boundary) if beside.boundary else None,
        session_policies=tuple(map(_allows, beside.session_policies)),
        scps=_levels(beside.scps),
    )


def _levels(levels: Levels) -> Levels:
    return tuple(tuple(map(_allows, level)) for level in levels)


def _allows(document: Document) -> Document:
    return document._replace(statements=tuple(statement for statement in document.statements if statement.effect is Effect.ALLOW))

"""Condition keys by name: which keys an action has, and which function finds what each holds.

A request's word on a key that can be derived is dropped; an untold key is open where AWS may send it. Where AWS's pages disagree
whether an action has a key, it is read both ways (C11). Source: KMS Developer Guide, conditions-kms, conditions-aws,
alias-access; IAM User Guide, reference_policies_condition-keys.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from kmsgen.authorizer.context.caller_values import Derive
from kmsgen.authorizer.context.key_values import DERIVED, FAMILIES, parameter
from kmsgen.authorizer.context.untold import untold
from kmsgen.authorizer.context.view import NOT_TOLD, View
from kmsgen.authorizer.language.open_value import Lookup, Seen, either_way
from kmsgen.catalogue import condition_keys
from kmsgen.catalogue.condition_keys import OLD_NAMES, RESOURCE_TAG, carried

Resolver = Callable[[View], Seen]
"""Finds what one condition key holds in a request."""


def lookup(view: View, key: str) -> Seen:
    """Return what a condition key, named in lower case, holds; None where it is absent."""
    return resolver(key, view.action.name, alias=view.target.kind == "alias")(view)


def lookup_in(view: View) -> Lookup:
    """Return the function that looks condition keys up in one request, by name in lower case."""
    action, alias = view.action.name, view.target.kind == "alias"
    return lambda key: resolver(key, action, alias=alias)(view)


def _absent(_view: View) -> None:
    return None


@lru_cache(maxsize=16384)
def resolver(key: str, action: str, *, alias: bool) -> Resolver:
    """Return the function that finds a condition key (in lower case) in requests of an action; `alias`: its resource is an alias.

    An alias has neither `kms:` keys nor tags.
    """
    key = OLD_NAMES.get(key, key)
    if alias and key.startswith(("kms:", RESOURCE_TAG)):
        return _absent
    dispute = condition_keys.disputed(key, action)
    open_whether = dispute is not None and not dispute.settled
    if not open_whether and not carried(key, action):
        return _absent
    derive = _derive(key)

    def resolve(view: View) -> Seen:
        found = derive(view)
        return (untold(view, key) if found is NOT_TOLD else found) or None

    return (lambda view: _disputed(resolve(view))) if open_whether else resolve


def _disputed(seen: Seen) -> Seen:
    return None if seen is None else either_way(seen, "C11")


def _derive(key: str) -> Derive:
    if key in DERIVED:
        return DERIVED[key]
    for family, of_family in FAMILIES:
        if key.startswith(family):
            return of_family(key[len(family) :])
    return parameter(key) if key.startswith("kms:") else lambda view: view.told(key)

"""Actions that no policy tells apart: one of them is asked about, and what is found holds for all.

Two actions are alike if the same Action patterns and grant operations take them, requests of both carry the same of the
condition keys in question, and KMS refuses both or neither. Actions that KMS treats in a way of their own are alike to none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kmsgen.authorizer.context import Target, carried
from kmsgen.authorizer.principal import caller_of
from kmsgen.authorizer.refusals import refusal_of_key
from kmsgen.catalogue.actions import expand
from kmsgen.catalogue.model import Action
from kmsgen.policy.bundle import Bundle
from kmsgen.prover.vocabulary import Vocabulary, grants_of

_OWN_WAYS = frozenset(
    {
        "CreateGrant",
        "RetireGrant",
        "CreateKey",
        "ReplicateKey",
        "DescribeKey",
        "ReEncryptFrom",
        "ReEncryptTo",
        "UpdatePrimaryRegion",
    }
)
_FOREIGN = caller_of("arn:aws:iam::999999999999:role/any-role", {})


def alike(actions: Iterable[Action], words: Vocabulary, bundles: Sequence[Bundle]) -> list[list[Action]]:
    """Put actions together that need to be asked about once; the first of each is the one to ask."""
    takes = [frozenset(expand(pattern)) for pattern in words.actions]
    grants = [frozenset(grant.operations) for bundle in bundles for grant in grants_of(bundle)]
    keys = [*words.by_key, *words.variables]
    targets = [_target(bundle) for bundle in bundles]
    found: dict[object, list[Action]] = {}
    for action in actions:
        if action.name in _OWN_WAYS or "alias" in action.resource_types:
            found[action.name] = [action]
            continue
        signature = (
            (action.resource_types, action.policy_types, action.cross_account, action.multi_region_only, action.grantable),
            tuple(action.iam_name in taken for taken in takes),
            tuple(action.name in operations for operations in grants),
            tuple(carried(key, action.name) for key in keys),
            tuple(_refused(action, target) for target in targets),
        )
        found.setdefault(signature, []).append(action)
    return list(found.values())


def _target(bundle: Bundle) -> Target | None:
    if not bundle.keys:
        return None
    arn = bundle.keys[0].key.arn
    return Target(arn, "key", bundle.keys[0], region=arn.split(":")[3], account=arn.split(":")[4])


def _refused(action: Action, target: Target | None) -> tuple[str | None, ...]:
    """Return by which rules KMS refuses an action: to a caller of the key's account, and to another."""
    if target is None or not action.resource_types:
        return ()
    own = caller_of(f"arn:aws:iam::{target.account}:role/any-role", {})
    refusals = [refusal_of_key(action, caller, target) for caller in (own, _FOREIGN)]
    return tuple(refusal.rule if refusal else None for refusal in refusals)

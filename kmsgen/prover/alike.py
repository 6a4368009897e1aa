"""Actions, and principals, that no policy tells apart: one of them is asked about, and what is found holds for all.

Two actions are alike if the same Action patterns and grant operations take them, requests of both carry the same of the
condition keys in question, and KMS refuses both or neither. Actions that KMS treats in a way of their own are alike to none.
Two principals are alike if every statement and grant names both in the same way, what stands beside them is the same, and the
conditions on who calls answer the same of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kmsgen.authorizer import Request
from kmsgen.authorizer.context import Target, carried
from kmsgen.authorizer.grants import retires
from kmsgen.authorizer.plan import RuleSet
from kmsgen.authorizer.principal import CallerKind, caller_of
from kmsgen.authorizer.refusals import refusal_of_key
from kmsgen.catalogue.actions import expand
from kmsgen.catalogue.model import Action
from kmsgen.policy.bundle import Bundle
from kmsgen.prover.principals import other_than
from kmsgen.prover.situation import Side
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
    foreign = caller_of(f"arn:aws:iam::{other_than(target.account or '')}:role/any-role", {})
    refusals = [refusal_of_key(action, caller, target) for caller in (own, foreign)]
    return tuple(refusal.rule if refusal else None for refusal in refusals)


_WHO = (
    *("aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:username", "aws:userid", "aws:principalisawsservice"),
    *("aws:principalservicename", "aws:principalservicenameslist", "aws:principalorgid", "aws:principalorgpaths"),
    "kms:calleraccount",
)
_TAG = "aws:principaltag/"


def alike_principals(everyone: Iterable[str], words: Vocabulary, sides: Sequence[Side]) -> list[list[str]]:
    """Put principals together that need to be asked about once; the first of each is the one to ask."""
    variables = [key for key in words.variables if key in _WHO or key.startswith(_TAG)]
    found: dict[object, list[str]] = {}
    for principal in everyone:
        found.setdefault(tuple(_seen_as(principal, side, variables) for side in sides), []).append(principal)
    return list(found.values())


def _endpoint_rules(principal: str, side: Side) -> Iterator[RuleSet]:
    """Yield the statements that a request meets only through a VPC endpoint."""
    for name in side.bundle.vpc_endpoint_policies:
        for plan in side.authorizer.plans(Request(principal, "kms:GetKeyPolicy", context={"aws:SourceVpce": (name,)})):
            yield from plan.sets


def _seen_as(principal: str, side: Side, variables: Sequence[str]) -> object:
    """Return all that a bundle can know of a principal; a session that a policy could name is like no other."""
    (plan,) = side.authorizer.plans(Request(principal, "kms:GetKeyPolicy"))
    caller = plan.caller
    if caller.kind in (CallerKind.SESSION, CallerKind.UNKNOWN):
        return principal
    view = side.authorizer.view(plan, Request(principal, "kms:GetKeyPolicy"))
    sets = dict.fromkeys([*plan.sets, side.cover_rules, *_endpoint_rules(principal, side)])
    rules = [(rule, naming) for one in sets for rule, naming in one.naming(caller).items() if naming]
    grants = (*(grant.names(caller) for grant in side.grants), *(retires(grant.grant, caller) for grant in side.grants))
    answers = tuple(
        test.check(view.lookup(test.variable) or None, view.lookup)
        for rule, _ in rules
        for test in rule.conditions
        if test.variable in _WHO or test.variable.startswith(_TAG)
    )
    values = tuple(view.lookup(key) for key in variables)
    beside = (id(caller.policies), caller.service_linked, caller.described)
    return (caller.kind, plan.facts, beside, tuple(rules), grants, answers, values)

"""Permits to the Allow statements of a key policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kmsgen.arn import account_of, account_root
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.compiler.conditions import conjoin, is_for_iam_only
from kmsgen.compiler.permit import PURPOSES, Conditions, Permit, canonical
from kmsgen.compiler.principals import has_identity_policies
from kmsgen.compiler.sids import Sids, describe
from kmsgen.compiler.target import Target
from kmsgen.errors import Diagnostic, Location, RefusedError
from kmsgen.policy.document import Condition, Document, Effect, Principal, Statement
from kmsgen.policy.json_form import KEY_POLICY_BYTES, compact_policy, format_document

Values = tuple[str, ...]


class Traced(NamedTuple):
    """A statement and the lines it serves."""

    statement: Statement
    origins: tuple[Location, ...]


class EmptyKeyPolicyError(RefusedError):
    """Nobody would have any access by the key policy."""


class _PermitGroup(NamedTuple):
    purpose: str
    topic: str
    conditions: Conditions
    actions: Values
    principals: tuple[Principal, ...]
    origins: tuple[Location, ...]


def allow_statements(permits: Iterable[Permit], target: Target, delegation: str, sids: Sids) -> list[Traced]:
    """Return the statements of the key policy that give these permits.

    With `delegation` iam, permits of this account's users and roles but the deployer's go through the account, narrowed to
    those principals; conditions that work in IAM policies alone stand in these.
    """
    in_key_policy = [permit for permit in permits if works_in_key_policy(permit)]
    direct = [permit for permit in in_key_policy if delegation != "iam" or not is_delegable(permit, target)]
    delegated = [_opened(permit) for permit in in_key_policy if delegation != "key-policy" and is_delegable(permit, target)]
    traced = [_statement(group, group.principals, sids) for group in _groups(direct)]
    return traced + [_through_account(group, target, sids) for group in _groups(delegated)]


def works_in_key_policy(permit: Permit) -> bool:
    """Return whether a key policy can give the permit."""
    row = ACTIONS.get(permit.action.removeprefix("kms:"))
    return permit.half == "key" and row is not None and row.policy_types != "iam"


def is_delegable(permit: Permit, target: Target) -> bool:
    """Return whether an IAM policy of the key's own account can give the permit once the key policy lets it."""
    same_account = account_of(permit.principal.value) == target.account
    # the deployer creates the key before any IAM policy can name it
    return same_account and permit.purpose != "deploy" and has_identity_policies(permit.principal)


def _opened(permit: Permit) -> Permit:
    """Return a permit as the account's statement opens it to the principal's IAM policies."""
    return permit._replace(conditions=tuple(each for each in permit.conditions if not is_for_iam_only(each)))


def _groups(permits: Iterable[Permit]) -> list[_PermitGroup]:
    """Put together what may stand in one statement: actions with equal principals and conditions, never a cross product."""
    by_principal: dict[tuple[Principal, str, str, Conditions], list[Permit]] = {}
    for permit in permits:
        by_principal.setdefault((permit.principal, permit.purpose, permit.topic, permit.conditions), []).append(permit)
    merged: dict[tuple[str, str, Conditions, Values], list[Permit]] = {}
    for (_, purpose, topic, conditions), same in by_principal.items():
        actions = tuple(sorted({permit.action for permit in same}))
        merged.setdefault((purpose, topic, conditions, actions), []).extend(same)
    return sorted(_as_groups(merged), key=lambda group: PURPOSES.index(group.purpose))


def _as_groups(merged: dict[tuple[str, str, Conditions, Values], list[Permit]]) -> Iterator[_PermitGroup]:
    for (purpose, topic, conditions, actions), permits in merged.items():
        principals = tuple(dict.fromkeys(permit.principal for permit in permits))
        origins = tuple(dict.fromkeys(origin for permit in permits for origin in permit.origins))
        yield _PermitGroup(purpose, topic, conditions, actions, principals, origins)


def _statement(group: _PermitGroup, principals: tuple[Principal, ...], sids: Sids) -> Traced:
    statement = Statement(
        effect=Effect.ALLOW,
        actions=group.actions,
        resources=("*",),
        principals=principals,
        conditions=group.conditions,
        sid=sids.spaced(describe(group.purpose, group.principals, group.conditions, group.topic)),
    )
    return Traced(statement, group.origins)


def _through_account(group: _PermitGroup, target: Target, sids: Sids) -> Traced:
    """Return the statement that lets the account's IAM policies give these principals these actions, and nobody else any."""
    names = tuple(principal.value for principal in group.principals)
    location = group.origins[0]
    narrowed = canonical(conjoin((*group.conditions, Condition("ArnEquals", "aws:PrincipalArn", names)), location))
    root = Principal("AWS", account_root(target.partition, target.account))
    return _statement(group._replace(purpose="delegate", conditions=narrowed), (root,), sids)


def check_size(policy: Document, location: Location) -> None:
    """Refuse a key policy of more than 32 KiB. Source: KMS Developer Guide, key-policy-overview."""
    size = len(compact_policy(format_document(policy)).encode())
    if size > KEY_POLICY_BYTES:
        message = f"the key policy would have {size} bytes; KMS takes {KEY_POLICY_BYTES}"
        hint = "give principals that need the same one role, or divide what the key is used for over two keys"
        raise RefusedError([Diagnostic(location, "key-policy-too-long", message, hint)])
    if not policy.statements:
        raise EmptyKeyPolicyError(
            [Diagnostic(location, "empty-key-policy", "nobody would have any access to the key", "name `admins`")]
        )

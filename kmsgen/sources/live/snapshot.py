"""Snapshots of live keys: a bundle of keys and the principals that they name, and what was not read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from kmsgen.arn import parse_arn
from kmsgen.errors import InputError
from kmsgen.policy.bundle import Bundle, KeyAccess
from kmsgen.policy.document import Statement
from kmsgen.policy.letter_case import folded
from kmsgen.sources.aws_output.answers import read_together
from kmsgen.sources.live.failures import AwsError
from kmsgen.sources.live.keys import read_keys
from kmsgen.sources.live.principals import PrincipalAnswers, read_account, read_named
from kmsgen.sources.live.session import Session
from kmsgen.sources.unknown.unread import ANYBODY

_PRINCIPAL_ARN = "aws:principalarn"
_PATTERN = {"*", "?", "$"}
_NAMED_ALONE = "only the principals that key policies and grants name were read"
_OWN_ACCOUNT = "only the principals of the keys' account were read"


class Snapshot(NamedTuple):
    """Keys and principals as read; `unread`: why IAM policies were not read, by ARN (`*`: anybody else); `gone`: do not exist.

    `refused`: keys of which AWS refused a part, by ARN.
    """

    bundle: Bundle
    unread: Mapping[str, str]
    gone: tuple[str, ...] = ()
    refused: Mapping[str, AwsError] = MappingProxyType({})


def take(session: Session, keys: Iterable[str], also: Iterable[str] = (), *, all_principals: bool = False) -> Snapshot:
    """Read keys (by id, ARN or alias), the principals that they name, and those in `also`. Raises KmsgenError.

    `all_principals` reads everybody in the account. Raises the refusals of keys where no key is read.
    """
    found, refused = read_keys(session, keys)
    if refused and not found:
        raise InputError(one for error in refused.values() for one in error.diagnostics)
    account = next((access.key.arn.split(":")[4] for access in found), "")
    names = tuple(dict.fromkeys((*(name for access in found for name in named_principals(access)), *also)))
    held = _of_account(session, names, account) if all_principals else read_named(session, names, account)
    described = read_together(f"the IAM of {account}", {f"the IAM of {account}": held.details})
    cut = {**{one.holder: one.what for one in described.unknown}, **dict.fromkeys(described.untold, "not all of them are told")}
    principals = {arn: one for arn, one in described.bundle.principals.items() if arn not in cut}
    unread = {**held.unread, **cut, **dict.fromkeys(held.gone, "it does not exist")}
    unread[ANYBODY] = _OWN_ACCOUNT if all_principals else _NAMED_ALONE
    return Snapshot(Bundle(found, principals), unread, held.gone, refused)


def _of_account(session: Session, names: Iterable[str], account: str) -> PrincipalAnswers:
    """Return all principals of the account; named ones that are not among them are `gone`."""
    details = read_account(session)
    there = {one["Arn"] for name in ("UserDetailList", "RoleDetailList") for one in details[name]}
    arns = [(name, arn) for name in names if (arn := parse_arn(name)) and arn.service == "iam" and arn.kind in ("role", "user")]
    others = {name: "it is of another account" for name, arn in arns if arn.account != account}
    return PrincipalAnswers(details, others, tuple(name for name, arn in arns if arn.account == account and name not in there))


def named_principals(access: KeyAccess) -> Iterator[str]:
    """Yield the principal ARNs that a key policy and grants name, without patterns."""
    for statement in access.policy.statements:
        yield from _named(statement)
    for grant in access.grants:
        yield from (one for one in (grant.grantee, grant.retiring) if one and parse_arn(one))


def _named(statement: Statement) -> Iterator[str]:
    values = [one.value for one in statement.principals or () if one.kind == "AWS"]
    values += [one for test in statement.conditions if folded(test.key) == _PRINCIPAL_ARN for one in test.values]
    yield from (one for one in values if parse_arn(one) and not _PATTERN & set(one))

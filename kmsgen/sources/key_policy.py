"""A policy as AWS prints it: a key policy, which tells at most by its accounts and Regions whose key it is, or an IAM policy."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kmsgen.arn import ACCOUNT_ID, PARTITIONS, parse_arn
from kmsgen.authorizer.language.statement import Layer
from kmsgen.errors import Diagnostic, Location
from kmsgen.policy.bundle import NEW_KEY_ID, Bundle, Key, KeyAccess
from kmsgen.policy.document import Document
from kmsgen.policy.json_form import parse_document
from kmsgen.reading import Source
from kmsgen.sources.beside import Beside, checked_key_arn
from kmsgen.sources.described import GRANTS, IDENTITY_POLICIES, KEY_KIND, Described
from kmsgen.sources.key_kinds import likely_kind
from kmsgen.sources.places import PlacedPolicy, Places

_ACCOUNT_KEYS = ("kms:calleraccount", "aws:principalaccount", "aws:sourceaccount", "aws:resourceaccount")
_PRINCIPALS = {"Principal", "NotPrincipal"}
_NOTHING_ELSE = frozenset({KEY_KIND, IDENTITY_POLICIES, GRANTS})
_VIA_REGION = re.compile(r"[a-z0-9-]+\.([a-z]{2}(?:-[a-z]+)+-[0-9])\.amazonaws\.com\Z")


def is_key_policy(source: Source) -> bool:
    """Return whether a file holds a policy document of which some statement may have a Principal."""
    return isinstance(source.data, dict) and "Statement" in source.data


def is_iam_policy(source: Source) -> bool:
    """Return whether a file holds a policy document of which no statement has a Principal."""
    if not is_key_policy(source):
        return False
    raw = source.data["Statement"]
    statements = raw if isinstance(raw, list) else [raw]
    has_none = (isinstance(one, dict) and not _PRINCIPALS & one.keys() for one in statements)
    return bool(statements) and all(has_none)


def read_iam_policy(source: Source, _beside: Beside) -> Described:
    """Read an IAM policy, which is about no key by itself. Raises InputError with every problem found."""
    policy = parse_document(source.data, source.where, "forbidden")
    places = Places((PlacedPolicy(policy, source.where, Layer.IDENTITY),))
    hint = "give the key policy, and this one beside it: --identity-policy ARN=FILE"
    no_key = Diagnostic(source.where(), "no-key", "an IAM policy alone is about no key", hint)
    return Described(Bundle(()), places, lacks=_NOTHING_ELSE, no_key=no_key)


def read_key_policy(source: Source, beside: Beside) -> Described:
    """Read a key policy. Raises InputError with every problem found.

    The key is of the kind that the actions named suggest; what must hold whatever it is, is asked of `every_kind`.
    """
    policy = parse_document(source.data, source.where, "required")
    arn = key_arn_of(policy, beside)
    places = Places((PlacedPolicy(policy, source.where, Layer.KEY_POLICY, arn or ""),))
    if arn is None:
        return Described(Bundle(()), places, lacks=_NOTHING_ELSE, no_key=_unknown_key(policy, source.path))
    spec, usage = likely_kind(policy)
    key = Key(arn, spec, usage, multi_region=arn.rpartition("/")[2].startswith("mrk-"))
    return Described(Bundle((KeyAccess(key, policy),)), places, lacks=_NOTHING_ELSE)


def key_arn_of(policy: Document, beside: Beside) -> str | None:
    """Return the ARN of a policy's key: as it is told, or for a policy in which one account occurs. Raises InputError."""
    if beside.key_arn:
        return str(checked_key_arn(beside.key_arn))
    if beside.home:
        return beside.home.key_arns(1)[0]
    accounts = sorted(set(_accounts(policy)))
    if len(accounts) != 1:
        return None
    regions = sorted(set(_regions(policy)))
    region = regions[0] if len(regions) == 1 else "us-east-1"
    return f"arn:{_partition(policy)}:kms:{region}:{accounts[0]}:key/{NEW_KEY_ID}"


def _unknown_key(policy: Document, path: str) -> Diagnostic:
    seen = ", ".join(f"`{account}`" for account in sorted(set(_accounts(policy)))) or "none"
    message = f"the policy does not tell whose key this is: accounts that occur: {seen}"
    return Diagnostic(Location(path), "unknown-key", message, "name the key with --key-arn")


def _texts(policy: Document) -> Iterable[str]:
    for statement in policy.statements:
        yield from (principal.value for principal in statement.principals or ())
        yield from statement.resources
        for condition in statement.conditions:
            yield from condition.values


def _accounts(policy: Document) -> Iterable[str]:
    for text in _texts(policy):
        arn = parse_arn(text)
        if arn and ACCOUNT_ID.match(arn.account):
            yield arn.account
    for statement in policy.statements:
        yield from (p.value for p in statement.principals or () if ACCOUNT_ID.match(p.value))
        for condition in statement.conditions:
            if condition.key.lower() in _ACCOUNT_KEYS:
                yield from (value for value in condition.values if ACCOUNT_ID.match(value))


def _regions(policy: Document) -> Iterable[str]:
    for text in _texts(policy):
        via = _VIA_REGION.match(text)
        arn = parse_arn(text)
        if via:
            yield via.group(1)
        elif arn and arn.region and "*" not in arn.region:
            yield arn.region


def _partition(policy: Document) -> str:
    partitions = {arn.partition for text in _texts(policy) if (arn := parse_arn(text))}
    named = sorted(partitions & set(PARTITIONS))
    return named[0] if len(named) == 1 else "aws"

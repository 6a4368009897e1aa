"""A bare policy as AWS prints it: a key policy, whose key is known at most by accounts and Regions in it, or an IAM policy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from kmsgen.arn import ACCOUNT_ID, PARTITIONS, REGION, Arn, parse_arn
from kmsgen.authorizer.language.statement import Layer
from kmsgen.errors import Diagnostic, Location
from kmsgen.policy.bundle import NEW_KEY_ID, Bundle, Key
from kmsgen.policy.document import Document, Effect, Statement
from kmsgen.policy.json_form import parse_document
from kmsgen.policy.letter_case import folded
from kmsgen.reading import Source
from kmsgen.sources.beside import Beside, checked_key_arn
from kmsgen.sources.described import GRANTS, IDENTITY_POLICIES, KEY_KIND, KEY_MAKE, KEY_REGION, Described
from kmsgen.sources.gathering import Gathering
from kmsgen.sources.key_kinds import likely_kind
from kmsgen.sources.places import PlacedPolicy, Places
from kmsgen.sources.unknown.readings import read_policy
from kmsgen.sources.unknown.unknown import Unknown
from kmsgen.sources.unknown.untold import ALIASES, MULTI_REGION, ORIGIN, TAGS, hide

_ACCOUNT_KEYS = ("kms:calleraccount", "aws:principalaccount", "aws:sourceaccount", "aws:resourceaccount")
_PRINCIPALS = {"Principal", "NotPrincipal"}
_NOTHING_ELSE = frozenset({KEY_KIND, KEY_MAKE, IDENTITY_POLICIES, GRANTS})
_NOT_TOLD = "which a key policy does not tell"
_PATTERN = {"*", "?", "$"}
_VIA_REGION = re.compile(r"[a-z0-9-]+\.([a-z]{2,4}(?:-[a-z]+)+-[0-9])\.amazonaws\.com\Z")


def is_key_policy(source: Source) -> bool:
    """Return whether a file holds a policy document; also true for IAM policies, which `is_iam_policy` tells apart."""
    return isinstance(source.data, dict) and "Statement" in source.data


def is_iam_policy(source: Source) -> bool:
    """Return whether a file holds a policy document without a Principal in any statement."""
    if not is_key_policy(source):
        return False
    raw = source.data["Statement"]
    statements = raw if isinstance(raw, list) else [raw]
    has_none = (isinstance(one, dict) and not _PRINCIPALS & one.keys() for one in statements)
    return bool(statements) and all(has_none)


def read_iam_policy(source: Source, _beside: Beside) -> Described:
    """Read an IAM policy, which by itself is about no key. Raises InputError with every problem."""
    policy = parse_document(source.data, source.where, "forbidden")
    places = Places((PlacedPolicy(policy, source.where, Layer.IDENTITY),))
    hint = "give the key policy, and this one beside it: --identity-policy ARN=FILE"
    no_key = Diagnostic(source.where(), "no-key", "an IAM policy alone is about no key", hint)
    return Described(Bundle(()), places, lacks=_NOTHING_ELSE, no_key=no_key)


def read_key_policy(source: Source, beside: Beside) -> Described:
    """Read a key policy. Raises InputError with every problem.

    The key gets the kind that the actions suggest (checks that need all kinds try `every_kind`). Conditions on other properties
    of the key that are not told are unknown.
    """
    policy = parse_document(source.data, source.where, "required")
    arn = key_arn_of(policy, beside)
    if arn is None:
        places = Places((PlacedPolicy(policy, source.where, Layer.KEY_POLICY, ""),))
        return Described(Bundle(()), places, lacks=_NOTHING_ELSE, no_key=_unknown_key(policy, source.path))
    gathering = Gathering(source.path, where=source.where)
    key = Key(arn, *likely_kind(policy), multi_region=arn.rpartition("/")[2].startswith("mrk-"))
    untold = _untold(policy, beside)
    readings = read_policy(_with_untold(source.data, policy, beside, untold), source.where, "required")
    gathering.add_key("", key, readings, source.where)
    gathering.keep_written("", policy, source.where)
    if not (beside.key_arn or beside.home) and arn in _whole(policy):
        gathering.assume(source.where(()), f"the policy is taken to be of {arn}, which an Allow names in Resource")
    lacks = _NOTHING_ELSE if _tells_region(policy, beside) else _NOTHING_ELSE | {KEY_REGION}
    return gathering.described(lacks)._replace(hides=untold)


def key_arn_of(policy: Document, beside: Beside) -> str | None:
    """Return the ARN of a policy's key: as told, or from Resource, or a placeholder in its one account; None if unclear.

    Raises InputError if the ARN that is told is none of a key.
    """
    if beside.key_arn:
        return str(checked_key_arn(beside.key_arn))
    if beside.home:
        return beside.home.key_arns(1)[0]
    named = _named_keys(policy)
    accounts = {arn.account for arn in named if ACCOUNT_ID.match(arn.account)} or set(_accounts(policy))
    if len(accounts) != 1:
        return None
    whole = _whole(policy)
    if len(whole) == 1:
        return whole.pop()
    regions = {arn.region for arn in named if REGION.match(arn.region)} or set(_regions(policy))
    region = regions.pop() if len(regions) == 1 else "us-east-1"
    return f"arn:{_partition(policy)}:kms:{region}:{accounts.pop()}:key/{NEW_KEY_ID}"


def _tells_region(policy: Document, beside: Beside) -> bool:
    named = {arn.region for arn in _named_keys(policy) if REGION.match(arn.region)}
    return bool(beside.key_arn or beside.home) or len(named) == 1


def _named_keys(policy: Document) -> list[Arn]:
    """Return the key ARNs (or patterns) in Resource elements of Allow statements, which in a key policy mean the key itself."""
    return _key_arns(one for one in policy.statements if one.effect is Effect.ALLOW and not one.not_resource)


def _key_arns(statements: Iterable[Statement]) -> list[Arn]:
    arns = (arn for one in statements for text in one.resources if (arn := parse_arn(text)) is not None)
    return [arn for arn in arns if arn.service == "kms" and arn.kind == "key"]


def _untold(policy: Document, beside: Beside) -> dict[str, str]:
    """Return the unknown properties of the key in words, by the condition keys that read them."""
    if beside.home is not None:
        return {}
    untold = {**ALIASES, **({} if beside.tags else TAGS), **ORIGIN, **MULTI_REGION}
    named = _whole(policy)
    arn = beside.key_arn or (named.pop() if len(named) == 1 else "")
    if arn and not arn.rpartition("/")[2].startswith("mrk-"):
        untold = {name: what for name, what in untold.items() if name not in MULTI_REGION}
    return untold


def _whole(policy: Document) -> set[str]:
    """Return the key ARNs that have no wildcard and mean the key itself."""
    return _literal(_named_keys(policy))


def _tells_which(policy: Document) -> bool:
    """Return whether all key ARNs without a wildcard are the one that means the key itself: a Deny may be about another."""
    own = _whole(policy)
    return len(own) < 2 and _literal(_key_arns(policy.statements)) <= own


def _literal(arns: Iterable[Arn]) -> set[str]:
    return {str(arn) for arn in arns if not _PATTERN & set(str(arn))}


def _with_untold(data: Any, policy: Document, beside: Beside, untold: dict[str, str]) -> Any:  # noqa: ANN401 - plain data
    """Return the policy with Unknown wherever a statement depends on unknown properties of the key."""
    hidden = hide(data, untold, _NOT_TOLD, at=())
    told = beside.key_arn or beside.home is not None or _tells_which(policy)
    return hidden if told else _without_keys(hidden)


def _without_keys(data: Any) -> Any:  # noqa: ANN401 - plain data with markers
    """Return a policy with the keys that Resources name Unknown: one at most is its own."""
    raw = data["Statement"]
    statements = [
        {**one, name: [_maybe_own(entry) for entry in (value if isinstance(value, list) else [value])]}
        if isinstance(one, dict) and (name := "Resource" if "Resource" in one else "NotResource") and (value := one.get(name))
        else one
        for one in (raw if isinstance(raw, list) else [raw])
    ]
    return {**data, "Statement": statements}


def _maybe_own(entry: Any) -> Any:  # noqa: ANN401 - plain data with markers
    arn = parse_arn(entry) if isinstance(entry, str) else None
    is_key = arn is not None and arn.service == "kms" and arn.kind == "key" and not _PATTERN & set(entry)
    return Unknown(f"which of the keys in Resource the policy is of, {_NOT_TOLD}") if is_key else entry


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
            if folded(condition.key) in _ACCOUNT_KEYS:
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

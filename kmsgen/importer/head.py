"""Head of an imported intent: name, scope, and the key, new or existing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kmsgen.arn import Arn, parse_arn
from kmsgen.catalogue.key_specs import usages
from kmsgen.catalogue.regions import PARTITION_OF
from kmsgen.policy.bundle import Creation, Key, KeyAccess, PrincipalPolicies
from kmsgen.policy.document import Condition, Effect, Statement
from kmsgen.policy.letter_case import folded

_NO_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_NEW_KEY = re.compile(r"key/(?:mrk-)?0{8}")  # a placeholder: of the key to create no id is known
_ORGANIZATION = "aws:principalorgid"


def head_of(access: KeyAccess, principals: Mapping[str, PrincipalPolicies], path: str) -> dict[str, Any]:
    """Return an intent without its lines; an alias told nowhere else is the one that all IAM policies name."""
    arn = parse_arn(access.key.arn)
    if arn is None:
        raise ValueError(f"`{access.key.arn}` is not an ARN")
    found = {"kmsgen": 1, "name": _name(path, access.key), "scope": _scope(arn, access.policy.statements)}
    about = _new(access.key, access.creation, _alias_in(principals)) if is_new(access.key) else _existing(access.key)
    return {**found, **about}


def is_new(key: Key) -> bool:
    """Return whether a key's ARN is a placeholder, so that the intent creates the key."""
    return _NEW_KEY.match(key.arn.split(":", 5)[5]) is not None


def _name(path: str, key: Key) -> str:
    alias = next(iter(key.aliases), "").removeprefix("alias/")
    known = alias or ("" if path == "-" else Path(path).stem)
    return _NO_NAME.sub("-", known).strip("-._")[:64] or "imported"


def _scope(arn: Arn, statements: Iterable[Statement]) -> dict[str, Any]:
    partition = {} if arn.partition == "aws" else {"partition": arn.partition}
    organizations = {value for condition in _of_denies(statements) for value in condition.values}
    organization = {"organization": organizations.pop()} if len(organizations) == 1 else {}
    newer = {} if arn.region in PARTITION_OF else {"new_regions": [arn.region]}
    return {"account": arn.account, "regions": [arn.region], **newer, **partition, **organization}


def _of_denies(statements: Iterable[Statement]) -> Iterator[Condition]:
    for statement in statements:
        if statement.effect is Effect.DENY:
            yield from (one for one in statement.conditions if folded(one.key) == _ORGANIZATION)


def _kind(key: Key) -> dict[str, Any]:
    found: dict[str, Any] = {} if key.spec == "SYMMETRIC_DEFAULT" else {"spec": key.spec}
    return found | ({"usage": key.usage} if len(usages(key.spec)) > 1 else {})


def _existing(key: Key) -> dict[str, Any]:
    return {"keys": [key.arn], **_kind(key), **({"origin": key.origin} if key.origin else {})}


def _alias_in(principals: Mapping[str, PrincipalPolicies]) -> str | None:
    documents = (document for held in principals.values() for document in held.identity_policies)
    texts = (text for document in documents for statement in document.statements for text in statement.resources)
    names = {text.partition(":alias/")[2] for text in texts if ":alias/" in text}
    return names.pop() if len(names) == 1 and not any("*" in name for name in names) else None


def _new(key: Key, creation: Creation | None, named: str | None) -> dict[str, Any]:
    alias = next(iter(key.aliases), creation.alias if creation and creation.alias else named)
    rows = {
        "alias": alias.removeprefix("alias/") if alias else None,
        "description": creation.description if creation else None,
        **_kind(key),
        "origin": key.origin if key.origin not in ("", "AWS_KMS") else None,
        "rotation_days": creation.rotation_days if creation else None,
        "deletion_window_days": creation.deletion_window_days if creation else None,
        "multi_region": key.multi_region or None,
        "tags": dict(key.tags),
    }
    return {"key": {name: value for name, value in rows.items() if value}}

"""KMS keys of a live account, with policy, grants, tags and aliases.

Source: KMS API Reference, DescribeKey, GetKeyPolicy, ListGrants, ListResourceTags, ListAliases, ListKeys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from kmsgen.arn import parse_arn
from kmsgen.errors import Diagnostic, InputError
from kmsgen.policy.bundle import KeyAccess
from kmsgen.sources.aws_output.answers import read_together
from kmsgen.sources.described import parse_key_arn
from kmsgen.sources.live.failures import OF_ONE_KEY, REFUSED, AwsError
from kmsgen.sources.live.session import Session


def list_keys(session: Session) -> list[str]:
    """Return the ARNs of all keys in the session's account and Region. Raises AwsError."""
    return [str(one["KeyArn"]) for one in session.listed("kms", "ListKeys", "Keys")]


class KeysRead(NamedTuple):
    """Keys as read, and the failures of others of which AWS refused a part, by their ARNs."""

    keys: tuple[KeyAccess, ...]
    refused: Mapping[str, AwsError]


def read_keys(session: Session, names: Iterable[str]) -> KeysRead:
    """Read keys by id, ARN or alias. Raises KmsgenError; missing keys, and refused ones of unknown ARN, are reported together."""
    reader = _KeyReader(session)
    found: dict[str, KeyAccess] = {}
    refused: dict[str, AwsError] = {}
    problems: list[Diagnostic] = []
    for name in dict.fromkeys(names):
        try:
            access = reader.read(name)
            found[access.key.arn] = access
        except AwsError as error:
            if error.kind not in OF_ONE_KEY:
                raise
            arn = error.about if parse_key_arn(error.about) else name
            if error.kind is REFUSED and parse_key_arn(arn):
                refused[arn] = error
            else:
                problems += error.diagnostics
    if problems:
        raise InputError(problems)
    return KeysRead(tuple(found.values()), refused)


class _KeyReader:
    """Reads keys; lists the aliases of each Region once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._aliases: dict[str | None, list[Any]] = {}

    def read(self, name: str) -> KeyAccess:
        """Read a key by its id, ARN or alias. Raises KmsgenError."""
        region = _region_in(name)
        metadata = self._session.call("kms", "DescribeKey", name, region, KeyId=name)["KeyMetadata"]
        if region not in self._aliases:
            self._aliases[region] = self._session.listed("kms", "ListAliases", "Aliases", region=region)
        return _access(self._session, metadata, region, self._aliases[region])


def _access(session: Session, metadata: dict[str, Any], region: str | None, aliases: list[Any]) -> KeyAccess:
    arn = str(metadata["Arn"])
    policy = session.call("kms", "GetKeyPolicy", arn, region, KeyId=arn, PolicyName="default")["Policy"]
    grants = session.listed("kms", "ListGrants", "Grants", arn, region, KeyId=arn)
    tags = session.listed("kms", "ListResourceTags", "Tags", arn, region, KeyId=arn)
    answers = {
        "describe-key": {"KeyMetadata": metadata},
        "get-key-policy": {"Policy": policy},
        "list-grants": {"Grants": [{**one, "KeyId": arn} for one in grants]},
        "list-aliases": {"Aliases": aliases},
        "list-resource-tags": {"Tags": tags},
    }
    described = read_together(arn, {f"{arn} {name}": answer for name, answer in answers.items()})
    if described.unknown:
        raise InputError(one.diagnostic for one in described.unknown)
    return described.bundle.keys[0]


def _region_in(name: str) -> str | None:
    """Return the Region in an ARN of a key or alias; None for an id or name, then the session's Region counts."""
    arn = parse_arn(name)
    return arn.region or None if arn else None

"""A key policy as AWS prints it, with the identity policies and grants that stand beside it in files of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from kmsgen.arn import ACCOUNT_ID, PARTITIONS, account_of, parse_arn
from kmsgen.errors import Diagnostic, InputError, KmsgenError, Location, input_error
from kmsgen.policy.bundle import NEW_KEY_ID, Bundle, Key, KeyAccess, PrincipalPolicies
from kmsgen.policy.document import Document
from kmsgen.policy.grant import Grant
from kmsgen.policy.json_form import parse_document, parse_grant
from kmsgen.reading import Source, Steps, Where, read_file
from kmsgen.sources.key_kinds import likely_kind

_ACCOUNT_KEYS = ("kms:calleraccount", "aws:principalaccount", "aws:sourceaccount", "aws:resourceaccount")
_VIA_REGION = re.compile(r"[a-z0-9-]+\.([a-z]{2}(?:-[a-z]+)+-[0-9])\.amazonaws\.com\Z")


class Beside(NamedTuple):
    """What is given beside a key policy: the key's ARN, identity policies by principal, a file of grants."""

    key_arn: str | None = None
    identity_policies: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    grants: str | None = None

    @property
    def given(self) -> bool:
        """Whether anything is given at all."""
        return bool(self.key_arn or self.identity_policies or self.grants)


def is_policy(data: object) -> bool:
    """Return whether plain data is a policy document."""
    return isinstance(data, dict) and "Statement" in data


def read_policy(source: Source, beside: Beside) -> Bundle:
    """Build the bundle of a key policy. Raises InputError, with every problem found.

    The key is of the kind that the actions named suggest; what must hold whatever it is, is asked of `every_kind`.
    """
    problems: list[Diagnostic] = []
    policy = _try(problems, lambda: parse_document(source.data, source.where, "required"))
    principals = _identity_policies(beside.identity_policies, problems)
    grants = _try(problems, lambda: read_grants(beside.grants)) if beside.grants else ()
    if problems or policy is None:
        raise InputError(problems)
    arn = beside.key_arn or infer_key_arn(policy, source.path)
    parsed = parse_arn(arn)
    if parsed is None or parsed.service != "kms" or not ACCOUNT_ID.match(parsed.account) or parsed.kind != "key":
        raise input_error(Location("--key-arn"), "not-a-key-arn", f"`{arn}` is not the ARN of a KMS key")
    spec, usage = likely_kind(policy)
    key = Key(arn, spec, usage, multi_region=parsed.name.startswith("mrk-"))
    return Bundle((KeyAccess(key, policy, grants or ()),), principals)


def _try(problems: list[Diagnostic], read: Any) -> Any:  # noqa: ANN401 - whatever the reader returns
    try:
        return read()
    except KmsgenError as error:
        problems += error.diagnostics
        return None


def _identity_policies(files: Mapping[str, tuple[str, ...]], problems: list[Diagnostic]) -> dict[str, PrincipalPolicies]:
    found = {}
    for principal, paths in files.items():
        if account_of(principal) is None or parse_arn(principal) is None:
            place = Location("--identity-policy")
            problems.append(Diagnostic(place, "not-a-principal", f"`{principal}` is not the ARN of a principal"))
            continue
        documents = [_try(problems, lambda path=path: _identity_policy(path)) for path in paths]
        found[principal] = PrincipalPolicies(tuple(document for document in documents if document is not None))
    return found


def _identity_policy(path: str) -> Document:
    source = read_file(path)
    return parse_document(source.data, source.where, "forbidden")


def read_grants(path: str) -> tuple[Grant, ...]:
    """Read a file of grants: `aws kms list-grants` output, a list of grants, or one CreateGrant request."""
    source = read_file(path)
    data = source.data
    prefix: Steps = ("Grants",) if isinstance(data, dict) and "Grants" in data else ()
    items = data["Grants"] if prefix else data
    if isinstance(items, dict):
        return (parse_grant(items, source.where),)
    if not isinstance(items, list):
        raise input_error(source.where(prefix), "not-grants", "expected a list of grants, as `aws kms list-grants` prints it")
    return tuple(parse_grant(item, _below(source.where, (*prefix, index))) for index, item in enumerate(items))


def _below(where: Where, steps: Steps) -> Where:
    return lambda inner: where((*steps, *inner))


def infer_key_arn(policy: Document, path: str) -> str:
    """Return a key ARN for a policy in which one account occurs; raises InputError where none or several do."""
    accounts = sorted(set(_accounts(policy)))
    if len(accounts) != 1:
        seen = ", ".join(f"`{account}`" for account in accounts) or "none"
        message = f"the policy does not tell whose key this is: accounts that occur: {seen}"
        raise input_error(Location(path), "unknown-key", message, "name the key with --key-arn")
    regions = sorted(set(_regions(policy)))
    region = regions[0] if len(regions) == 1 else "us-east-1"
    return f"arn:{_partition(policy)}:kms:{region}:{accounts[0]}:key/{NEW_KEY_ID}"


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

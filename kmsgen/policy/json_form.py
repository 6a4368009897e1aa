"""Policies as AWS prints and takes them: plain data in and out.

Source: IAM User Guide, reference_policies_grammar; KMS Developer Guide, key-policy-overview.
"""

from __future__ import annotations

import json
import re
from typing import Any

from kmsgen.errors import NOWHERE, InputError, Location
from kmsgen.policy.document import Condition, Document, Effect, Principal, Statement
from kmsgen.policy.operators import split_operator
from kmsgen.policy.plain_data import Reader
from kmsgen.reading import Steps, Where

# PolicyType and policyDocumentType: tab, line feed, carriage return, U+0020 to U+00FF
LAST_RAW_CHARACTER = "\u00ff"
# KMS Developer Guide, key-policy-overview
KEY_POLICY_BYTES = 32_768
_ESCAPED_BY_TERRAFORM = re.compile("[<>&\u2028\u2029]")
VERSIONS = ("2012-10-17", "2008-10-17")
PRINCIPAL_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")
_ELEMENTS = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)


def nowhere(_steps: Steps) -> Location:
    """Stand in for a `Where` when data has no file."""
    return NOWHERE


def to_json(data: object) -> str:
    """Write plain data as JSON: two spaces deep, other letters than ASCII kept, a newline at the end."""
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def compact_policy(data: object) -> str:
    """Write a policy as the shortest JSON that KMS and IAM take: no white space, an escape for a character they refuse."""
    return ascii_above_latin_1(json.dumps(data, separators=(",", ":"), ensure_ascii=False))


def as_sent(text: str) -> str:
    """Return the JSON of a policy as Terraform's jsonencode writes it, which is the longest that any tool sends.

    Source: Terraform, jsonencode: `<`, `>`, `&` and U+2028 and U+2029 are written as six characters each.
    """
    return _ESCAPED_BY_TERRAFORM.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def ascii_above_latin_1(text: str) -> str:
    """Write each character above U+00FF of a JSON text as its escape; such characters occur in JSON strings only."""
    if text.isascii():
        return text
    return "".join(char if char <= LAST_RAW_CHARACTER else json.dumps(char)[1:-1] for char in text)


# --- reading ------------------------------------------------------------------------------------------------------------


def parse_document(data: object, where: Where = nowhere, principals: str = "optional") -> Document:
    """Read a policy from plain data. `principals`: `required` (key policies), `forbidden` (IAM policies), or `optional`.

    Raises InputError with every problem found. A statement without Action or Resource is kept: KMS accepts it.
    """
    reader = Reader(where)
    policy = reader.mapping(data, (), "a policy")
    reader.known(policy, ("Version", "Id", "Statement"), (), "a policy")
    version = reader.text(policy.get("Version"), ("Version",), "Version") or "2008-10-17"
    if version not in VERSIONS:
        reader.refuse(("Version",), "bad-version", f"no policy version `{version}`", f"use `{VERSIONS[0]}`")
    raw = policy.get("Statement")
    numbered = [(("Statement", i), item) for i, item in enumerate(raw)] if isinstance(raw, list) else [(("Statement",), raw)]
    if not numbered or raw is None:
        reader.refuse((), "no-statement", "a policy must have at least one statement")
        numbered = []
    statements = tuple(_statement(reader, item, steps, principals) for steps, item in numbered)
    document = Document(statements, version, reader.text(policy.get("Id"), ("Id",), "Id"))
    if reader.problems:
        raise InputError(reader.problems)
    return document


def _statement(reader: Reader, data: object, steps: Steps, principals: str) -> Statement:
    item = reader.mapping(data, steps, "a statement")
    reader.known(item, _ELEMENTS, steps, "a statement")
    effect = item.get("Effect")
    if effect not in ("Allow", "Deny"):
        reader.refuse((*steps, "Effect"), "bad-effect", "Effect must be `Allow` or `Deny`, in this spelling")
        effect = "Deny"
    who, not_principal = _either(reader, item, "Principal", steps)
    if principals == "required" and who is None:
        reader.refuse(steps, "no-principal", "a statement of a key policy must have a Principal")
    if principals == "forbidden" and who is not None:
        reader.refuse((*steps, "Principal"), "principal-in-iam-policy", "a statement of an IAM policy cannot have a Principal")
    actions, not_action = _either(reader, item, "Action", steps)
    resources, not_resource = _either(reader, item, "Resource", steps)
    return Statement(
        effect=Effect(effect),
        actions=_elements(reader, actions, (*steps, "NotAction" if not_action else "Action")),
        resources=_elements(reader, resources, (*steps, "NotResource" if not_resource else "Resource")),
        principals=None if who is None else _principals(reader, who, (*steps, "NotPrincipal" if not_principal else "Principal")),
        conditions=_conditions(reader, item.get("Condition", {}), (*steps, "Condition")),
        sid=reader.text(item.get("Sid"), (*steps, "Sid"), "Sid"),
        not_principal=not_principal,
        not_action=not_action,
        not_resource=not_resource,
    )


def _either(reader: Reader, item: dict[str, Any], name: str, steps: Steps) -> tuple[Any, bool]:
    if name in item and f"Not{name}" in item:
        reader.refuse((*steps, f"Not{name}"), "both-forms", f"a statement cannot have both {name} and Not{name}")
    return (item[f"Not{name}"], True) if f"Not{name}" in item else (item.get(name), False)


def _elements(reader: Reader, data: object, steps: Steps) -> tuple[str, ...]:
    return () if data is None else reader.texts(data, steps, str(steps[-1]))


def _principals(reader: Reader, data: object, steps: Steps) -> tuple[Principal, ...]:
    if data == "*":
        return (Principal("*", "*"),)
    if not isinstance(data, dict) or not data:
        reader.refuse(steps, "bad-principal", 'a Principal must be `"*"` or a mapping such as `{"AWS": "..."}`')
        return ()
    reader.known(data, PRINCIPAL_KINDS, steps, "a Principal")
    return tuple(
        Principal(kind, value)
        for kind, values in data.items()
        for value in reader.texts(values, (*steps, kind), f"a principal of kind {kind}")
    )


def _conditions(reader: Reader, data: object, steps: Steps) -> tuple[Condition, ...]:
    found = []
    for operator, keys in reader.mapping(data, steps, "Condition").items():
        name = split_operator(operator)
        if name is None:
            reader.refuse((*steps, operator), "unknown-operator", f"there is no condition operator `{operator}`")
        for key, values in reader.mapping(keys, (*steps, operator), "the keys of a condition operator").items():
            found.append(Condition(str(name), key, reader.values(values, (*steps, operator, key))))
    return tuple(found)


# --- writing ------------------------------------------------------------------------------------------------------------


def format_document(document: Document) -> dict[str, Any]:
    """Write a policy as plain data: a single value as itself, several as a list, absent elements left out."""
    head: dict[str, Any] = {"Version": document.version}
    if document.id is not None:
        head["Id"] = document.id
    return {**head, "Statement": [format_statement(statement) for statement in document.statements]}


def format_statement(statement: Statement) -> dict[str, Any]:
    """Write one statement as plain data."""
    data: dict[str, Any] = {} if statement.sid is None else {"Sid": statement.sid}
    data["Effect"] = str(statement.effect)
    if statement.principals is not None:
        data["NotPrincipal" if statement.not_principal else "Principal"] = _format_principals(statement.principals)
    if statement.actions:
        data["NotAction" if statement.not_action else "Action"] = _one_or_many(statement.actions)
    if statement.resources:
        data["NotResource" if statement.not_resource else "Resource"] = _one_or_many(statement.resources)
    if statement.conditions:
        data["Condition"] = _format_conditions(statement.conditions)
    return data


def _one_or_many(values: tuple[str, ...]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


def _format_principals(principals: tuple[Principal, ...]) -> str | dict[str, Any]:
    if any(principal.kind == "*" for principal in principals):
        return "*"
    kinds: dict[str, tuple[str, ...]] = {}
    for principal in principals:
        kinds[principal.kind] = (*kinds.get(principal.kind, ()), principal.value)
    return {kind: _one_or_many(values) for kind, values in kinds.items()}


def _format_conditions(conditions: tuple[Condition, ...]) -> dict[str, Any]:
    """Write conditions by operator and key; ValueError where one operator has one key twice: JSON cannot say that."""
    data: dict[str, dict[str, Any]] = {}
    for condition in conditions:
        keys = data.setdefault(condition.operator, {})
        if condition.key in keys:
            raise ValueError(f"`{condition.operator}` has `{condition.key}` twice")
        keys[condition.key] = _one_or_many(condition.values) if condition.values else []
    return data

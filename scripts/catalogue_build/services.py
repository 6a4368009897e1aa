"""Rows of `_services.py`: documented statements, made exact.

Wildcard actions become exact ones. Actions that can have no effect in that statement go: those that no key policy can
allow, and those that never carry a key which the conditions ask for (DescribeKey has no encryption context).
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from typing import Any

from catalogue_build import documentation
from catalogue_build.actions import condition_keys
from catalogue_build.packages import Reference
from kmsgen.catalogue.key_specs import key_type

Row = tuple[Any, ...]
SYMMETRIC = "SYMMETRIC_DEFAULT"
# `Get*` of a statement for users of a key names it, but only keys of origin EXTERNAL answer it.
FOR_IMPORTED_MATERIAL = {"GetParametersForImport"}
PLACEHOLDER = re.compile(r"\$\{([a-z0-9_]+)\}")
SCOPE_PLACEHOLDERS = {"partition", "region", "account"}
ONLY_USE = "the one documented use of the service"
PRINCIPAL_KINDS = {"Service": "Service", "AWS": "AWS", "Everyone": "*"}
GRANT_FLAG = "kms:GrantIsForAWSResource"
GRANT_PINS = {GRANT_FLAG, "kms:GrantOperations"}
GRANT_BASIS = "KMS Developer Guide, key-policy-default: grants for services integrated with KMS"
_WITH_WILDCARDS = {"StringEquals": "StringLike", "ArnEquals": "ArnLike"}
_META = {"is", "status", "basis", "wide", "fixed", "required"}


class Builder:
    """Builds the rows of all services from the hand-kept file."""

    def __init__(self, reference: Reference) -> None:
        facts = documentation.load("actions")["actions"]
        policies = {name: row.get("policy") for name, row in facts.items()}
        self._types = {name: documentation.key_types(row.get("key_types")) for name, row in facts.items()}
        self._keys = {name: condition_keys(name, reference) for name in reference.actions}
        # RetireGrant is "iam" too: the permission has no effect in a key policy.
        self._live = [name for name in reference.actions if policies[name] in {"key", "both"}]

    def rows(self) -> tuple[Row, ...]:
        """Return one row a service, in the order of the fields of `Service`."""
        return tuple(self._service(entry) for entry in documentation.load("services")["services"])

    def _service(self, entry: dict[str, Any]) -> Row:
        statements = [row for each in entry.get("statements", ()) for row in self._statements(each, entry)]
        return (
            entry["id"],
            entry["title"],
            entry["mechanism"],
            _via(statements),
            tuple(statements),
            tuple(entry.get("key_specs", ())),
            tuple(entry["source"]),
            tuple(entry.get("notes", ())),
            entry.get("key_usage", "ENCRYPT_DECRYPT"),
            tuple(entry.get("short", ())),
            tuple(entry.get("unsupported", ())),
            entry.get("short_why", ONLY_USE if "short" in entry else ""),
        )

    def _statements(self, entry: dict[str, Any], service: dict[str, Any]) -> Iterator[Row]:
        word = next(word for word in PRINCIPAL_KINDS if word in entry)
        conditions = [_Condition(each) for each in entry.get("conditions", ())]
        for actions, extra in _without_bare_create_grant(self._exact(entry["actions"], conditions, service), conditions, service):
            found = [*conditions, *extra]
            for principal in _list(entry[word]) if actions else ():
                yield _statement(entry, service, (PRINCIPAL_KINDS[word], principal, actions), found)

    def _exact(self, patterns: list[str], conditions: list[_Condition], service: dict[str, Any]) -> tuple[str, ...]:
        types = {key_type(spec, service.get("key_usage", "ENCRYPT_DECRYPT")) for spec in service.get("key_specs", [SYMMETRIC])}
        asked = {condition.key.lower() for condition in conditions if condition.asks_for_presence}
        named = {name for name in self._live for pattern in patterns if fnmatch.fnmatchcase(name, pattern)}
        named -= {name for name in named if not types & set(self._types[name] or types)} | {
            name for name in named if name in FOR_IMPORTED_MATERIAL
        }
        return tuple(sorted(name for name in named if all(self._carries(name, key) for key in asked)))

    def _carries(self, action: str, key: str) -> bool:
        if not key.startswith("kms:"):
            return True
        return any(key == own or (own.endswith(":") and key.startswith(own)) for own in self._keys[action])


class _Condition:
    """One condition of the hand-kept file."""

    def __init__(self, entry: dict[str, Any]) -> None:
        (self.operator, self.key), *_ = [(name, value) for name, value in entry.items() if name not in _META]
        self.values = tuple(_list(entry["is"]))
        self.status: str = entry["status"]
        self.basis: str = entry.get("basis", "")
        self.needs = placeholders(*self.values, self.key) - SCOPE_PLACEHOLDERS
        names_arns = all("arn:" in value or "_arn}" in value for value in self.values)
        about_source = self.key == "aws:SourceArn" or self.key.startswith("kms:EncryptionContext:")
        open_ended = bool(self.needs) or any("*" in value for value in self.values)
        self.resources = names_arns and about_source and open_ended and not entry.get("fixed", False)
        documented_wide = () if self.needs or not self.resources else self.values
        self.wide = tuple(_list(entry.get("wide", list(documented_wide))))
        self.forced: bool | None = entry.get("required")

    @property
    def asks_for_presence(self) -> bool:
        if self.operator == "Null":
            return self.values == ("false",)
        return not self.operator.startswith("ForAllValues") and "Not" not in self.operator

    def row(self, *, pinned: bool) -> Row:
        operator = _WITH_WILDCARDS.get(self.operator, self.operator) if self.resources else self.operator
        # Where the account is in the ARN, the account alone fills it in; else aws:SourceAccount pins the statement.
        held = pinned and not any("${account}" in value for value in self.values)
        required = bool(self.needs) and not self.wide and not held and self.status != "recommended"
        required = required if self.forced is None else self.forced
        return (operator, self.key, self.values, self.status, self.resources, self.wide, required, self.basis)


def _without_bare_create_grant(
    actions: tuple[str, ...], conditions: list[_Condition], service: dict[str, Any]
) -> list[tuple[tuple[str, ...], list[_Condition]]]:
    """Give CreateGrant a statement of its own where the documented one would let any grant be made."""
    pinned = {condition.key for condition in conditions} & GRANT_PINS
    if "CreateGrant" not in actions or pinned or GRANT_FLAG in service.get("unsupported", ()):
        return [(actions, [])]
    flag = _Condition({"Bool": GRANT_FLAG, "is": "true", "status": "recommended", "basis": GRANT_BASIS})
    return [(tuple(name for name in actions if name != "CreateGrant"), []), (("CreateGrant",), [flag])]


def _statement(
    entry: dict[str, Any], service: dict[str, Any], subject: tuple[str, str, tuple[str, ...]], found: list[_Condition]
) -> Row:
    kind, principal, actions = subject
    account = _source_account(entry, service, kind, found)
    pinned = account in {"documented", "documented_generic", "recommended"} and kind == "Service"
    free = {name for condition in found if not condition.resources for name in condition.needs}
    caller = kind == "AWS" and entry.get("caller", _is_caller(principal, found))
    own = set() if caller else placeholders(principal) - SCOPE_PLACEHOLDERS
    return (
        kind,
        principal,
        tuple(f"kms:{name}" for name in actions),
        tuple(condition.row(pinned=pinned and condition.resources) for condition in found),
        entry.get("scope", ""),
        caller,
        account,
        tuple(sorted(free | own)),
        entry.get("gap", ""),
    )


def _source_account(entry: dict[str, Any], service: dict[str, Any], kind: str, found: list[_Condition]) -> str:
    if kind != "Service":
        return ""
    if "aws:SourceAccount" in service.get("unsupported", ()):
        return "unsupported"
    stated = [condition.status for condition in found if condition.key == "aws:SourceAccount"]
    return stated[0] if stated else str(entry.get("source_account", "undocumented"))


def _is_caller(principal: str, found: list[_Condition]) -> bool:
    """Tell whether the statement is for whoever calls the service, whom the intent names."""
    if principal == "*":
        return any(condition.key == "kms:CallerAccount" for condition in found)
    return bool(placeholders(principal) - SCOPE_PLACEHOLDERS) or principal.endswith(":root")


def _via(statements: list[Row]) -> tuple[str, ...]:
    """Return the service prefixes in the kms:ViaService conditions of the statements."""
    values = (value for row in statements for condition in row[3] if condition[1] == "kms:ViaService" for value in condition[2])
    return tuple(dict.fromkeys(value.partition(".")[0] for value in values))


def placeholders(*texts: str) -> set[str]:
    """Return the names of the placeholders; `${aws:ResourceAccount}` is a policy variable and none."""
    return {name for text in texts for name in PLACEHOLDER.findall(text)}


def _list(value: Any) -> list[Any]:  # noqa: ANN401 - a scalar or a list of the hand-kept file
    return value if isinstance(value, list) else [value]

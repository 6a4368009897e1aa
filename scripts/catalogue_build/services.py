"""Rows of `_services.py`: documented statements, made exact.

Wildcard actions become exact ones. Actions that can have no effect in that statement go: those that no key policy can
allow, and those that never carry a key which the conditions ask for (DescribeKey has no encryption context).
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from catalogue_build import documentation
from catalogue_build.actions import condition_keys
from catalogue_build.packages import Reference
from kmsgen.catalogue.key_specs import key_type

Row = dict[str, Any]
SYMMETRIC = "SYMMETRIC_DEFAULT"
# `Get*` of a statement for users of a key names it, but only keys of origin EXTERNAL answer it.
FOR_IMPORTED_MATERIAL = {"GetParametersForImport"}
PLACEHOLDER = re.compile(r"\$\{([a-z0-9_]+)\}")
SCOPE_PLACEHOLDERS = {"partition", "region", "account", "source_region", "key_account", "caller_account"}
ONLY_USE = "the one documented use of the service"
PRINCIPAL_KINDS = {"Service": "Service", "Role": "AWS", "who": "AWS", "Everyone": "*"}
PINNING = {"documented", "documented_generic"}
_WITH_WILDCARDS = {"StringEquals": "StringLike", "ArnEquals": "ArnLike"}
_META = {"is", "status", "basis", "wide", "fixed", "required"}
_SERVICE_FIELDS = (
    "title", "mechanism", "source", "who", "notes", "short", "short_why", "one_list", "key_specs", "key_usage",
    "multi_region", "regions", "same_region", "across_accounts", "unsupported", "unconfirmed", "context", "grants",
)  # fmt: skip
_STATEMENT_FIELDS = ("opt_in", "optional", "generic", "unsupported", "scope", "gap")


def load() -> list[Row]:
    """Read the hand-kept files, in the order of their names."""
    files = sorted((documentation.DATA / "services").glob("*.yaml"))
    return [entry for path in files for entry in yaml.safe_load(path.read_text(encoding="utf-8"))]


class Builder:
    """Builds the rows of all services from the hand-kept files."""

    def __init__(self, reference: Reference) -> None:
        facts = documentation.load("actions")["actions"]
        policies = {name: row.get("policy") for name, row in facts.items()}
        self._types = {name: documentation.key_types(row.get("key_types")) for name, row in facts.items()}
        self._keys = {name: condition_keys(name, reference) for name in reference.actions}
        # RetireGrant is "iam" too: the permission has no effect in a key policy.
        self._live = [name for name in reference.actions if policies[name] in {"key", "both"}]
        self._services = {entry["id"]: self._service(entry) for entry in load()}

    def rows(self) -> dict[str, str]:
        """Return one row a service, by its id: the fields of `Service` as JSON, but for the id and what has its default."""
        return {name: json.dumps(row, ensure_ascii=False) for name, row in self._services.items()}

    def short_names(self) -> dict[str, str]:
        """Return the other names of services, each with the id it stands for."""
        return {short: name for name, row in self._services.items() for short in row.get("short", ())}

    def by_via(self) -> dict[str, tuple[str, ...]]:
        """Return the ids of the services that have a prefix of kms:ViaService, by prefix."""
        found: dict[str, list[str]] = {}
        for name, row in self._services.items():
            for prefix in row["via"]:
                found.setdefault(prefix, []).append(name)
        return {prefix: tuple(names) for prefix, names in sorted(found.items())}

    def _service(self, entry: Row) -> Row:
        statements = [row for each in entry.get("statements", ()) for row in self._statements(each, entry)]
        row = {name: entry[name] for name in _SERVICE_FIELDS if entry.get(name) not in (None, [], {})}
        if "short" in row:
            row.setdefault("short_why", ONLY_USE)
        for name in ("who", "context"):
            if name in row:
                row[name] = list(row[name].items())
        return {**row, "read": str(entry["read"]), "via": _via(entry, statements), "statements": statements}

    def _statements(self, entry: Row, service: Row) -> Iterator[Row]:
        word = next(word for word in PRINCIPAL_KINDS if word in entry)
        conditions = [_Condition(each) for each in entry.get("conditions", ())]
        actions = self._exact(entry, conditions, service)
        if not actions:
            raise SystemExit(f"{service['id']}: {entry['actions']} have no effect")
        for principal in [""] if word == "who" else _list(entry[word]):
            yield _statement(entry, service, (PRINCIPAL_KINDS[word], principal, actions), conditions)

    def _exact(self, entry: Row, conditions: list[_Condition], service: Row) -> list[str]:
        types = {key_type(spec, service.get("key_usage", "ENCRYPT_DECRYPT")) for spec in service.get("key_specs", [SYMMETRIC])}
        asked = {condition.key.lower() for condition in conditions if condition.asks_for_presence}
        known = list(self._keys) if entry.get("only") == "iam" else self._live
        named = {name for name in known for pattern in entry["actions"] if fnmatch.fnmatchcase(name, pattern)}
        named -= {name for name in named if not types & set(self._types[name] or types)} | FOR_IMPORTED_MATERIAL
        return sorted(f"kms:{name}" for name in named if all(self._carries(name, key) for key in asked))

    def _carries(self, action: str, key: str) -> bool:
        if not key.startswith("kms:"):
            return True
        return any(key == own or (own.endswith(":") and key.startswith(own)) for own in self._keys[action])


class _Condition:
    """One condition of the hand-kept files."""

    def __init__(self, entry: Row) -> None:
        (self.operator, self.key), *_ = [(name, value) for name, value in entry.items() if name not in _META]
        self.values = _list(entry["is"])
        self.status: str = entry["status"]
        self.basis: str = entry.get("basis", "")
        self.needs = placeholders(*self.values, self.key) - SCOPE_PLACEHOLDERS
        names_arns = all("arn:" in value or "_arn}" in value for value in self.values)
        about_source = self.key == "aws:SourceArn" or self.key.startswith("kms:EncryptionContext:")
        open_ended = bool(self.needs) or any("*" in value for value in self.values)
        self.resources = names_arns and about_source and open_ended and not entry.get("fixed", False)
        self._wide = _list(entry["wide"]) if "wide" in entry else None
        self._required: bool | None = entry.get("required")

    @property
    def asks_for_presence(self) -> bool:
        """Whether the condition fails where its key is missing."""
        if self.operator == "Null":
            return self.values == ["false"]
        return (
            not self.operator.startswith("ForAllValues") and not self.operator.endswith("IfExists") and "Not" not in self.operator
        )

    def row(self, *, pinned: bool) -> list[Any]:
        """Return the condition's fields; `pinned` tells that another condition holds the account of the source."""
        operator = _WITH_WILDCARDS.get(self.operator, self.operator) if self.resources else self.operator
        wide = self._wide if self._wide is not None else self._any(pinned=pinned)
        by_account = any("${account}" in value for value in self.values)
        required = bool(self.needs) and not wide and self.status in PINNING and (by_account or not pinned)
        required = required if self._required is None else self._required
        row = [operator, self.key, self.values, self.status, self.resources, wide, required, self.basis]
        while row[-1] in ("", [], False):
            row.pop()
        return row

    def _any(self, *, pinned: bool) -> list[str]:
        """Return the values where the line names no resource: those of the page, or any resource of a source that is pinned."""
        if not self.resources or not self.needs:
            return self.values if self.resources else []
        if not pinned or self.status not in PINNING or self._required is False or any("${account}" in v for v in self.values):
            return []
        filled = [PLACEHOLDER.sub(lambda hole: hole[0] if hole[1] in SCOPE_PLACEHOLDERS else "*", value) for value in self.values]
        return [] if "*" in filled else filled


def _statement(entry: Row, service: Row, subject: tuple[str, str, list[str]], found: list[_Condition]) -> Row:
    kind, principal, actions = subject
    account = _source_account(entry, service, kind, found)
    pinned = account in PINNING and kind == "Service"
    free = {name for condition in found if not condition.resources for name in condition.needs}
    free |= placeholders(principal) - SCOPE_PLACEHOLDERS
    row = {
        "principal_kind": kind,
        "principal": principal,
        "actions": actions,
        "conditions": [condition.row(pinned=pinned and condition.resources) for condition in found],
        "who": entry.get("who", []),
        "by_itself": entry.get("as") == "role",
        "source_account": account,
        "needs": sorted(free),
        "iam_only": entry.get("only") == "iam",
        **{name: entry[name] for name in _STATEMENT_FIELDS if name in entry},
    }
    return {name: value for name, value in row.items() if value not in ("", [], False)}


def _source_account(entry: Row, service: Row, kind: str, found: list[_Condition]) -> str:
    if kind != "Service":
        return ""
    if "aws:SourceAccount" in service.get("unsupported", ()):
        return "unsupported"
    stated = [condition.status for condition in found if condition.key == "aws:SourceAccount"]
    return stated[0] if stated else str(entry.get("source_account", "undocumented"))


def _via(entry: Row, statements: list[Row]) -> list[str]:
    """Return the prefixes in the kms:ViaService conditions of the statements, and those that the row names."""
    rows = (condition for statement in statements for condition in statement.get("conditions", ()))
    values = (value for condition in rows if condition[1] == "kms:ViaService" for value in condition[2])
    return list(dict.fromkeys([*(value.partition(".")[0] for value in values), *entry.get("via", ())]))


def placeholders(*texts: str) -> set[str]:
    """Return the names of the placeholders; `${aws:ResourceAccount}` is a policy variable and none."""
    return {name for text in texts for name in PLACEHOLDER.findall(text)}


def _list(value: Any) -> list[Any]:  # noqa: ANN401 - a scalar or a list of the hand-kept files
    return value if isinstance(value, list) else [value]

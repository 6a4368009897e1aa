"""Productions of the language of intents: its fields, as the models have them, guard rails, and forms of principals and keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from kmsgen.catalogue.guardrails import GUARD_RAILS
from kmsgen.intent.form import model
from kmsgen.intent.intent import LINES

PARTS: Mapping[str, type[Any]] = {
    "": model.IntentFile,
    "scope": model.ScopeFile,
    "key": model.KeyFile,
    "admins": model.AdminFile,
    "users": model.UserFile,
    "services": model.ServiceFile,
    "grants": model.GrantFile,
    "constraints": model.ConstraintsFile,
    "guardrails": model.GuardRailOptions,
    "never": model.NeverFile,
    "when": model.WhenFile,
    "grant": model.GrantWhenFile,
}
FORMS = ("user", "role", "session", "pattern", "account", "organization", "unit", "other account", "by word", "service")
SETTINGS = ("a key to create", "keys that exist", "every key", "delegation key-policy", "delegation iam", "delegation both")
WITHOUT_ACCESS = frozenset({
    "kmsgen", "name", "scope.account", "scope.regions", "scope.new_regions", "scope.partition", "key.alias",
    "key.description", "key.spec",
    "key.usage", "key.origin", "key.rotation_days", "key.deletion_window_days", "key.tags", "users.only_on",
    "constraints.source_arn",
})  # fmt: skip
"""What every intent has, what no call that is asked about can see, and grants to services, who are asked about elsewhere."""


def productions() -> set[str]:
    """Return the productions that bear on the calls that random intents are asked about."""
    fields = {_name(part, of.alias or field) for part, form in PARTS.items() for field, of in form.model_fields.items()}
    return (fields | {f"guardrail {name}" for name in GUARD_RAILS} | {*FORMS, *SETTINGS}) - WITHOUT_ACCESS


def made_by(texts: Iterable[str]) -> set[str]:
    """Return the productions that the files of an intent hold."""
    return {name for text in texts for name in _of(yaml.safe_load(text) or {}, "")}


def _name(part: str, field: str) -> str:
    return f"{part}.{field}" if part else field


def _of(value: Any, part: str) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _of(item, part)
    elif isinstance(value, str):
        yield from _of_text(value, part)
    elif isinstance(value, dict):
        yield from _of_mapping(value, part)


def _of_text(text: str, part: str) -> Iterator[str]:
    if part == "guardrails":
        yield f"guardrail {text}"
    if part in ("principal", "principals"):
        yield from _forms(text)


def _of_mapping(value: Mapping[str, Any], part: str) -> Iterator[str]:
    if part == "":
        yield from _settings(value)
    for field, inner in value.items():
        if part == "guardrails" and field in GUARD_RAILS:
            yield f"guardrail {field}"
            yield from (_name(part, option) for option in inner)
        elif part == "principals":
            yield "by word"
            yield from _of(inner, part)
        else:
            yield _name(part, field)
            yield from _of(inner, field if field in (*PARTS, *LINES, "principal", "principals") else "-")


def _settings(value: Mapping[str, Any]) -> Iterator[str]:
    if "scope" in value:
        keys = value.get("keys")
        yield "every key" if keys == "*" else "keys that exist" if keys else "a key to create"
        yield f"delegation {value.get('delegation', 'key-policy')}"


def _forms(text: str) -> Iterator[str]:
    tests = {
        "user": "user/" in text,
        "role": "role/" in text,
        "session": "assumed-role" in text,
        "pattern": "*" in text,
        "account": text.startswith("account"),
        "organization": text.startswith("organization"),
        "unit": "/ou-" in text,
        "other account": "444455556666" in text,
        "service": text.endswith(".amazonaws.com"),
    }
    yield from (name for name, so in tests.items() if so)

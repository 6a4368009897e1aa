"""Rows of `_condition_keys.py`."""

from __future__ import annotations

from typing import Any

from catalogue_build import documentation
from catalogue_build.packages import Api, Reference, family

Row = tuple[str, str, bool, str, tuple[str, ...], str]
ATTESTATION = "kms:RecipientAttestation:"
PAGE_KMS = "KMS Developer Guide, conditions-kms"
PAGE_API = "Service Authorization Reference; API reference"
PAGE_ATTESTATION = "KMS Developer Guide, conditions-nitro-enclave, conditions-nitro-tpm"
PAGE_TAGS = "Service Authorization Reference"
PAGE_GLOBAL = "IAM User Guide, reference_policies_condition-keys"
_TYPES = {"ArrayOfString": "String"}


def kms_rows(reference: Reference, api: Api) -> tuple[Row, ...]:
    """Return one row a key that KMS itself defines or lists, attestation keys one by one."""
    facts = documentation.load("condition_keys")
    known = {**reference.key_types, **{key: row["type"] for key, row in facts["kms"].items() if "type" in row}}
    if missing := {key for key in known if not key.startswith(ATTESTATION)} ^ set(facts["kms"]):
        raise SystemExit(f"condition_keys.yaml and the Service Authorization Reference differ: {sorted(missing)}")
    return tuple(_kms_row(key, known[key], facts, api) for key in sorted(known))


def _kms_row(key: str, kind: str, facts: dict[str, Any], api: Api) -> Row:
    row = facts["attestation"] if key.startswith(ATTESTATION) else facts["kms"][key]
    values = api.enum(row["enum"]) if "enum" in row else tuple(row.get("values", ()))
    return (family(key), _TYPES.get(kind, kind), row.get("multi", False), row.get("policies", ""), values, _page(key))


def _page(key: str) -> str:
    if key.startswith(ATTESTATION):
        return PAGE_ATTESTATION
    if key.startswith("aws:"):
        return PAGE_TAGS
    return PAGE_API if key in {"kms:PolicyName", "kms:EncapsulationAlgorithm"} else PAGE_KMS


def global_rows() -> tuple[Row, ...]:
    """Return one row a global key; the three that KMS lists itself are left to it."""
    facts = documentation.load("condition_keys")
    return tuple(
        (family(key), row.get("type", ""), row.get("multi", False), row.get("policies", "key+iam"), (), PAGE_GLOBAL)
        for key, row in sorted(facts["global"].items())
    )


def disputed() -> tuple[tuple[str, tuple[str, ...], bool, str], ...]:
    """Return the keys that only one source gives an action: (key, actions, exists, why)."""
    rows = documentation.load("condition_keys")["disputed"]
    return tuple((row["key"].lower(), tuple(row["actions"]), row["exists"], row["why"]) for row in rows)

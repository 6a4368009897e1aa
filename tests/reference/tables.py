"""The tables of this reference: what AWS's pages say of actions, condition keys and key specs. See data/README.md."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


@cache
def table(name: str) -> Any:
    """Read one of the tables."""
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


def action_row(name: str) -> dict[str, Any]:
    """Return what is tabulated of a kms: action, named without its prefix."""
    row: dict[str, Any] = table("actions")["actions"][name]
    return row


def is_action(name: str) -> bool:
    """Tell whether KMS has an action of this name."""
    return name in table("actions")["actions"]


def canonical(action: str) -> str:
    """Return an action as AWS spells it, without the prefix; ReEncrypt is the operation of two actions."""
    name = action.split(":", 1)[-1]
    if name.lower() == "reencrypt":
        return "ReEncrypt"
    return next((known for known in table("actions")["actions"] if known.lower() == name.lower()), name)


def untold(key: str, kind: str) -> str:
    """Return what holds of a condition key that is not told: derived, open, may or absent; `absent` for an unknown key.

    `linked`, a service-linked role, is as other roles where the table does not say otherwise.
    """
    row = key_row(key)
    if row is None:
        return "absent"
    word: str | dict[str, str] = row["untold"]
    return word if isinstance(word, str) else word.get(kind) or word["role"]


def key_row(key: str) -> dict[str, Any] | None:
    """Return the row of a condition key, named in lower case; a family such as aws:PrincipalTag/ is one row."""
    keys = table("condition_keys")["keys"]
    family = next((name for name in keys if name[-1] in "/:" and key.startswith(name)), None)
    row: dict[str, Any] | None = keys.get(key) or (keys[family] if family else None)
    return row


def carried(action: str, key: str) -> bool | None:
    """Tell whether requests of an action carry a key; open where one page says so and another does not (C11)."""
    row = action_row(action)
    key = {"kms:customermasterkeyspec": "kms:keyspec", "kms:customermasterkeyusage": "kms:keyusage"}.get(key, key)
    if _listed(row["condition_keys"], key):
        return True
    return None if _listed(row["disputed_condition_keys"], key) else False


def _listed(names: list[str], key: str) -> bool:
    return any(key == name.lower() or (name[-1] in ":/" and key.startswith(name.lower())) for name in names)


def key_type(key: dict[str, Any]) -> str:
    """Return the type of a key as the tables name it."""
    spec, usage = key.get("spec") or "SYMMETRIC_DEFAULT", key.get("usage") or "ENCRYPT_DECRYPT"
    return "symmetric" if spec == "SYMMETRIC_DEFAULT" else str(table("key_specs")["types"][usage])


def algorithms(key: dict[str, Any]) -> list[str]:
    """Return the algorithms that a key can be used with."""
    spec, usage = key.get("spec") or "SYMMETRIC_DEFAULT", key.get("usage") or "ENCRYPT_DECRYPT"
    found: list[str] = table("key_specs")["specs"][spec][usage]
    return found

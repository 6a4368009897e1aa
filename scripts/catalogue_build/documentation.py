"""What only the documentation says, from the hand-kept files in `scripts/catalogue_data`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent.parent / "catalogue_data"
STATES = (
    "Enabled",
    "Disabled",
    "PendingDeletion",
    "PendingImport",
    "Unavailable",
    "Creating",
    "Updating",
    "PendingReplicaDeletion",
)
KEY_TYPES = ("symmetric", "hmac", "asymmetric-encrypt", "asymmetric-sign", "key-agreement", "ml-kem")
_OUTCOME = {"Y": True, "N": False, "C": None, "-": None, "?": None}


def load(name: str) -> dict[str, Any]:
    """Read one hand-kept file."""
    data: dict[str, Any] = yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    return data


def hold_rows(name: str, rows: Iterable[str], known: Iterable[str], source: str) -> None:
    """Stop where a hand-kept file and what it is kept beside do not name the same. Raises SystemExit with what to do."""
    rows, known = set(rows), set(known)
    wrong = [f"{each} has no row" for each in sorted(known - rows)]
    wrong += [f"{each} has a row, and is not in {source}" for each in sorted(rows - known)]
    if wrong:
        raise SystemExit(f"{DATA.name}/{name}.yaml: {'; '.join(wrong)}")


def state_rule(code: str, footnotes: dict[str, Any]) -> tuple[bool | None, tuple[str, ...], tuple[str, ...]]:
    """Turn a code of the key-state table (`N2|3`) into (works, exception names, footnote numbers).

    Footnotes 2 and 3 stand together for a key that is pending deletion. The page leaves open which of the two
    exceptions comes; KMS answers with KMSInvalidStateException, "... is pending deletion", so that one is first.
    """
    works = _OUTCOME[code[0]]
    notes = tuple(note for note in code[1:].replace("|", ",").split(",") if note)
    named = [footnotes[note]["exception"] for note in notes if works is not True]
    found = tuple(dict.fromkeys(name for name in named if name))
    return works, tuple(sorted(found, key="KMSInvalidStateException".__ne__)), notes


def key_types(value: str | list[str] | None) -> tuple[str, ...] | None:
    """Spell out `all`; None where the documentation does not say."""
    if value is None:
        return None
    return KEY_TYPES if value == "all" else tuple(value)

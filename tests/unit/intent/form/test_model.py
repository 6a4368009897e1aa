"""The fields of an intent, and the page that tells of them."""

from __future__ import annotations

import re
from pathlib import Path

from kmsgen.intent.form.model import (
    AdminFile,
    GrantFile,
    GrantWhenFile,
    GuardRailOptions,
    IntentFile,
    KeyFile,
    NeverFile,
    ScopeFile,
    ServiceFile,
    UserFile,
    WhenFile,
)


def test_documentation_names_every_field() -> None:
    """docs/intents.md has a row for each field of an intent, and words for each field of its parts."""
    page = (Path(__file__).parents[4] / "docs" / "intents.md").read_text(encoding="utf-8")
    rows = {name for row in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert rows == set(IntentFile.model_fields)
    parts = (
        ScopeFile,
        KeyFile,
        AdminFile,
        UserFile,
        WhenFile,
        GrantWhenFile,
        ServiceFile,
        GrantFile,
        GuardRailOptions,
        NeverFile,
    )
    fields = {field.alias or name for part in parts for name, field in part.model_fields.items()}
    assert {field for field in fields if not re.search(rf"\b{field}\b", page)} == set()

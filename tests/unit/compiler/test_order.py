"""What an intent is compiled to does not depend on the order in which its file says it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from kmsgen.compiler.compile import compile_intent
from kmsgen.compiler.order import in_order
from kmsgen.intent.load import load_intent
from tests.golden.cases import INTENTS, ROOT

LISTS = ("admins", "users", "services", "grants", "guardrails", "never", "keys")
FILES = [
    *sorted(INTENTS.glob("*.yaml")),
    ROOT / "examples/payments/intent.yaml",
    ROOT / "tests/cases/intent/valid/every-field.yaml",
]


def turned(value: object) -> object:
    """Return data with every list in it turned around."""
    if isinstance(value, dict):
        return {name: turned(part) for name, part in reversed(value.items())}
    return [turned(part) for part in reversed(value)] if isinstance(value, list) else value


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_moving_lines_and_values_about_changes_nothing(path: Path, tmp_path: Path) -> None:
    """Every list of lines turned around, and every list in its lines, compiles to the same bundle."""
    data = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 - it makes texts alone
    flags = {"true": True, "false": False, "": None}
    moved = {name: turned(value) if name in LISTS else value for name, value in data.items()}
    file = tmp_path / path.name
    file.write_text(json.dumps(_plain(moved, flags)), encoding="utf-8")
    assert compile_intent(load_intent(file)).bundle == compile_intent(load_intent(path)).bundle


def _plain(value: object, flags: dict[str, bool | None]) -> object:
    if isinstance(value, dict):
        return {name: _plain(part, flags) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part, flags) for part in value]
    return flags.get(value, value) if isinstance(value, str) else value


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_is_said_otherwise_by_being_sorted(path: Path) -> None:
    """Every word of an intent is in the sorted one as often, and a pair has its name first."""
    intent = load_intent(path)
    sorted_ = in_order(intent)
    assert sorted(repr(intent)) == sorted(repr(sorted_))
    assert {pair for use in intent.services for pair in use.principals} == {p for use in sorted_.services for p in use.principals}
    names = [[name for name, _ in line.when.principal_tags] for line in intent.users]
    assert sorted(names) == sorted([name for name, _ in line.when.principal_tags] for line in sorted_.users)

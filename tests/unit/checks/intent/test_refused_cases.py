"""Intents that can be read and not be had: what they come to is refused, each with its code at its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kmsgen.checks import confirm
from kmsgen.compiler import compile_intent
from kmsgen.errors import KmsgenError
from kmsgen.intent.load import load_intent

FILE = Path(__file__).parents[3] / "cases" / "intent" / "refused.yaml"
HEAD = """kmsgen: 1
name: t
scope: {account: "111122223333", regions: [us-west-2], organization: o-exampleorgid, deployer: role/ci}
key: {alias: a}
admins: [role/Admin]
"""
CASES: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_each_is_refused_with_its_code_at_its_place(name: str, tmp_path: Path) -> None:
    """Compiler and questions name the line that cannot be had, and no other."""
    path = tmp_path / "intent.yaml"
    path.write_text(CASES[name]["text"].replace("HEAD\n", HEAD), encoding="utf-8")
    intent = load_intent(path)
    with pytest.raises(KmsgenError) as caught:
        confirm(intent, compile_intent(intent))
    found = {(each.code, str(each.location).removeprefix(str(path)).removeprefix(":")) for each in caught.value.diagnostics}
    assert found == {(code, place) for code, place in CASES[name]["expect"]}

"""Statements for everyone whom a condition leaves, and other hard ones, come in exactly or are named with why not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kmsgen.cli.jobs.import_ import import_subject
from kmsgen.prover.problem import Budget
from kmsgen.reading import parse, read_file
from kmsgen.sources.beside import Beside
from kmsgen.sources.subject import read_subject

KEY = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
CASES: dict[str, Any] = dict(read_file(Path(__file__).parents[2] / "cases" / "import_statements.yaml").data)


def _principals(text: str) -> list[str]:
    data = parse(text, "intent.yaml").data
    lines = [line for name in ("admins", "users", "services") for line in data.get(name, ())]
    return sorted(line["principal"] if isinstance(line, dict) else line for line in lines)


@pytest.mark.parametrize("name", CASES)
def test_a_statement_comes_in_exactly_or_is_named(name: str, tmp_path: Path) -> None:
    """The intent is proved to give the same access, or says which statement it lacks and why; it never gives more unsaid."""
    case, path = CASES[name], tmp_path / "policy.json"
    path.write_text(json.dumps({"Version": case.get("version", "2012-10-17"), "Statement": case["statements"]}), encoding="utf-8")
    done = import_subject(read_subject(str(path), Beside(key_arn=KEY)), Budget(seconds=60))
    assert done.is_same == ("unsaid" not in case), [str(one) for one in (*done.unsaid, *done.found.gained, *done.found.lost)]
    assert all(case["unsaid"] in one.why for one in done.unsaid)
    assert _principals(done.imported.text) == sorted(case.get("principals", _principals(done.imported.text)))

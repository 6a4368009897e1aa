"""Policies as AWS, Terraform modules and the CDK write them come in as intents that give the same access."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kmsgen.cli.jobs.import_ import Proved, import_subject
from kmsgen.compiler import compile_intent
from kmsgen.importer.importer import import_key
from kmsgen.intent import intent_of
from kmsgen.policy.json_form import format_document
from kmsgen.prover.problem import Budget
from kmsgen.reading import parse, read_file
from kmsgen.sources.beside import Beside
from kmsgen.sources.subject import read_subject

FOLDER = Path(__file__).parents[2] / "cases" / "import"
KEY = "arn:aws:kms:{}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
CASES: dict[str, Any] = dict(read_file(FOLDER / "cases.yaml").data)


def imported(name: str) -> Proved:
    """Import a case."""
    return import_subject(read_subject(str(FOLDER / f"{name}.json"), _beside(name)), Budget(seconds=60))


def _beside(name: str) -> Beside:
    kind = CASES[name].get("kind")
    arn = KEY.format(CASES[name].get("region", "us-west-2"))
    return Beside(key_arn=arn, kind=(kind[0], kind[1]) if kind else None)


def test_each_policy_has_its_source() -> None:
    """Every policy of the folder is a case with the page or the repository that prints it, and most come in exactly."""
    assert sorted(CASES) == sorted(path.stem for path in FOLDER.glob("*.json"))
    assert [name for name, case in CASES.items() if not case.get("source")] == []
    assert len(CASES) >= 40
    assert sum("unsaid" in case for case in CASES.values()) <= len(CASES) // 5


@pytest.mark.parametrize("name", sorted(CASES))
def test_what_is_documented_comes_in_exactly(name: str) -> None:
    """The intent is proved to give the same access; what no intent says is named with why, and then nothing is claimed."""
    case, done = CASES[name], imported(name)
    unsaid = case.get("unsaid", {})
    assert {one.sid for one in done.unsaid} == set(unsaid), [str(one) for one in done.unsaid]
    assert all(unsaid[one.sid] in one.why for one in done.unsaid)
    assert done.is_same == (not unsaid), [str(one) for one in (*done.found.gained, *done.found.lost)]
    assert not done.found.gained or unsaid
    assert [one.sid for one in done.by_absence] == case.get("absent", [])
    assert [line for line in case.get("lines", []) if line not in done.imported.text.split("\n")] == []


WHOLE = sorted(name for name in CASES if "unsaid" not in CASES[name])


@pytest.mark.parametrize("name", WHOLE)
def test_what_came_in_is_rendered_and_comes_in_the_same(name: str, tmp_path: Path) -> None:
    """The intent of a policy, compiled and imported again, is the same text."""
    first = _text(FOLDER / f"{name}.json", name)
    compiled = compile_intent(intent_of(parse(first, "intent.yaml"))).bundle.keys[0].policy
    path = tmp_path / f"{name}.json"
    path.write_text(json.dumps(format_document(compiled)), encoding="utf-8")
    assert _text(path, name) == first


def _text(path: Path, name: str) -> str:
    return import_key(read_subject(str(path), _beside(name)).bundle.keys[0], {}, path.name).text

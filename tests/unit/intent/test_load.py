"""Files and folders of intents, and standard input."""

from __future__ import annotations

import json
import os
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from kmsgen.errors import Diagnostic, InputError
from kmsgen.intent.files.find import find_intents, same_names
from kmsgen.intent.intent import Intent
from kmsgen.intent.load import load_intent
from tests.unit.intent.conftest import NEW_KEY, codes_of, intent, write


def load_intents(paths: list[Path]) -> list[Intent]:
    """Load every intent that is found, and raise all that is wrong with any."""
    problems: list[Diagnostic] = []
    intents: list[Intent] = []
    for path in find_intents(paths, lambda path, _, __: path, problems):
        try:
            intents.append(load_intent(path))
        except InputError as error:
            problems.extend(error.diagnostics)
    problems.extend(same_names((one.name, one.path) for one in intents))
    if problems:
        raise InputError(problems)
    return intents


def test_folder_is_every_intent_in_it(tmp_path: Path) -> None:
    """A folder means each .yaml and .yml file at any depth, but for hidden ones, `_` ones, and what another one extends."""
    write(
        tmp_path,
        {
            "b.yaml": intent("b"),
            "a/c.yml": intent("c", "../shared.yaml"),
            "a.yaml": intent("a"),
            "shared.yaml": "never: []\n",
            "_base.yaml": "not: an intent\n",
            ".hidden/x.yaml": "- no\n",
            "_old/y.yaml": "- no\n",
            "notes.txt": "no",
            "z.json": "no",
        },
    )
    assert [found.name for found in load_intents([tmp_path])] == ["c", "a", "b"]


def test_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    """What is wrong with several files is reported in one run, in the order of the files."""
    write(tmp_path, {"a.yaml": intent("a") + "x: 1\n", "b.yaml": "[", "c.yaml": intent("c").replace("111122223333", "1")})
    with pytest.raises(InputError) as caught:
        load_intents([tmp_path])
    assert codes_of(caught) == ["unknown-field", "yaml-syntax", "account-id"]


def test_names_are_taken_once(tmp_path: Path) -> None:
    """Two intents of one name would be written to one folder; file systems may not mind case."""
    write(tmp_path, {"a.yaml": intent("same"), "b.yaml": intent("Same")})
    with pytest.raises(InputError) as caught:
        load_intents([tmp_path / "a.yaml", tmp_path / "b.yaml"])
    assert codes_of(caught) == ["duplicate-name"]


def test_empty_folder_is_a_problem(tmp_path: Path) -> None:
    """A folder without intents is a mistake, not nothing to do."""
    with pytest.raises(InputError) as caught:
        load_intents([tmp_path])
    assert codes_of(caught) == ["no-intents"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` reads an intent from standard input, which can extend nothing."""
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(NEW_KEY.encode())))
    assert load_intent("-").name == "test"
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(f"{NEW_KEY}extends: x.yaml\n".encode())))
    with pytest.raises(InputError) as caught:
        load_intent("-")
    assert codes_of(caught) == ["extends-path"]


def test_json_is_read_as_yaml_is(tmp_path: Path) -> None:
    """An intent in JSON means the same, its numbers are the texts they are written as, and problems have their places."""
    data = {
        "kmsgen": 1,
        "name": "j",
        "scope": {"account": "111122223333", "regions": ["us-west-2"]},
        "key": {"rotation_days": 365, "multi_region": False},
        "admins": ["role/KmsAdmin"],
    }
    path = tmp_path / "intent.json"
    path.write_text(json.dumps(data))
    found = load_intent(path)
    assert found.key is not None
    assert (found.key.rotation_days, found.key.multi_region) == (365, False)
    path.write_text(json.dumps({**data, "admins": ["group/Admins"]}, indent=2))
    with pytest.raises(InputError) as caught:
        load_intent(path)
    assert [(d.code, d.location.line, d.location.column) for d in caught.value.diagnostics] == [("principal-group", 15, 5)]


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in it, or was a moment ago, is not left out in silence."""
    write(tmp_path, {"a.yaml": intent("a"), "locked/b.yaml": intent("b")})
    scandir = os.scandir

    def locked(path: str) -> object:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", locked)
    with pytest.raises(InputError, match="locked: unreadable: the folder cannot be read: permission denied"):
        load_intents([tmp_path])

"""Files and folders of intents, and what they extend."""

from __future__ import annotations

import json
import os
import re
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kmsgen.cli.commands.init import app
from kmsgen.errors import InputError
from kmsgen.intent.form.model import (
    AdminFile,
    GrantFile,
    GuardRailOptions,
    IntentFile,
    KeyFile,
    NeverFile,
    ScopeFile,
    ServiceFile,
    UserFile,
    WhenFile,
)  # fmt: skip
from kmsgen.intent.load import load_intent, load_intents
from tests.unit.intent.conftest import NEW_KEY, Refused


def write(folder: Path, files: dict[str, str]) -> None:
    """Write files into a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def intent(name: str, extends: str = "") -> str:
    """Return a small intent of that name."""
    return NEW_KEY.replace("name: test", f"name: {name}") + (f"extends: {extends}\n" if extends else "")


def codes_of(caught: pytest.ExceptionInfo[InputError]) -> list[str]:
    """Return the codes of what was raised."""
    return [diagnostic.code for diagnostic in caught.value.diagnostics]


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


def test_base_cannot_lose_its_lines(tmp_path: Path) -> None:
    """Neither an empty list nor an empty field of the extending file takes lines of the base away."""
    write(tmp_path, {"base.yaml": "guardrails: [deny-delete]\nnever:\n  - {principal: '*', actions: [kms:Decrypt]}\n"})
    write(tmp_path, {"a.yaml": intent("a", "base.yaml") + "guardrails: []\nnever:\n"})
    found = load_intent(tmp_path / "a.yaml")
    assert ([line.name for line in found.guardrails], len(found.never)) == (["deny-delete"], 1)


def test_bases_extend_bases(tmp_path: Path) -> None:
    """Extending goes to any depth; the nearer file wins, and each line keeps its own file's place."""
    top = "kmsgen: 1\nname: a\nextends: ../one.yaml\nkey: {tags: {a: near}}\n"
    middle = "extends: deep/two.yaml\nkey: {tags: {a: middle, b: middle}}\n"
    scope = 'scope: {account: "111122223333", regions: [us-west-2]}\n'
    far = f"{scope}key: {{tags: {{b: far, c: far}}}}\nadmins: [role/A]\n"
    write(tmp_path, {"x/a.yaml": top, "one.yaml": middle, "deep/two.yaml": far})
    found = load_intent(tmp_path / "x" / "a.yaml")
    assert found.key is not None
    assert dict(found.key.tags) == {"a": "near", "b": "middle", "c": "far"}
    assert (Path(found.admins[0].location.path).name, found.admins[0].location.line) == ("two.yaml", 3)


@pytest.mark.parametrize(
    ("extends", "code"),
    [
        ("/etc/hosts.yaml", "extends-path"),
        ("~/x.yaml", "extends-path"),
        ("file:x.yaml", "extends-path"),
        ("..\\x.yaml", "extends-path"),
        ("../../outside.yaml", "extends-path"),
        ("link.yaml", "extends-path"),
        ("base.txt", "extends-path"),
        ("", "extends-path"),
        ("folder.yaml", "is-a-directory"),
        ("missing.yaml", "no-such-file"),
        ("circle.yaml", "extends-cycle"),
        ("list.yaml", "wrong-type"),
        ("named.yaml", "extends-name"),
    ],
)
def test_what_cannot_be_extended(extends: str, code: str, tmp_path: Path) -> None:
    """A base is a relative path to a mapping without a name, in the repository once links are followed, and in no circle."""
    repository = tmp_path / "repository"
    write(tmp_path, {"outside.yaml": "never: []\n"})
    quoted = f'"{extends}"'.replace("\\", "\\\\")
    write(repository, {".git/HEAD": "", "in/a.yaml": intent("a", quoted), "in/base.txt": "", "in/folder.yaml/x": ""})
    write(repository / "in", {"circle.yaml": "extends: [second.yaml]\n", "second.yaml": "extends: circle.yaml\n"})
    write(repository / "in", {"list.yaml": "- x\n", "named.yaml": "name: b\n"})
    (repository / "in" / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    with pytest.raises(InputError) as caught:
        load_intent(repository / "in" / "a.yaml")
    assert codes_of(caught) == [code]


def test_too_many_bases(tmp_path: Path) -> None:
    """No file makes another one read without end."""
    write(tmp_path, {f"b{n}.yaml": f"extends: [b{n + 1}.yaml, b{n + 1}.yaml]\n" for n in range(40)})
    write(tmp_path, {"b40.yaml": "never: []\n", "a.yaml": intent("a", "b0.yaml")})
    with pytest.raises(InputError) as caught:
        load_intent(tmp_path / "a.yaml")
    assert "extends-too-many" in codes_of(caught)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` reads an intent from standard input, which can extend nothing."""
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(NEW_KEY.encode())))
    assert load_intent("-").name == "test"
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(f"{NEW_KEY}extends: x.yaml\n".encode())))
    with pytest.raises(InputError) as caught:
        load_intent("-")
    assert codes_of(caught) == ["extends-path"]


def test_init_writes_an_intent_that_loads(tmp_path: Path) -> None:
    """`init` writes a commented intent that loads as it is; whoever takes a comment sign away has a field that exists."""
    path = tmp_path / "new.yaml"
    assert CliRunner().invoke(app, [str(path)]).exit_code == 0
    assert load_intent(path).name == "my-key"
    lines = path.read_text().splitlines()[2:]
    path.write_text("\n".join(re.sub(r"^( *)# ", r"\1", line) for line in lines))
    found = load_intent(path)
    assert found.services
    assert found.grants
    assert found.never


@pytest.mark.parametrize("name", ["there.yaml", "folder", "no/such/folder.yaml"])
def test_init_overwrites_nothing(name: str, tmp_path: Path) -> None:
    """`init` refuses a file that exists and a path that cannot be written, and changes nothing."""
    (tmp_path / "there.yaml").write_text("mine")
    (tmp_path / "folder").mkdir()
    result = CliRunner().invoke(app, [str(tmp_path / name)])
    assert isinstance(result.exception, InputError)
    assert result.exception.exit_code == 2
    assert (tmp_path / "there.yaml").read_text() == "mine"


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


def test_documentation_names_every_field() -> None:
    """docs/intents.md has a row for each field of an intent, and words for each field of its parts."""
    page = (Path(__file__).parents[3] / "docs" / "intents.md").read_text(encoding="utf-8")
    rows = {name for row in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert rows == set(IntentFile.model_fields)
    parts = (ScopeFile, KeyFile, AdminFile, UserFile, WhenFile, ServiceFile, GrantFile, GuardRailOptions, NeverFile)
    fields = {field.alias or name for part in parts for name, field in part.model_fields.items()}
    assert {field for field in fields if not re.search(rf"\b{field}\b", page)} == set()


@pytest.mark.parametrize("text", ['"\\e[2Jx": 1\n', '"\\e]0;x\\a": 1\n"\\e]0;x\\a": 2\n', 'name: "\\e[31m"\n', '"\\u202e": {}\n'])
def test_messages_never_speak_to_the_terminal(text: str, refused: Refused) -> None:
    """Whatever stands in a file, what is printed about it holds no control characters."""
    for diagnostic in refused(text):
        assert all(line.isprintable() for line in str(diagnostic).splitlines())


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

"""A file to its models: what is wrong is reported, and what can still be read goes on with its places."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kmsgen.errors import Diagnostic, InputError
from kmsgen.intent.files.problems import Problems
from kmsgen.intent.form.model import IntentFile, PartialIntentFile
from kmsgen.intent.form.validate import validate
from kmsgen.reading import parse
from tests.unit.intent.conftest import HEAD, NEW_KEY, Refused

EXAMPLE = Path(__file__).parents[4] / "examples" / "payments" / "intent.yaml"


def read(text: str) -> tuple[PartialIntentFile, list[Diagnostic]]:
    """Return the models of a text and what is wrong with its form."""
    tree = parse(text, "x.yaml")
    problems = Problems(tree)
    return validate(tree, problems)[0], problems.found


def places(diagnostics: tuple[Diagnostic, ...]) -> list[tuple[str, int, int]]:
    """Return code, line and column of each diagnostic."""
    return [(found.code, found.location.line, found.location.column) for found in diagnostics]


def test_a_sound_file_is_a_whole_model_of_its_own_tree() -> None:
    """What has no problem of form is an `IntentFile`, and its places are those of the file."""
    tree = parse(EXAMPLE.read_text(encoding="utf-8"), "x.yaml")
    problems = Problems(tree)
    file, readable = validate(tree, problems)
    assert (type(file), readable, problems.found) == (IntentFile, tree, [])


def test_what_is_no_mapping_is_refused_at_once() -> None:
    """Of a file that is a list there is nothing to read on."""
    with pytest.raises(InputError, match="wrong-type: an intent must be a mapping"):
        read("- a\n")


SHORTHANDS = (
    ("admins: [role/a]", "admins: [{principal: [role/a]}]"),
    ("services: [s3]", "services: [{service: s3}]"),
    ("guardrails: deny-delete", "guardrails: [deny-delete]"),
    ("keys: '*'", "keys: ['*']"),
    ("key: {rotation_days: '090'}", "key: {rotation_days: 90}"),
    (
        "users: [{principal: a, can: b, when: {conditions: {Bool: {k: true}}}}]",
        "users: [{principal: [a], can: [b], when: {conditions: {Bool: {k: ['true']}}}}]",
    ),
)


@pytest.mark.parametrize(("short", "long"), SHORTHANDS)
def test_shorthands_are_spelled_out(short: str, long: str) -> None:
    """A text may stand for a list of one, for a mapping, or for the number that its digits are."""
    assert read(HEAD + short) == read(HEAD + long)
    assert read(HEAD + short)[1] == []


LEFT_OUT = (
    ("an item", "users: [{principal: [null, role/a], can: [decrypt]}]", "users: [{principal: [role/a], can: [decrypt]}]"),
    ("a field", "users: [{principal: a, can: b, when: no}]", "users: [{principal: a, can: b}]"),
    ("a line that lacks what it needs", "users: [{principal: a}, {principal: b, can: c}]", "users: [{principal: b, can: c}]"),
    ("a line whose only item goes", "never: [{principal: a, actions: [null]}, {principal: b, actions: c}]",
        "never: [{principal: b, actions: c}]"),
    ("a field that the file needs", "scope: {regions: x}", "scope: null"),
    ("a list of lines", "users: role/a", "users: null"),
    ("a text that stands for a list", "users: [{principal: true, can: x}]", "users: []"),
)  # fmt: skip


@pytest.mark.parametrize(("wrong", "rest"), [case[1:] for case in LEFT_OUT], ids=[case[0] for case in LEFT_OUT])
def test_the_rest_is_read(wrong: str, rest: str) -> None:
    """What cannot be read is left out, with the part that cannot do without it, and all else is read."""
    file, found = read(wrong)
    assert found
    assert file == read(rest)[0]


NOT_HIDDEN = (
    ("a name that is missing, as in a base", "kmsgen: 2\nscope: {account: x}\n", [("account-id", 2, 18)]),
    ("keys that cannot be read", f"{HEAD}delegation: x\nkeys: [[]]\n", [("unknown-delegation", 4, 13)]),
    ("a wrong item of a list", f"{NEW_KEY}users:\n- principal: role/a\n  can: [null, frob]\n", [("unknown-action", 8, 15)]),
    ("a wrong line", f"{NEW_KEY}users:\n- 1\n- principal: role/a\n  can: [frob]\n", [("unknown-action", 9, 9)]),
    (
        "several, one in another",
        f"{NEW_KEY}never:\n- {{}}\n- null\n- principal: [null, null, group/a]\n  actions: [null, x]\n",
        [("principal-group", 9, 27), ("unknown-action", 10, 19)],
    ),
)


@pytest.mark.parametrize(("text", "meaning"), [case[1:] for case in NOT_HIDDEN], ids=[case[0] for case in NOT_HIDDEN])
def test_wrong_forms_hide_no_wrong_meanings(text: str, meaning: list[tuple[str, int, int]], refused: Refused) -> None:
    """Beside what cannot be read everything else is checked in the same run, each problem at its own place."""
    form = {"missing-field", "wrong-type", "unsupported-version", "nothing-asked"}
    assert sorted(place for place in places(refused(text)) if place[0] not in form) == sorted(meaning)


def test_every_one_of_many_problems_is_told() -> None:
    """However many lines of a file are wrong, each is reported."""
    lines = "".join("- {principal: [null, x], surplus: 1}\n" for _ in range(5000))
    file, found = read(f"{HEAD}users:\n{lines}")
    assert (file.users, len(found)) == ([], 15000)


def run(*arguments: str, code: str = "import kmsgen.__main__ as m; m.main()", path: Path | None = None) -> str:
    """Run kmsgen in a process of its own, `path` before its other packages; return what it says on stderr."""
    environment = {**os.environ, "PYTHONPATH": str(path or "")}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stderr


@pytest.mark.parametrize(
    ("arguments", "loaded"), [(["--help"], "False"), (["presets", "list"], "False"), (["matrix", str(EXAMPLE)], "True")]
)
def test_models_are_built_where_a_file_is_loaded(arguments: list[str], loaded: str) -> None:
    """Pydantic is imported by a command that loads an intent, and by no other."""
    code = "import sys; from kmsgen.cli.app import main\ntry: main()\nfinally: print('pydantic' in sys.modules, file=sys.stderr)"
    assert run(*arguments, code=code).split()[-1] == loaded


def test_no_plugin_of_pydantic_runs(tmp_path: Path) -> None:
    """What else is installed beside kmsgen has no part in reading an intent."""
    info = tmp_path / "plugin-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[pydantic]\nplugin = plugin:hook\n")
    (tmp_path / "plugin.py").write_text("import sys\nprint('the plugin ran', file=sys.stderr)\nhook = None\n")
    assert "the plugin ran" not in run("matrix", str(EXAMPLE), path=tmp_path)

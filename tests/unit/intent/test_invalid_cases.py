"""Bad intents: each is refused with its code at its place, by the loader and by the commands, and nothing is written."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from kmsgen.cli.app import main
from kmsgen.errors import InputError
from kmsgen.intent.load import load_intent

CASES = Path(__file__).parents[2] / "cases" / "intent" / "invalid"
FILES = sorted(path.name for path in CASES.glob("*.yaml") if not path.name.startswith("_"))
EXPECT = re.compile(r"# expect: (?P<code>\S+) (?P<line>\d+):(?P<column>\d+)(?: (?P<path>\S+))?$", re.MULTILINE)

Expected = list[tuple[str, str, int, int]]


def expected(name: str) -> Expected:
    """Return (path, code, line, column) of each `# expect:` line of a case."""
    text = (CASES / name).read_text(encoding="utf-8")
    return [(m["path"] or name, m["code"], int(m["line"]), int(m["column"])) for m in EXPECT.finditer(text)]


def run(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    """Run the command line in this process and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["kmsgen", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_there_are_enough_cases() -> None:
    """At least 60 bad intents are kept, each with what is expected of it."""
    assert len(FILES) >= 60
    assert [name for name in FILES if not expected(name)] == []


@pytest.mark.parametrize("name", FILES)
def test_loader_reports_each_problem_at_its_place(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every problem of a file is reported in one run, with its code, file, line and column, and nothing else is."""
    monkeypatch.chdir(CASES)
    with pytest.raises(InputError) as caught:
        load_intent(name)
    found = [(d.location.path, d.code, d.location.line, d.location.column) for d in caught.value.diagnostics]
    assert sorted(found) == sorted(expected(name))


@pytest.mark.parametrize("name", FILES)
def test_messages_keep_to_the_style(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages and hints are one printable line each, end without a full stop, and name no types of Python or pydantic."""
    monkeypatch.chdir(CASES)
    with pytest.raises(InputError) as caught:
        load_intent(name)
    for diagnostic in caught.value.diagnostics:
        for text in (diagnostic.message, diagnostic.hint):
            assert text.isprintable()
            assert not text.endswith(".") or text.endswith("...")
            assert not re.search(r"\b(str|dict|int|bool|NoneType|pydantic|model_type)\b", text)


@pytest.mark.parametrize("command", [["render", "--out", "{out}"], ["verify"]], ids=["render", "verify"])
@pytest.mark.parametrize("name", FILES)
def test_commands_exit_with_2_and_write_nothing(
    name: str, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`render` and `verify` refuse a bad intent with exit code 2, its diagnostics on stderr, no traceback, and no file."""
    monkeypatch.chdir(CASES)
    out = tmp_path / "out"
    code = run([command[0], name, *(part.format(out=out) for part in command[1:])], monkeypatch)
    printed = capsys.readouterr()
    assert code == 2
    assert printed.out == ""
    for path, expected_code, line, column in expected(name):
        assert f"{path}:{line}:{column}: {expected_code}: " in printed.err
    assert "Traceback" not in printed.err
    assert not out.exists()


LINES = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
BAD_BYTES = {
    "invalid UTF-8": (b"kmsgen: 1\nname: caf\xe9\n", ":2:10: not-utf-8"),
    "10 MB": (b"# " + b"x" * 10_000_000 + b"\nkmsgen: 1\n", ": too-large"),
    "aliases that explode": (b"a0: &a0 [lol]\n" + "\n".join(LINES).encode(), ":1:5: yaml-anchor"),
    "a hundred thousand brackets": (b"kmsgen: " + b"[" * 100_000, ":1:58: too-deep"),
    "a zero byte": (b"kmsgen: 1\x00\nname: x\n", ":1:10: yaml-syntax"),
}


@pytest.mark.parametrize(("content", "problem"), BAD_BYTES.values(), ids=list(BAD_BYTES))
def test_bytes_that_are_no_intent_are_refused(
    content: bytes, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be read as YAML at all is refused at its place, with exit code 2 and without a traceback."""
    path = tmp_path / "bad.yaml"
    path.write_bytes(content)
    assert run(["render", str(path), "--out", str(tmp_path / "out")], monkeypatch) == 2
    assert f"{path}{problem}: " in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("name", "code"), [("folder", "no-intents"), ("missing.yaml", "no-such-file")])
def test_paths_that_are_no_file_are_refused(
    name: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder without intents, and a path where nothing is, are refused with exit code 2."""
    (tmp_path / "folder").mkdir()
    assert run(["render", str(tmp_path / name), "--out", str(tmp_path / "out")], monkeypatch) == 2
    assert f"{tmp_path / name}: {code}: " in capsys.readouterr().err

"""The command line as a whole: every command has help, and no input ends in a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kmsgen.cli.app import SUMMARIES
from tests.unit.cli.forms import INTENT
from tests.unit.cli.running import Ran, Runner

COMMANDS = sorted(SUMMARIES)
WITH_A_FILE = ["render", "verify", "simulate", "explain", "prove", "matrix", "lint", "diff", "import", "gate"]
HOSTILE: dict[str, bytes] = {
    "empty.yaml": b"",
    "empty.json": b"",
    "list.yaml": b"- a\n- b\n",
    "text.yaml": b"hello\n",
    "null.json": b"null",
    "deep.yaml": b"[" * 100_000,
    "deep.json": b"[" * 100_000,
    "binary.yaml": bytes(range(256)),
    "bomb.yaml": b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "tag.yaml": b"!!python/object/apply:os.system ['touch pwned']\n",
    "big.yaml": b"a: " + b"x" * 10_000_000,
    "numbers.json": b'{"Version": 1, "Statement": 2}',
    "wrong.json": b'{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": {}}, "Action": [[]]}]}',
    "intent.yaml": b"kmsgen: 1\nname: [x]\nscope: 3\nkey: []\nusers: {a: b}\ngrants: [[]]\nguardrails: [1]\n",
    "plan.json": b'{"format_version": "1", "planned_values": {"root_module": {"resources": [{"mode": "managed", "address": [],'
    b' "type": "aws_kms_key", "values": {"policy": ["arn:aws:iam::111122223333:root"], "arn": {}, "key_usage": [1]}}]}}}',
    "template.yaml": b"Resources:\n  K: {Type: AWS::KMS::Key, Properties: {KeyPolicy: [!Sub [1, 2, 3]], KeySpec: !Ref [x]}}\n"
    b"  X: {Type: [1], Properties: 111122223333}\n",
    "manifest.json": b'{"kmsgen": "1", "files": [{"path": "../../etc/passwd", "format": "json", "kind": "key-policy"}, 5]}',
    "scenario.yaml": b"key: 1\npolicy: []\nrequests: {a: 1}\nprincipals: [x]\ngrants: [1]\n",
}


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the real command."""
    return subprocess.run(
        [sys.executable, "-m", "kmsgen", *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str, tmp_path: Path) -> None:
    """`--help` says what a command does and shows one call of it."""
    shown = run(command, "--help", cwd=tmp_path)
    assert shown.returncode == 0
    assert f"kmsgen {command}" in " ".join(shown.stdout.split())
    assert "xample" in shown.stdout


def test_the_locale_changes_nothing_but_what_is_printed(tmp_path: Path) -> None:
    """Names of files are UTF-8 in whatever is rendered; what the locale's encoding cannot hold is printed as JSON spells it."""
    (tmp_path / "zahlung-ü.yaml").write_text(INTENT, encoding="utf-8")
    told = {}
    for name, locale in {"utf": {"PYTHONUTF8": "1"}, "c": {"LC_ALL": "C", "PYTHONUTF8": "0"}}.items():
        command = [sys.executable, "-m", "kmsgen", "render", ".", "--format", "json", "--no-cache", "--out", name]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, env={**os.environ, **locale})
        told[name] = done.stderr
    utf, plain = ((tmp_path / name / "door/manifest.json").read_bytes() for name in told)
    assert utf == plain
    assert "zahlung-ü.yaml:".encode() in told["utf"]
    assert b"zahlung-\\u00fc.yaml:" in told["c"]
    assert told["c"].isascii()


def check(shown: Ran, name: str) -> None:
    """Hold that a hostile file was refused by its name."""
    assert shown.code == 2, (name, shown)
    assert "Traceback" not in shown.err, name
    assert "internal error" not in shown.err, name
    assert name in shown.err, (name, shown)


@pytest.mark.parametrize("command", WITH_A_FILE)
def test_no_hostile_file_ends_in_a_traceback(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every hostile file is exit code 2 with a message that names it, and leaves nothing behind."""
    runner = Runner(tmp_path, monkeypatch, capsys)
    for name, content in HOSTILE.items():
        (tmp_path / name).write_bytes(content)
        check(runner(command, name, *([name] if command == "diff" else [])), name)
    assert {path.name for path in tmp_path.iterdir()} == set(HOSTILE)


@pytest.mark.parametrize("command", WITH_A_FILE)
def test_no_depth_ends_a_process_of_its_own(command: str, tmp_path: Path) -> None:
    """A file that is deeper than any stack is refused by the real command as well."""
    name = "deep.yaml"
    (tmp_path / name).write_bytes(HOSTILE[name])
    shown = run(command, name, *([name] if command == "diff" else []), cwd=tmp_path)
    check(Ran(shown.returncode, shown.stdout, shown.stderr), name)


def test_a_command_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    """A misspelled command is exit code 2 and tells the nearest."""
    shown = run("rendr", "x.yaml", cwd=tmp_path)
    assert (shown.returncode, "render" in shown.stderr) == (2, True)


def test_the_version_is_the_package_s(tmp_path: Path) -> None:
    """`--version` prints the name and the version."""
    assert run("--version", cwd=tmp_path).stdout.startswith("kmsgen ")


def test_commands_are_imported_only_when_they_run(tmp_path: Path) -> None:
    """`kmsgen --version` imports neither pydantic's models, nor the authorizer, nor cfn-lint."""
    code = "import sys; import kmsgen.cli.app; print([m for m in sys.modules if m.startswith(('kmsgen.', 'cfnlint', 'boto'))])"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == "['kmsgen.cli', 'kmsgen.errors', 'kmsgen.cli.console', 'kmsgen.cli.stopping', 'kmsgen.cli.app']"


@pytest.mark.parametrize("command", [["schema"], ["presets", "list"], ["--version"], ["--help"]], ids=" ".join)
def test_a_full_disk_is_an_error_and_no_traceback(command: list[str], tmp_path: Path) -> None:
    """What cannot be written is exit code 2 with a line that says so: a pipeline must not take half an answer for one."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        shown = subprocess.run(
            [sys.executable, "-m", "kmsgen", *command], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (shown.returncode, shown.stderr) == (2, "the output: no space left on device\n")


def test_a_reader_that_leaves_is_no_traceback(tmp_path: Path) -> None:
    """Whoever reads the first line only (`| head -1`) sees no error of ours."""
    line = f"{sys.executable} -m kmsgen schema | {sys.executable} -c 'import sys; sys.stdin.readline()'"
    shown = subprocess.run(["/bin/sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert shown.stderr == ""


def test_closed_streams_are_no_traceback(tmp_path: Path) -> None:
    """A process started without standard streams still ends with the exit code of its answer."""
    (tmp_path / "no.yaml").write_text("kmsgen: 1\n", encoding="utf-8")
    for command, code in (("schema", 0), ("verify no.yaml", 2)):
        line = f"{sys.executable} -m kmsgen {command} >&- 2>&-"
        assert subprocess.run(["/bin/sh", "-c", line], cwd=tmp_path, check=False).returncode == code, command


def test_a_command_that_is_none_is_told_what_it_may_mean(tmp_path: Path) -> None:
    """A slip of the pen is answered with the command that it is near to."""
    shown = run("rendr", cwd=tmp_path)
    assert shown.returncode == 2
    assert "'render'" in shown.stderr

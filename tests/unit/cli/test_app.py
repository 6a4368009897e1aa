"""The command line as a whole: whatever fails ends in a message and an exit code."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

from kmsgen.cli import app as application
from kmsgen.cli.app import SUMMARIES
from tests.unit.cli.running import Runner


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return an empty folder to run commands in."""
    return Runner(tmp_path, monkeypatch, capsys)


def test_the_version_is_that_of_the_package(run: Runner) -> None:
    """It is printed alone, for scripts."""
    assert run("--version").out == f"kmsgen {version('kmsgen')}\n"


@pytest.mark.parametrize("command", sorted(SUMMARIES))
def test_every_command_has_help_with_an_example(command: str, run: Runner) -> None:
    """The real command stands behind its line in the overview."""
    ran = run(command, "--help")
    assert (ran.code, "kmsgen" in ran.out) == (0, True)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["gate"], "`[never.NAME]`"),
        (["diff"], "gained: [group]"),
        (["render"], "`kmsgen[dask]`"),
        (["presets", "list"], "parameters: [{name,"),
    ],
)
def test_help_shows_what_stands_in_brackets(command: list[str], told: str, run: Runner) -> None:
    """It is no style of a text: names of settings, forms of JSON, extras."""
    ran = run(*command, "--help")
    assert told in " ".join(ran.out.replace("│", " ").split())


@pytest.mark.parametrize(
    "words",
    [("render", ""), ("lint", "a.json", ""), ("render", ".", "--out", ""), ("render", ".", "--out="), ("verify", "--", "")],
)
def test_an_empty_word_is_refused(words: tuple[str, ...], run: Runner) -> None:
    """A variable of a script that nobody has set names nothing, least of all the folder that a command runs in."""
    ran = run(*words)
    assert (ran.code, ran.out, "usage: nothing is named" in ran.err) == (2, "", True)
    assert list(run.path.iterdir()) == []


FAILURES = [
    (OSError(13, "Permission denied", "intent.yaml"), "intent.yaml: permission denied"),
    (OSError(28, "No space left on device"), "the output: no space left on device"),
    (ZeroDivisionError("division by zero"), "internal error: ZeroDivisionError: division by zero"),
]


@pytest.mark.parametrize(("error", "told"), FAILURES)
def test_a_failure_is_a_message_and_no_traceback(
    error: Exception, told: str, run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody ever sees a traceback, unless it is asked for."""

    def fail() -> None:
        raise error

    monkeypatch.setattr(application, "app", fail)
    ran = run("lint")
    assert (ran.code, ran.out, told in ran.err, "Traceback" in ran.err) == (2, "", True, False)


def test_a_traceback_is_shown_to_whoever_asks_for_it(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """With KMSGEN_DEBUG a mistake in kmsgen is raised as it is."""

    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setenv("KMSGEN_DEBUG", "1")
    monkeypatch.setattr(application, "app", fail)
    with pytest.raises(ZeroDivisionError):
        run("lint")

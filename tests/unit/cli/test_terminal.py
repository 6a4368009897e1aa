"""On a terminal: colours, trees and progress say what plain text says."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from kmsgen.cli.reports.progress import MANY, tracked
from tests.unit.cli.forms import APP, KEY, POLICY
from tests.unit.cli.running import Runner

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
GUIDES = re.compile(r"[\u2500-\u257f]+|\s+")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return a folder with a scenario to run commands in."""
    requests = [
        {"principal": APP, "action": "kms:Decrypt", "encryption_context": {"app": "pay"}, "expect": "allowed"},
        {"principal": APP, "action": "kms:Encrypt", "expect": "allowed"},
    ]
    runner = Runner(tmp_path, monkeypatch, capsys)
    runner.write("scenario.json", {"key": {"arn": KEY}, "policy": POLICY, "requests": requests})
    monkeypatch.setenv("COLUMNS", "500")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return runner


def words(text: str) -> list[str]:
    """Return the words of a text without colours and the lines of trees."""
    return GUIDES.sub(" ", ESCAPES.sub("", text)).split()


@pytest.mark.parametrize("command", ["simulate", "explain"])
def test_a_terminal_shows_the_words_of_plain_text(command: str, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Colours and trees are beside the words, and whoever sets NO_COLOR gets the words alone."""
    plain = run(command, "scenario.json")
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _self: True)
    coloured = run(command, "scenario.json")
    assert words(coloured.out) == words(plain.out)
    monkeypatch.setenv("NO_COLOR", "1")
    assert run(command, "scenario.json").out == plain.out
    assert coloured.code == plain.code == 1


@pytest.mark.parametrize("count", [MANY - 1, MANY])
@pytest.mark.parametrize("terminal", [True, False])
def test_progress_passes_everything_on(
    count: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, terminal: bool
) -> None:
    """Whether it is shown or not, every item comes through in its order; it is shown of many items on a terminal alone."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda _self: terminal)
    with tracked(iter(range(count)), count, "verifying") as items:
        assert list(items) == list(range(count))
    assert ("verifying" in capsys.readouterr().err) is (terminal and count == MANY)

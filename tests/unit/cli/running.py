"""Runs the command line within the test's process, as a shell would."""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest

from kmsgen.cli import app as application


class Ran(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str


class Runner:
    """A folder with files, in which commands run."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.path, self._monkeypatch, self._capsys = path, monkeypatch, capsys
        monkeypatch.chdir(path)

    def write(self, name: str, data: object) -> str:
        """Write a file, a text as it is, other data as JSON; return its path."""
        path = self.path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
        return str(path)

    def __call__(self, *words: str, stdin: str = "") -> Ran:
        """Run a command with a text on its standard input."""
        self._monkeypatch.setattr(sys, "argv", ["kmsgen", *words])
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        code = _exit_code()
        return Ran(code, *self._capsys.readouterr())


def piped(text: str) -> str:
    """Return the path of a pipe that holds a text, as a shell makes one for `<(command)`: who reads it twice finds nothing."""
    reading, writing = os.pipe()
    os.write(writing, text.encode())
    os.close(writing)
    return f"/dev/fd/{reading}"


def run_in(folder: Path, *words: str) -> Ran:
    """Run a command in a folder, with nothing on its standard input."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["kmsgen", *words])
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
        code = _exit_code()
    return Ran(code, *(one.buffer.getvalue().decode() for one in (out, err)))


def _exit_code() -> int:
    try:
        application.main()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    return 0

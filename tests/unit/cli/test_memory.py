"""What a run keeps of each of many intents until its end: little, whatever there is to say of it."""

from __future__ import annotations

import contextlib
import os
import shutil
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kmsgen.checks.matrix import Row
from kmsgen.cli import held_answers, spool
from kmsgen.cli.jobs import lint, matrix, render, verify
from kmsgen.cli.jobs.findings import linting, verifying
from kmsgen.cli.jobs.parallel.many import Course
from kmsgen.cli.jobs.rendering import rendering
from kmsgen.cli.jobs.rendering.job import Job
from kmsgen.cli.jobs.rendering.remembered import Made
from kmsgen.cli.output_folder import File
from kmsgen.cli.reports.access_table import FileRows, NamedRow
from kmsgen.cli.reports.answers import Shown
from kmsgen.cli.reports.linted import Linted
from kmsgen.errors import Diagnostic, Location
from kmsgen.render.claims import Claim
from kmsgen.sources.beside import NOTHING

FEW, MANY = 30, 110
PER_INTENT = 1_500
"""Bytes: its paths, its name, and what it is told apart by."""
LONG = "what there is to say of it, " * 100


def _made(source: Any, wanted: Any) -> Made:
    del wanted
    name = Path(source.path).stem
    place = Location(source.path, 1, 1)
    notes = tuple(Diagnostic(place, "a-note", f"{name}: {LONG}") for _ in range(4))
    claims = tuple(Claim(f"{name} {number} {LONG}", name, place, f"{name} {number}") for number in range(4))
    return Made(name, (*(File(f"{name}{number}.json", LONG) for number in range(2)), File("manifest.json", "{}")), notes, claims)


def _linted(file: Any, beside: Any, output: str) -> Linted:
    del beside
    texts: list[Any] = [f"{file.path}: {number}: {LONG}" for number in range(4)]
    return Linted(texts if output == "text" else [{"text": text} for text in texts], frozenset({"error"}), lasting=False)


def _verified(source: Any, iam: Any) -> Shown:
    del iam
    lines = tuple(f"no {number}: {LONG}" for number in range(4))
    return Shown({"file": source.path, "answers": list(lines)}, lines, (), is_yes=False)


def _tabled(file: Any, beside: Any) -> FileRows:
    del beside
    rows = [Row(f"{file.path} {number}", LONG + file.path, ("kms:Decrypt",), (), (), ()) for number in range(4)]
    return FileRows(file.path, tuple(NamedRow(row, None, row.key) for row in rows))


COURSE, INTENTS = Course(1), ("intents",)
Run = Callable[[str], object]
RUNS: dict[str, Run] = {
    "render": lambda output: render.run(Job(INTENTS, None, (), ("json",), Path("out"), lint=False, course=COURSE), output),
    "render --check": lambda output: render.run(
        Job(INTENTS, None, (), ("json",), Path("out"), lint=False, check=True, course=COURSE), output
    ),
    "lint": lambda output: lint.run(INTENTS, NOTHING, output, "error", COURSE),
    "verify": lambda output: verify.run(INTENTS, None, NOTHING, output, COURSE, since=None, iam=None),
    "matrix": lambda output: matrix.run(INTENTS, NOTHING, output, COURSE),
}


@pytest.mark.parametrize("output", ["text", "json"])
@pytest.mark.parametrize("command", RUNS)
def test_memory_does_not_grow_with_what_is_said(
    command: str, output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits on disk until all is known, and goes out piece by piece, as text and as data."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(spool, "BATCH", 8)
    monkeypatch.setattr(held_answers, "MAX_HELD", 10_000)
    for module, name, work in (
        (rendering, "rendered_source", _made), (linting, "linted", _linted), (verifying, "shown", _verified),
        (matrix, "_rows", _tabled),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, work)
    peak(RUNS[command], output, 1)  # loads what a run needs

    def growth() -> float:
        few, many = (peak(RUNS[command], output, count) for count in (FEW, MANY))
        return (many - few) / (MANY - FEW)

    # what is paid once, such as a larger table of names, is no growth: it is not there again
    assert any(growth() < PER_INTENT for _ in range(3))


def peak(run: Run, output: str, count: int) -> int:
    """Return how many bytes a run over so many intents has at most, beside what there was before it."""
    shutil.rmtree("intents", ignore_errors=True)
    Path("intents").mkdir()
    for number in range(count):
        Path("intents", f"i{number:04}.yaml").write_text(f"kmsgen: 1\nname: i{number:04}\n")
    tracemalloc.start()
    with Path(os.devnull).open("w") as nothing, contextlib.redirect_stdout(nothing), contextlib.redirect_stderr(nothing):
        run(output)
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    shutil.rmtree("out", ignore_errors=True)
    return found

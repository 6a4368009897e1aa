"""What a run keeps of each of many intents until its end: little, whatever there is to say of it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kmsgen.checks.matrix import Row
from kmsgen.cli import held_answers, spool
from kmsgen.cli.jobs import diff, gate, lint, matrix, render, simulate, verify
from kmsgen.cli.jobs.comparison import estate_diff
from kmsgen.cli.jobs.findings import linting, verifying
from kmsgen.cli.jobs.parallel.many import Course
from kmsgen.cli.jobs.proving import Bounds
from kmsgen.cli.jobs.rendering import rendering
from kmsgen.cli.jobs.rendering.job import Job
from kmsgen.cli.jobs.rendering.remembered import Made
from kmsgen.cli.jobs.reporting import WantedReports
from kmsgen.cli.output_folder import File
from kmsgen.cli.reports import differences, gates
from kmsgen.cli.reports.access_table import FileRows, NamedRow
from kmsgen.cli.reports.accesses import ChangedAccess, Compared
from kmsgen.cli.reports.answers import Shown
from kmsgen.cli.reports.gates import Gated, GateFinding
from kmsgen.cli.reports.linted import Linted
from kmsgen.errors import Diagnostic, Location
from kmsgen.prover.problem import Budget
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


def _accesses(path: str) -> tuple[ChangedAccess, ...]:
    texts = [(f"{path} {number} {LONG}",) for number in range(4)]
    place = Location(path)
    return tuple(
        ChangedAccess(gained=True, principals=text, actions=text, conditions=(), reason=(), such_as=LONG, witness={}, place=place)
        for text in texts
    )


def _differing(pair: Any, bounds: Any) -> Compared:
    del bounds
    return Compared(pair.only.name, pair.only.path, _accesses(pair.only.path), change="added")


def _gated(one: Any, beside: Any, rules: Any, bounds: Any) -> Gated:
    del beside, rules, bounds
    text = f"{one.path}: {LONG}"
    found = GateFinding("error", text, one.path, (text,), {"text": text}, {"text": text})
    return Gated(one.path, (found,), difference=Compared(one.path, one.path, _accesses(one.path)))


def _reports(output: str, *forms: str) -> WantedReports:
    return WantedReports(output, tuple((form, f"x.{form}") for form in forms))


COURSE, INTENTS, OLD = Course(1), ("intents",), "none"
BOUNDS = Bounds(Budget())
RULES = gate.Rules((), "error", None)
Run = Callable[[str], object]
RUNS: dict[str, Run] = {
    "render": lambda output: render.run(Job(INTENTS, None, (), ("json",), Path("out"), lint=False, course=COURSE), output),
    "render --check": lambda output: render.run(
        Job(INTENTS, None, (), ("json",), Path("out"), lint=False, check=True, course=COURSE), output
    ),
    "lint": lambda output: lint.run(INTENTS, NOTHING, output, "error", COURSE),
    "verify": lambda output: verify.run(INTENTS, None, NOTHING, output, COURSE, since=None, iam=None),
    "matrix": lambda output: matrix.run(INTENTS, NOTHING, output, COURSE),
    "diff": lambda output: diff.run(
        diff.DiffOptions(OLD, "intents", NOTHING, None, 1, fail_fast=False, wanted=_reports(output, "json", "junit")), BOUNDS
    ),
    "gate": lambda output: gate.run(
        gate.GateOptions(INTENTS, None, NOTHING, RULES, _reports(output, "sarif", "markdown")), BOUNDS, COURSE
    ),
}


@pytest.mark.parametrize("output", ["text", "json"])
@pytest.mark.parametrize("command", RUNS)
def test_memory_does_not_grow_with_what_is_said(
    command: str, output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits on disk until all is known, and goes out piece by piece, as text and as data."""
    monkeypatch.chdir(tmp_path)
    Path(OLD).mkdir()
    monkeypatch.setattr(spool, "BATCH", 8)
    monkeypatch.setattr(held_answers, "MAX_HELD", 10_000)
    for module in (differences, gates):
        monkeypatch.setattr(module, "MOST_SECTIONS", 8)
    for module, name, work in (
        (rendering, "rendered_source", _made), (linting, "linted", _linted), (verifying, "shown", _verified),
        (matrix, "_rows", _tabled), (estate_diff, "_compared", _differing), (gate, "_gated", _gated),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, work)
    peak(RUNS[command], output, 1)  # loads what a run needs

    def growth() -> float:
        few, many = (peak(RUNS[command], output, count) for count in (FEW, MANY))
        return (many - few) / (MANY - FEW)

    # what is paid once, such as a larger table of names, is no growth: it is not there again
    assert any(growth() < PER_INTENT for _ in range(3))


SCENARIO = {
    "key": {"arn": "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"},
    "policy": {
        "Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"}],
    },
    "requests": [{"principal": "arn:aws:iam::111122223333:role/app", "action": "kms:Decrypt"}],
}  # fmt: skip


def test_a_report_of_tests_keeps_no_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`simulate --junit` begins with a count: cases wait on disk for it, and what they are of goes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(spool, "BATCH", 8)
    monkeypatch.setattr(held_answers, "MAX_HELD", 10_000)
    Path("test.json").write_text(json.dumps(SCENARIO))
    (one,) = simulate.decide(simulate.scenarios_of(simulate.Given(("test.json",))))
    monkeypatch.setattr(
        simulate,
        "decide",
        lambda _: (one._replace(scenario=one.scenario._replace(note=f"{name} {LONG}")) for name in Path("intents").iterdir()),
    )

    def run(output: str) -> int:
        return simulate.run(simulate.Given(), output, "report.xml")

    peak(run, "text", 1)
    assert any((peak(run, "text", MANY) - peak(run, "text", FEW)) / (MANY - FEW) < PER_INTENT for _ in range(3))


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

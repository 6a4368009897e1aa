"""What a request costs in and out of `kmsgen simulate`, in CPU time, and what memory 100,000 requests take.

    python benchmarks/simulate.py

A file has a scenario with one request a line. All lines have the same policies, or each has others. The floor is to read the same
lines as JSON and to print a line for each. Times are medians of five runs, each of which measures everything.
"""

from __future__ import annotations

import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from authorizer import APP, IDENTITY_POLICIES, KEY, KEY_POLICY
from kmsgen.__main__ import NEW_OBJECTS
from kmsgen.cli.held_answers import HeldAnswers
from kmsgen.cli.jobs.simulate import Given, decide, scenarios_of
from kmsgen.cli.reports import decisions as report
from processes import ROOT, environment
from table import Row, print_table

RUNS = 5
MEASURED = 5_000
FEW, MANY = 1_000, 100_000
MEASURES = ("read", "decide", "print", "print as JSON", "floor")
FLOOR = "json.loads and print"
MEMORY = """
import gc, re, sys
from pathlib import Path
from kmsgen.__main__ import NEW_OBJECTS
from kmsgen.cli.jobs.simulate import Given, run
gc.set_threshold(NEW_OBJECTS)
run(Given((sys.argv[1],)), sys.argv[2], None)
sys.stderr.write(re.search(r"VmHWM:\\s+([0-9]+) kB", Path("/proc/self/status").read_text())[1])
"""
"""Tells what a process held at most, which Linux alone tells of a process apart from the one that started it."""


def scenario(number: int, *, others: bool) -> dict[str, Any]:
    """Return a scenario with one request; with `others` its key policy is that of no other number."""
    policy = {**KEY_POLICY, "Id": f"policy-{number}"} if others else KEY_POLICY
    request = {
        "principal": APP,
        "action": "kms:Decrypt",
        "encryption_context": {"app": "payments" if number % 3 else f"other-{number}"},
        "context": {"aws:SourceIp": "10.0.0.1"},
    }
    beside = {APP: {"identity_policies": IDENTITY_POLICIES}}
    return {"note": f"case {number}", "key": {"arn": KEY}, "policy": policy, "principals": beside, "requests": [request]}


def written(folder: Path, count: int, *, others: bool = False) -> Path:
    """Write a file of so many lines."""
    path = folder / "scenarios.jsonl"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(scenario(number, others=others)) + "\n" for number in range(count))
    return path


def measured(path: Path) -> dict[str, float]:
    """Return the microseconds that a request of a file takes to read, decide and print, and what the floor takes."""
    marks = [time.process_time()]
    scenarios = list(scenarios_of(Given((str(path),))))
    marks.append(time.process_time())
    decided = list(decide(scenarios))
    marks.append(time.process_time())
    _hold(report.plain_lines(one) for one in decided)
    marks.append(time.process_time())
    _hold(report.json_element(one, first=False) for one in decided)
    marks.append(time.process_time())
    _floor(path)
    marks.append(time.process_time())
    return {what: 1e6 * (end - start) / MEASURED for what, (start, end) in zip(MEASURES, pairwise(marks), strict=True)}


def _hold(texts: Iterator[str]) -> None:
    with HeldAnswers() as held:
        for text in texts:
            held.hold(text)


def _floor(path: Path) -> None:
    with path.open(encoding="utf-8") as file:
        _hold(f"{json.loads(line)['note']}: allowed\n" for line in file)


def times(path: Path) -> dict[str, float]:
    """Return the medians of what `measured` returns."""
    runs = [measured(path) for _ in range(RUNS)]
    return {what: statistics.median(run[what] for run in runs) for what in runs[0]}


def memory(path: Path, output: str, folder: Path) -> float:
    """Return the MiB that a process holds at most that decides a file."""
    command = [sys.executable, "-c", MEMORY, str(path), output]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(folder), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    return int(done.stderr.split()[-1]) / 1024


def rows() -> Iterator[Row]:
    """Measure times on few lines; memory on many, held against that on fewer."""
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)  # as kmsgen does
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for title, others in (("a line that repeats its policies", False), ("a line with policies of its own", True)):
            took = times(written(folder, MEASURED, others=others))
            yield Row(f"{title}: read and printed", took["read"] + took["print"], "µs", took["floor"], FLOOR)
            yield from (Row(f"{title}: {what}", took[what], "µs") for what in MEASURES[:-1])
        for output in ("text", "json"):
            few = memory(written(folder, FEW), output, folder)
            yield Row(f"memory for {MANY:,}, {output}", memory(written(folder, MANY), output, folder), "MiB", few, f"for {FEW:,}")


if __name__ == "__main__":
    print_table("simulate", rows())

"""How runs go over estates of intents of three sizes: cost of an intent, memory, two processes, nothing and one changed.

    python benchmarks/estate.py                     100 and 1,000 intents, as a table
    python benchmarks/estate.py --sizes 100 10000   others
    python benchmarks/estate.py --no-lint --cpu     without cfn-lint; without what the clock measures, for a busy machine

Of ten intents six are small (the starter's), three of middle size, one is the example of the README. CPU counts for what must
stay flat and for the run in which nothing changed, for it does not depend on what else the machine does; two processes are held
against one by the clock, so measure them on a machine with two idle cores.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from processes import ROOT, environment
from table import Row, print_table

SIZES = (100, 1000)
FEW, MORE = 2, 8
TEAM = 10
SMALL = """kmsgen: 1
name: {name}
scope: {{account: "111122223333", regions: [us-west-2], deployer: role/platform-ci}}
key: {{alias: {name}, rotation_days: 365}}
admins: [role/KmsAdmin, {{principal: account, can: [change-policy]}}]
users: [{{principal: role/app-{number}, can: [encrypt, decrypt, generate-data-key]}}]
guardrails: [deny-insecure-transport]
"""
MIDDLE = (
    SMALL
    + """services: [{{service: sns, source_account: "111122223333"}}]
grants: [{{name: nightly, grantee: role/exporter-{number}, operations: [Decrypt]}}]
"""
)
EXAMPLE = (ROOT / "examples" / "payments" / "intent.yaml").read_text(encoding="utf-8")
OF_TEN = (SMALL, SMALL, MIDDLE, SMALL, SMALL, MIDDLE, SMALL, MIDDLE, SMALL, None)


class Wanted(NamedTuple):
    """What is measured: with cfn-lint or not, with two processes by the clock, with verify and lint, an intent of each kind."""

    lint: bool = True
    clock: bool = True
    questions: bool = True
    kinds: bool = True


class Ran(NamedTuple):
    """What a run took: seconds by the clock, seconds of CPU of all its processes, MiB of the largest of them."""

    wall: float
    cpu: float
    memory: float


def make_estate(folder: Path, count: int, of_ten: Sequence[str | None] = OF_TEN) -> None:
    """Write so many intents; `of_ten` are the kinds, in turn. Ten are of one team with roles of its own: IAM takes no more."""
    folder.mkdir(parents=True)
    for number in range(count):
        text = of_ten[number % len(of_ten)]
        name = f"key-{number}"
        told = (
            text.format(name=name, number=number)
            if text
            else EXAMPLE.replace("payments-data", name).replace("payments/data", name)
        )
        team = told.replace("role/", f"role/team-{number // TEAM}/")
        (folder / f"{number:06}.yaml").write_text(team, encoding="utf-8")


def render(folder: Path, out: str, *words: str) -> Ran:
    """Render an estate; return what it took."""
    return run(folder, "render", "--out", str(folder / out), *words)


def run(folder: Path, command_name: str, *words: str, codes: Sequence[int] = (0,)) -> Ran:
    """Run a command on an estate; return what it took."""
    command = [sys.executable, "-m", "kmsgen", command_name, str(folder / "intents"), *words]
    kept = {name: value for name, value in environment(folder).items() if name != "KMSGEN_NO_CACHE"}
    kept["KMSGEN_CACHE"] = str(folder / "cache")
    start, nowhere = time.perf_counter(), subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, env=kept, stdout=nowhere, stderr=nowhere) as started:
        _, status, used = os.wait4(started.pid, 0)
        started.returncode = os.waitstatus_to_exitcode(status)
    assert started.returncode in codes, command
    return Ran(time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def measured(folder: Path, count: int, wanted: Wanted) -> Iterator[Row]:
    """Measure an estate of so many intents."""
    make_estate(folder / "intents", count)
    words = () if wanted.lint else ("--no-lint",)
    first = render(folder, "out", "--jobs", "1", *words)
    yield Row(f"{count:,} intents, one process: CPU an intent", 1000 * first.cpu / count, "ms")
    yield Row(f"{count:,} intents, one process: memory", first.memory, "MiB")
    again = render(folder, "out", "--jobs", "1", *words)
    yield Row(f"{count:,} intents, first run: CPU", first.cpu, "s", again.cpu, "nothing changed")
    yield Row(f"{count:,} intents, nothing changed: memory", again.memory, "MiB")
    if wanted.clock:
        one, two = (render(folder, name, "--no-cache", "--jobs", jobs, *words) for name, jobs in (("one", "1"), ("two", "2")))
        yield Row(f"{count:,} intents, one process by the clock", one.wall, "s", two.wall, "two processes")
        assert contents(folder / "one") == contents(folder / "two"), "one process and two wrote other bytes"
        assert contents(folder / "one") == contents(folder / "out"), "the cache changed what is written"
    first_intent = folder / "intents" / "000000.yaml"
    first_intent.write_text(first_intent.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    changed = render(folder, "out", "--jobs", "1", *words)
    yield Row(f"{count:,} intents, one of them changed: CPU", changed.cpu, "s")
    for command in ("verify", "lint") if wanted.questions else ():
        first, again = (run(folder, command, "--jobs", "1", codes=(0, 1)) for _ in range(2))
        yield Row(f"{count:,} intents, first {command}: CPU", first.cpu, "s", again.cpu, "nothing changed")


def by_kind(folder: Path) -> Iterator[Row]:
    """Measure what an intent of each size costs, without the start of the run."""
    for name, kind in (("small", SMALL), ("middle", MIDDLE), ("README's", None)):
        few, many = folder / f"{name}-few", folder / f"{name}-many"
        make_estate(few / "intents", FEW, [kind])
        make_estate(many / "intents", FEW + MORE, [kind])
        for told, command, words in (
            ("render", "render", ("--out", str(folder / "x"), "--check")),
            ("render without cfn-lint", "render", ("--out", str(folder / "x"), "--check", "--no-lint")),
            ("verify", "verify", ()),
        ):
            costs = [run(one, command, "--jobs", "1", "--no-cache", *words, codes=(0, 1)).cpu for one in (few, many)]
            yield Row(f"one {name} intent, {told}: CPU", 1000 * (costs[1] - costs[0]) / MORE, "ms")


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def rows(sizes: list[int], wanted: Wanted) -> Iterator[Row]:
    """Measure intents of each kind, then estates of these sizes."""
    if wanted.kinds:
        with tempfile.TemporaryDirectory() as folder:
            yield from by_kind(Path(folder))
    for count in sizes:
        with tempfile.TemporaryDirectory() as folder:
            yield from measured(Path(folder), count, wanted)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="how many intents")
    parser.add_argument("--no-lint", dest="lint", action="store_false", help="render without cfn-lint")
    parser.add_argument("--cpu", dest="clock", action="store_false", help="nothing by the clock")
    parser.add_argument("--render", dest="questions", action="store_false", help="neither verify nor lint")
    parser.add_argument("--estates", dest="kinds", action="store_false", help="no intent of each kind by itself")
    given = vars(parser.parse_args())
    print_table("estate", rows(given.pop("sizes"), Wanted(**given)))

"""How runs go over estates of intents of three sizes, as the tables of docs/scale.md: one command prints all of them.

    python benchmarks/estate.py                     100, 1,000 and 10,000 intents: a quarter of an hour on an idle machine
    python benchmarks/estate.py --sizes 100 1000    others
    python benchmarks/estate.py --rows              as `python benchmarks` prints what it measures

Of ten intents six are small (the starter's), three of middle size, one is the example of the README. CPU counts for what must
stay flat and for the run in which nothing changed, for it does not depend on what else the machine does; two processes are held
against one by the clock, so measure them on a machine with two idle cores. Estates are rendered without cfn-lint, which is
measured by intent.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from processes import ROOT, environment
from scale import OfEstate, OfKind, rows, tables
from table import print_table

SIZES = (100, 1_000, 10_000)
MOST_ASKED = 1_000
"""Of larger estates `verify` and `lint` are not measured: they take as long an intent."""
FEW, MORE = 2, 18
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
KINDS = (("small", SMALL, 6), ("middle", MIDDLE, 3), ("README's", None, 1))
"""Each kind, with how many of ten there are."""


class Ran(NamedTuple):
    """What a run took: seconds by the clock, of CPU in all its processes and in the first alone, MiB of the largest of them."""

    wall: float
    cpu: float
    own: float
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


def run(folder: Path, command_name: str, *words: str, codes: Sequence[int] = (0,), cache: str = "cache") -> Ran:
    """Run a command on an estate; return what it took."""
    command = [sys.executable, "-m", "kmsgen", command_name, str(folder / "intents"), *words]
    kept = {name: value for name, value in environment(folder).items() if name != "KMSGEN_NO_CACHE"}
    kept["KMSGEN_CACHE"] = str(folder / cache)
    said, start = folder / "said", time.perf_counter()
    with (
        said.open("w", encoding="utf-8") as talk,
        subprocess.Popen(command, cwd=ROOT, env=kept, stdout=subprocess.DEVNULL, stderr=talk) as started,
    ):
        os.waitid(os.P_PID, started.pid, os.WEXITED | os.WNOWAIT)
        wall, own = time.perf_counter() - start, _own_cpu(started.pid)
        _, status, used = os.wait4(started.pid, 0)
        started.returncode = os.waitstatus_to_exitcode(status)
    assert started.returncode in codes, f"{command}: {said.read_text(encoding='utf-8')[-2000:]}"
    return Ran(wall, used.ru_utime + used.ru_stime, own, used.ru_maxrss / 1024)


def _own_cpu(process: int) -> float:
    """Return the CPU of a process that has ended and is not waited for yet, without that of its children (proc_pid_stat(5))."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def of_kind(folder: Path, name: str, kind: str | None, of_ten: int) -> OfKind:
    """Measure what an intent of a kind costs, without the start of the run."""
    few, many = folder / f"{name}-few", folder / f"{name}-many"
    make_estate(few / "intents", FEW, [kind])
    make_estate(many / "intents", FEW + MORE, [kind])

    def cost(command: str, *words: str) -> float:
        ran = [run(one, command, "--jobs", "1", "--no-cache", *words, codes=(0, 1)).cpu for one in (few, many)]
        return (ran[1] - ran[0]) / MORE

    checked = ("--out", str(folder / "x"), "--check")
    rendered = cost("render", *checked, "--no-lint")
    return OfKind(name, of_ten, rendered, max(0.0, cost("render", *checked) - rendered), cost("verify"))


def of_estate(folder: Path, count: int) -> OfEstate:
    """Measure an estate of so many intents: by one process, nothing changed, one changed, by two processes."""
    make_estate(folder / "intents", count)

    def render(out: str, jobs: int, cache: str = "cache") -> Ran:
        return run(folder, "render", "--out", str(folder / out), "--no-lint", "--jobs", str(jobs), cache=cache)

    first, again = render("out", 1), render("out", 1)
    two = render("two", 2, cache="of-two")
    assert contents(folder / "out") == contents(folder / "two"), "one process and two wrote other bytes"
    first_intent = folder / "intents" / "000000.yaml"
    first_intent.write_text(first_intent.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    changed = render("out", 1)
    asked = {}
    for command in ("verify", "lint") if count <= MOST_ASKED else ():
        anew, remembered = (run(folder, command, "--jobs", "1", codes=(0, 1)).cpu for _ in range(2))
        asked[command] = (anew, remembered)
    return OfEstate(
        count, first.cpu, first.memory, again.cpu, again.memory, changed.cpu, first.wall, two.wall, two.own, two.cpu, asked
    )


def contents(folder: Path) -> dict[str, int]:
    """Return a hash of every file of a folder."""
    return {str(path.relative_to(folder)): hash(path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file()}


def measured(sizes: Iterable[int]) -> Iterator[OfKind | OfEstate]:
    """Measure intents of each kind, then estates of these sizes."""
    for name, kind, of_ten in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            yield of_kind(Path(folder), name, kind, of_ten)
    for count in sizes:
        with tempfile.TemporaryDirectory() as folder:
            yield of_estate(Path(folder), count)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="how many intents")
    parser.add_argument("--rows", action="store_true", help="a row a measure")
    given = parser.parse_args()
    if given.rows:
        print_table("estate", (row for one in measured(given.sizes) for row in rows(one)))
    else:
        print(tables(list(measured(given.sizes)), os.getloadavg()[0]))

"""How long `kmsgen render` takes: a cold start on the example, and 1,000 intents in one run.

    python benchmarks/render.py             both, with the numbers
    python benchmarks/render.py --check     exit 1 where the cold start takes more than LIMIT times its floor

The floor is a bare process that imports what kmsgen stands on: typer, pydantic, yaml, jinja2. `import pydantic` alone is next to
nothing; the models of an intent load the rest of it, which takes 80 to 150 ms, and for that LIMIT is 1.8 (before there were
models it was 1.5). CPU seconds are compared (user and system), of runs taken in turns, each render into a folder of its own.
What counts is the median of the ratios: machines change their speed from second to second, and what changes for one run of a
pair changes for the other.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "payments" / "intent.yaml"
LIMIT = 1.8
RUNS = 21
SIZES = (100, 1000)
FLOOR = ("-c", "import typer, pydantic, yaml, jinja2")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took, in seconds."""

    wall: float
    cpu: float


def environment(folder: Path) -> dict[str, str]:
    """Return an environment in which byte code is kept, as it is where kmsgen is installed."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder / "pycache")}


def cost(arguments: tuple[str, ...], folder: Path) -> Cost:
    """Run Python with these arguments; a failure ends the benchmark."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment(folder), check=True, capture_output=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def cold_start(folder: Path) -> float:
    """Measure the command against its floor; print the medians of both and return the median of how many times it takes."""
    command = ("-m", "kmsgen", "render", str(EXAMPLE), "--no-lint", "--out")
    cost((*command, str(folder / "out")), folder)
    cost(FLOOR, folder)
    pairs = [(cost(FLOOR, folder), cost((*command, str(folder / f"out-{run}")), folder)) for run in range(RUNS)]
    for name, at, what in (("floor", 0, FLOOR[1]), ("render", 1, f"kmsgen render {EXAMPLE.relative_to(ROOT)} --no-lint")):
        cpu, wall = (median(getattr(pair[at], clock) for pair in pairs) for clock in ("cpu", "wall"))
        print(f"{name + ':':8} {cpu:.3f} s CPU, {wall:.3f} s wall, medians of {RUNS}: {what}")
    ratios = sorted(render.cpu / floor.cpu for floor, render in pairs)
    print(f"ratio:   {median(ratios):.2f}, from {ratios[0]:.2f} to {ratios[-1]:.2f} (limit {LIMIT})")
    return median(ratios)


def many(folder: Path, count: int) -> float:
    """Render `count` generated intents in one run; print what one costs and the memory of the run; return the CPU of one."""
    intents = folder / f"intents-{count}"
    intents.mkdir()
    text = EXAMPLE.read_text(encoding="utf-8")
    for number in range(count):
        changed = text.replace("name: payments-data", f"name: payments-{number}").replace("payments/data", f"payments/{number}")
        (intents / f"{number}.yaml").write_text(changed, encoding="utf-8")
    taken = cost(("-m", "kmsgen", "render", str(intents), "--no-lint", "--out", str(folder / f"out-{count}")), folder)
    written = len(list((folder / f"out-{count}").iterdir()))
    assert written == count, f"{written} of {count} intents were written"
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{count:5d} intents: {taken.cpu:.1f} s CPU, {1000 * taken.cpu / count:.1f} ms an intent, at most {memory:.0f} MiB")
    return taken.cpu / count


def main() -> int:
    """Run the benchmark; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only the cold start; exit 1 above the limit")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as name:
        ratio = cold_start(Path(name))
        if not check:
            each = [many(Path(name), count) for count in SIZES]
            print(f"ratio:   {each[-1] / each[0]:.2f} of an intent among {SIZES[-1]} to one among {SIZES[0]}")
    return 1 if check and ratio > LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())

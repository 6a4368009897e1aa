"""How long `kmsgen render` takes: a cold start on the example, and 100 intents in one run.

    python benchmarks/render.py             both, as a table
    python benchmarks/render.py --check     exit 1 where the cold start takes more than LIMIT times its floor

The floor is a plain process that loads what a command on intents cannot do without: typer, yaml, jinja2, and pydantic with one
model of one field, for most of pydantic is loaded when the first model is made. CPU seconds are compared (user and system), of
runs taken in turns, each render into a folder of its own. What counts is the median of the ratios: machines change their speed
from second to second, and what changes for one run of a pair changes for the other.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from processes import ROOT, cost
from table import Row, print_table

EXAMPLE = ROOT / "examples" / "payments" / "intent.yaml"
LIMIT = 1.8
RUNS = 21
SIZES = (20, 100)
FLOOR = ("-c", "import typer, yaml, jinja2, pydantic\nclass Model(pydantic.BaseModel):\n    field: str")
WHOSE = "typer, yaml, jinja2, and a model of pydantic's"


def cold_start(folder: Path) -> Row:
    """Measure the command in turns with its floor; the floor told is the one that gives the median of the ratios."""
    command = ("-m", "kmsgen", "render", str(EXAMPLE), "--no-lint", "--out")
    cost((*command, str(folder / "out")), folder)
    cost(FLOOR, folder)
    pairs = [(cost(FLOOR, folder).cpu, cost((*command, str(folder / f"out-{run}")), folder).cpu) for run in range(RUNS)]
    ratio, taken = median(render / floor for floor, render in pairs), median(render for _, render in pairs)
    return Row("cold start on the example, --no-lint, CPU", taken, "s", taken / ratio, WHOSE)


def many(folder: Path, count: int) -> float:
    """Render `count` generated intents in one run; return the CPU milliseconds of one."""
    intents = folder / f"intents-{count}"
    intents.mkdir()
    text = EXAMPLE.read_text(encoding="utf-8")
    for number in range(count):
        changed = text.replace("name: payments-data", f"name: payments-{number}").replace("payments/data", f"payments/{number}")
        (intents / f"{number}.yaml").write_text(changed, encoding="utf-8")
    options = ("--no-lint", "--jobs", "1", "--out", str(folder / f"many-{count}"))
    taken = cost(("-m", "kmsgen", "render", str(intents), *options), folder)
    written = len(list((folder / f"many-{count}").glob("payments-*")))
    assert written == count, f"{written} of {count} intents were written"
    return 1000 * taken.cpu / count


def rows() -> Iterator[Row]:
    """Measure a cold start, an intent among many against one among fewer, and the memory of the run."""
    with tempfile.TemporaryDirectory() as name:
        yield cold_start(Path(name))
        fewer, more = (many(Path(name), count) for count in SIZES)
        yield Row(f"an intent among {SIZES[1]:,}, CPU", more, "ms", fewer, f"among {SIZES[0]}")
        yield Row("memory at most", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, "MiB")


def main() -> int:
    """Print the table; with `--check` only the cold start, and return 1 where it is above the limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only the cold start; exit 1 above the limit")
    if not parser.parse_args().check:
        print_table("render", rows())
        return 0
    with tempfile.TemporaryDirectory() as name:
        start = cold_start(Path(name))
    print_table("render", [start])
    return int(start.figure > LIMIT * (start.against or 0))


if __name__ == "__main__":
    sys.exit(main())

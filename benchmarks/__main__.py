"""Every benchmark of this folder in one table: `python benchmarks`, or some of them: `python benchmarks render prover`.

Each runs as a process of its own, so that none pays for what another has done. None fails for a time.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from table import HEAD

FOLDER = Path(__file__).parent
NO_BENCHMARKS = ("__main__", "processes", "scale", "solver_questions", "table")
SHORT = {"estate": ("--rows", "--sizes", "100")}
"""What a benchmark is asked for where it has more than one form."""
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in NO_BENCHMARKS)


def run(name: str) -> int:
    """Run one benchmark, print the rows of its table as they come, and return its exit code."""
    with subprocess.Popen(
        [sys.executable, FOLDER / f"{name}.py", *SHORT.get(name, ())], stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout or ():
            if line.rstrip("\n") not in HEAD:
                print(line, end="", flush=True)
    return process.returncode


def main() -> int:
    """Print the table; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="*", default=NAMES, choices=NAMES, help="a benchmark; all of them if none is named")
    names = parser.parse_args().name
    print(*HEAD, sep="\n", flush=True)
    return max(run(name) for name in names)


if __name__ == "__main__":
    sys.exit(main())

"""What a process of Python's costs: CPU and wall time."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]


class Cost(NamedTuple):
    """What a process took, in seconds."""

    wall: float
    cpu: float


def cost(arguments: tuple[str, ...], folder: Path, *, codes: frozenset[int] = frozenset({0})) -> Cost:
    """Run Python with these arguments at the root of the checkout, its byte code kept in a folder.

    Raises CalledProcessError where it ends with a code that is none of `codes`.
    """
    command = [sys.executable, *arguments]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment(folder), check=False, capture_output=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in codes:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    return Cost(wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def environment(folder: Path) -> dict[str, str]:
    """Return an environment in which byte code is kept, as it is where kmsgen is installed, and no answer is."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder / "pycache"), "KMSGEN_NO_CACHE": "1"}

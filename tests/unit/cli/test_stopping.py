"""Where a signal stops a run: everywhere, also where Python ignores what is raised."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import os, signal, sys, time
from kmsgen.cli.stopping import Stopped, stop_on_signals

class Freed:
    def __del__(self):
        signal.raise_signal(signal.SIGTERM)

def while_freeing():
    Freed()

def while_forking():
    os.register_at_fork(after_in_parent=lambda: signal.raise_signal(signal.SIGTERM))
    if not os.fork():
        os._exit(0)
    os.wait()

stop_on_signals()
try:
    globals()[sys.argv[1]]()
    time.sleep(30)
except Stopped as stopped:
    print(stopped)
"""


@pytest.mark.parametrize("where", ["while_freeing", "while_forking"])
def test_a_signal_counts_where_python_ignores_exceptions(where: str) -> None:
    """While it frees an object, and while it forks: the run is stopped all the same, and no traceback is shown."""
    run = subprocess.run([sys.executable, "-c", PROGRAM, where], capture_output=True, text=True, check=True, timeout=20)
    assert (run.stdout, run.stderr) == ("stopped by SIGTERM\n", "")

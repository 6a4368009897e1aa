"""Signals and streams of the real command: how it ends when it is stopped, and what a terminal cannot show."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from tests.golden.cases import ROOT

EXAMPLE = ROOT / "examples" / "payments" / "intent.yaml"
HIDDEN, SHOWN = b"\x1b[?25l", b"\x1b[?25h"
"""What hides the cursor of a terminal, and shows it again: xterm, Control Sequences, DECTCEM."""


@pytest.mark.parametrize(("number", "name"), [(signal.SIGINT, "SIGINT"), (signal.SIGTERM, "SIGTERM")])
def test_a_run_that_is_stopped_says_so_and_writes_nothing(number: int, name: str, tmp_path: Path) -> None:
    """SIGTERM, which pipelines send, ends a run as Ctrl-C does: with a line, the exit code of shells and an untouched disk."""
    pipe = tmp_path / "intent.yaml"
    os.mkfifo(pipe)  # which the run waits for
    command = [sys.executable, "-m", "kmsgen", "render", str(pipe), "--out", str(tmp_path / "out")]
    heard = partial(signal.signal, number, signal.SIG_DFL)  # also where whoever runs this test ignores it
    with (
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=heard) as run,  # noqa: PLW1509 - no threads
        pipe.open("w", encoding="utf-8"),
    ):
        time.sleep(0.5)  # until it waits for the text of the pipe that it has opened
        run.send_signal(number)
        _, said = run.communicate(timeout=60)
    assert (run.returncode, said) == (128 + number, f"nothing was written\nstopped by {name}\n")
    assert not (tmp_path / "out").exists()


STOPPED_AT_THE_START = """
import os, signal, sys
import kmsgen.__main__

class Stopping:
    def find_spec(self, name, *_):
        if name == "kmsgen.cli.app":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Stopping())
kmsgen.__main__.main()
"""


def test_a_run_that_is_stopped_at_its_start_just_ends() -> None:
    """While the application is loaded nothing says yet that it was stopped, and no traceback does."""
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # also where whoever runs this test ignores it
    done = subprocess.run(
        [sys.executable, "-c", STOPPED_AT_THE_START], capture_output=True, text=True, check=False, preexec_fn=heard
    )
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_a_run_that_is_stopped_while_processes_work_leaves_none(tmp_path: Path) -> None:
    """Nor does it leave anything on the disk: the processes end with the run that started them."""
    write_intents(tmp_path)
    command = [sys.executable, "-m", "kmsgen", "render", str(tmp_path), "--out", str(tmp_path / "out"), "--jobs", "2"]
    with subprocess.Popen([*command, "--no-lint", "--no-cache"], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as run:
        listed = Path(f"/proc/{run.pid}/task/{run.pid}/children")
        while len(working := listed.read_text().split()) < 2:
            time.sleep(0.02)
        run.send_signal(signal.SIGTERM)
        _, said = run.communicate(timeout=60)
    assert (run.returncode, said.decode()) == (143, "nothing was written\nstopped by SIGTERM\n")
    until = time.monotonic() + 30  # they end by themselves, and whoever they are left to may be slow to look
    while left := [one for one in working if is_running(one)]:
        assert time.monotonic() < until, left
        time.sleep(0.05)
    assert not (tmp_path / "out").exists()


def write_intents(folder: Path) -> None:
    """Write so many that a run is stopped while it works."""
    for number in range(40):
        text = EXAMPLE.read_text(encoding="utf-8").replace("payments-data", f"i{number}").replace("payments/data", f"i{number}")
        (folder / f"{number}.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_gives_the_cursor_back(number: int, tmp_path: Path) -> None:
    """A terminal shows it while nothing is drawn: what shows the progress hides it, and its end is not waited for."""
    write_intents(tmp_path)
    ours, its = pty.openpty()
    command = [sys.executable, "-m", "kmsgen", "verify", str(tmp_path), "--jobs", "1", "--no-cache"]
    environment = {**os.environ, "TERM": "xterm"}
    heard = partial(signal.signal, number, signal.SIG_DFL)  # as above
    with (
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=its, env=environment, preexec_fn=heard) as run,  # noqa: PLW1509
        open(ours, "rb", buffering=0) as terminal,  # noqa: PTH123 - a descriptor
    ):
        os.close(its)
        said = b""
        while HIDDEN not in said:
            said += terminal.read(4096)
        run.send_signal(number)
        with suppress(OSError):  # Linux's word for its end
            while more := terminal.read(4096):
                said += more
    assert run.returncode == 128 + number
    assert said.rfind(SHOWN) > said.rfind(HIDDEN)
    assert said.decode().rstrip().endswith(f"stopped by {signal.Signals(number).name}")


def is_running(process: str) -> bool:
    """Return whether a process is there and has not ended: a zombie has."""
    try:
        return Path("/proc", process, "stat").read_text(encoding="utf-8").rpartition(") ")[2][0] not in "ZX"
    except FileNotFoundError:
        return False


def test_a_signal_that_the_caller_ignores_stays_ignored(tmp_path: Path) -> None:
    """`nohup` and shells that start a job in the background ignore signals for it."""
    pipe = tmp_path / "intent.yaml"
    os.mkfifo(pipe)
    line = f"trap '' INT; exec {sys.executable} -m kmsgen matrix {pipe}"
    with subprocess.Popen(["/bin/sh", "-c", line], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        with pipe.open("w", encoding="utf-8") as file:
            run.send_signal(signal.SIGINT)
            file.write(EXAMPLE.read_text(encoding="utf-8"))
        run.communicate(timeout=30)
    assert run.returncode == 0


def ascii_only(folder: Path, *command: str) -> tuple[str, str]:
    """Run a command whose streams take ASCII alone; return what it prints and says."""
    given = [sys.executable, "-m", "kmsgen", *command]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    shown = subprocess.run(given, cwd=folder, capture_output=True, check=False, env=environment)
    return shown.stdout.decode("ascii"), shown.stderr.decode("ascii")


def test_what_the_encoding_of_a_terminal_lacks_is_spelled_out(tmp_path: Path) -> None:
    """Characters that a stream cannot hold stand there as JSON spells them, and JSON stays JSON."""
    statement = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}
    (tmp_path / "é😀.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}), encoding="utf-8")
    printed, _ = ascii_only(tmp_path, "lint", "é😀.json", "--output", "json")
    assert {one["location"]["path"] for one in json.loads(printed)} == {"é😀.json"}
    _, said = ascii_only(tmp_path, "matrix", "é😀.yaml")
    assert said == "\\u00e9\\ud83d\\ude00.yaml: no-such-file: the file does not exist\n"

"""A cluster works on the same chunks and gives the same bytes; a worker that is another kmsgen or sees other files gives none."""

from __future__ import annotations

import gc
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import distributed
import pytest

from kmsgen.cli.jobs.inputs.policy_files import PolicyFile
from kmsgen.cli.jobs.parallel import cluster
from kmsgen.cli.jobs.parallel.cluster import Chunk, Client, Unfit
from kmsgen.cli.jobs.rests_on import contents, versions
from tests.golden.cases import ROOT
from tests.unit.cli.named_intents import WHOLE as INTENT
from tests.unit.cli.running import Runner

COUNT = 8
BROKEN = 3
ONE_THREAD = ("--nthreads", "1")
HALF_WAY = """import time
from pathlib import Path
from kmsgen.cli.jobs.parallel import cluster

done, begun = cluster._done_there, []


def stuck(work, chunk):
    if begun:
        Path("half-way").touch()
        time.sleep(600)
    begun.append(chunk)
    return done(work, chunk)


cluster._done_there = stuck
"""
"""What a worker loads before it works: it does one chunk, and is at work on the next one until it is killed."""


def started(folder: Path, *words: str, **environment: str) -> subprocess.Popen[bytes]:
    """Start a part of a cluster."""
    command = [sys.executable, "-m", "distributed.cli." + words[0], *words[1:], "--no-dashboard"]
    with (folder / f"{words[0]}.log").open("ab") as log:
        return subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env={**os.environ, **environment})


def ended(process: subprocess.Popen[bytes]) -> None:
    """End a process at once."""
    process.kill()
    process.wait()


class Started(NamedTuple):
    """A scheduler, by the file that tells its address."""

    folder: Path
    file: Path
    address: str

    def worker(self, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a worker."""
        told = ("--scheduler-file", str(self.file), "--no-nanny", "--local-directory", str(self.folder))
        return started(self.folder, "dask_worker", *told, *words, **environment)


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """Start a scheduler."""
    folder = tmp_path_factory.mktemp("cluster")
    file = folder / "scheduler.json"
    process = started(folder, "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
    address = wait_for(lambda: json.loads(file.read_text())["address"] if file.is_file() and file.stat().st_size else None)
    yield Started(folder, file, str(address))
    ended(process)


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write intents, one of which is not sound."""
    folder = tmp_path_factory.mktemp("estate")
    for number in range(COUNT):
        (folder / "intents").mkdir(exist_ok=True)
        text = INTENT.format(name=f"i{number:02}")
        (folder / f"intents/{number:02}.yaml").write_text(text.replace("encrypt", "enkrypt") if number == BROKEN else text)
    return folder


def kmsgen(folder: Path, *words: str) -> subprocess.Popen[str]:
    """Start the command."""
    command = [sys.executable, "-m", "kmsgen", *words]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def told(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Return what a command came to."""
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def test_two_workers_one_of_which_is_killed_half_way_give_the_same_bytes(scheduler: Started, estate: Path) -> None:
    """What the dead one was at work on, the other one does; every command says what it says by one process."""
    (scheduler.folder / "stuck.py").write_text(HALF_WAY)
    workers = [scheduler.worker(*ONE_THREAD), scheduler.worker(*ONE_THREAD, "--preload", "stuck.py")]
    try:
        wait_for(lambda: registered(scheduler) == 2)
        far = ("--scheduler", scheduler.address)
        broken = estate / f"intents/{BROKEN:02}.yaml"
        run = kmsgen(estate, "verify", "intents", *far)
        wait_for(lambda: (scheduler.folder / "half-way").exists() or run.poll() is not None)
        assert run.poll() is None, told(run)
        workers[1].send_signal(signal.SIGKILL)
        verified = told(run)
        assert verified == told(kmsgen(estate, "verify", "intents", "--jobs", "1"))
        assert (verified[0], verified[1].count("yes  intents/")) == (2, COUNT - 1)
        for words in (("lint", "intents/00.yaml"), ("matrix", "intents/00.yaml", "--output", "json")):
            both = [kmsgen(estate, *words, *far), kmsgen(estate, *words, "--jobs", "1")]
            assert told(both[0]) == told(both[1])
        broken.write_text(broken.read_text().replace("enkrypt", "encrypt"))
        hows = {"one": ("--jobs", "1"), "many": far}
        wanted = ("render", "intents", "--format", "json", "--format", "terraform")
        ran = [told(one) for one in [kmsgen(estate, *wanted, "--out", out, *how) for out, how in hows.items()]]
        assert [code for code, _, _ in ran] == [0, 0], ran
        assert files(estate / "one") == files(estate / "many")
        assert len(files(estate / "one")) > 5 * COUNT
    finally:
        for worker in workers:
            ended(worker)


def other_kmsgen(folder: Path) -> dict[str, str]:
    """Copy kmsgen, and change a line; return the environment that has Python find the copy."""
    copy = folder / "copy"
    for name in ("kmsgen", "templates", "presets", "starter"):
        shutil.copytree(ROOT / name, copy / name, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    with (copy / "kmsgen" / "arn.py").open("a") as code:
        code.write("# another line\n")
    return {"PYTHONPATH": str(copy)}


@pytest.mark.parametrize(
    ("words", "environment", "code"),
    [
        (ONE_THREAD, other_kmsgen, "other-kmsgen"),
        (("--nthreads", "2"), lambda _: {}, "several-threads"),
    ],
    ids=["another kmsgen", "several threads"],
)
def test_a_worker_that_may_answer_otherwise_is_refused(
    words: Sequence[str], environment: Callable[[Path], dict[str, str]], code: str, scheduler: Started, estate: Path
) -> None:
    """Before any work is handed out: one that differs in a line of code, one whose threads would share what a proof holds."""
    wait_for(lambda: registered(scheduler) == 0)
    worker = scheduler.worker(*words, **environment(scheduler.folder))
    try:
        assert wait_for(lambda: registered(scheduler) == 1)
        ran = told(kmsgen(estate, "verify", "intents", "--scheduler", scheduler.address))
        assert (ran[:2], f"{scheduler.address}: {code}: tcp://" in ran[2]) == ((2, ""), True), ran
    finally:
        ended(worker)


def test_a_worker_does_no_work_for_another_client(tmp_path: Path) -> None:
    """One that joined late, or was changed, finds out itself; so does one that sees other files, or not the client's folder."""
    file = PolicyFile(str(tmp_path / "a"))
    Path(file.path).write_text("a")
    seen, us = contents(file.files), Client(str(tmp_path), versions())
    done: list[object] = []

    def work(items: Sequence[Any]) -> list[object]:
        done.extend(items)
        return [Path.cwd()]

    here = Path.cwd()
    assert cluster._done_there(work, Chunk([file], [seen], us)) == [tmp_path]
    assert Path.cwd() == here
    done.clear()
    unfit = [
        Chunk([file], [seen], us._replace(versions={**us.versions, "cfn-lint": "0"})),
        Chunk([file], [seen], us._replace(folder=str(tmp_path / "elsewhere"))),
        Chunk([file], [[(file.path, "0")]], us),
        Chunk([file], [None], us),
    ]
    found = [cluster._done_there(work, chunk) for chunk in unfit]
    assert [one.diagnostic.code for one in found if isinstance(one, Unfit)] == ["other-kmsgen"] + ["other-files"] * 3
    assert not done


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", " ", "tcp://", "nonsense", "nonsense://x", "tcp://127.0.0.1:1; x"])
def test_a_scheduler_that_does_not_answer_is_told(address: str, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a line, with how to start one."""
    monkeypatch.setattr(cluster, "CONNECT", 0.5)
    ran = run("verify", "intent.yaml", "--scheduler", address)
    assert (ran.code, f"{address.strip() or '--scheduler'}: no-scheduler: " in ran.err) == (2, True), ran.err


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"], ids=["nothing", "another protocol"])
def test_what_listens_and_is_no_scheduler_is_not_waited_for(said: bytes, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port of something else, or one behind which nothing works any more, takes the connection and never greets."""
    monkeypatch.setattr(cluster, "CONNECT", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        taken: list[socket.socket] = []

        def take() -> None:
            taken.append(listening.accept()[0])
            taken[0].sendall(said)

        threading.Thread(target=take, daemon=True).start()
        address = f"tcp://127.0.0.1:{listening.getsockname()[1]}"
        before = time.monotonic()
        ran = run("verify", "intent.yaml", "--scheduler", address)
        took = time.monotonic() - before
        taken[0].close()
    assert (ran.code, f"{address.strip() or '--scheduler'}: no-scheduler: " in ran.err) == (2, True), ran.err
    assert took < 30


def test_no_client_is_left_of_a_cluster_that_does_not_answer(
    scheduler: Started, run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without workers or without a scheduler: Dask's would close itself when collected, and wait for ever in another's start."""
    monkeypatch.setattr(cluster, "CONNECT", 0.5)
    wait_for(lambda: registered(scheduler) == 0)
    for address in (scheduler.address, "tcp://127.0.0.1:1"):
        run("verify", "intent.yaml", "--scheduler", address)
        assert not [one for one in gc.get_objects() if isinstance(one, distributed.Client) and one.status != "closed"]


def test_what_dask_logs_is_not_printed() -> None:
    """Where a scheduler dies its client logs tracebacks: a message says what happened."""
    logging.getLogger("distributed.client").setLevel(logging.WARNING)
    cluster._dask("tcp://127.0.0.1:1")
    assert not logging.getLogger("distributed.client").isEnabledFor(logging.ERROR)


def test_without_dask_it_is_told_how_to_install_it(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra, and nothing else needs it."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    ran = run("verify", "intent.yaml", "--scheduler", "tcp://127.0.0.1:1")
    assert (ran.code, "no-dask" in ran.err, "kmsgen[dask]" in ran.err) == (2, True, True), ran.err


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return what runs commands in a folder with an intent."""
    runner = Runner(tmp_path, monkeypatch, capsys)
    runner.write("intent.yaml", INTENT.format(name="a"))
    return runner


def registered(scheduler: Started) -> int:
    """Return how many workers a scheduler knows."""
    code = (
        "import distributed, logging, sys; logging.disable(); "
        "print(len(distributed.Client(sys.argv[1], set_as_default=False).nthreads()))"
    )
    done = subprocess.run([sys.executable, "-c", code, scheduler.address], capture_output=True, text=True, check=False)
    return int(done.stdout) if done.stdout.strip().isdecimal() else -1


def files(folder: Path) -> dict[str, bytes]:
    """Return what is in a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def wait_for(condition: Callable[[], Any]) -> Any:
    """Return what a condition gives once it holds. Fails where it does not for two minutes."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError("it does not come to pass")

"""Many files: the same answer by one process and by several, failures told together, and processes that never outlive a run."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kmsgen.cli.jobs.parallel import many, processes
from kmsgen.cli.jobs.parallel.many import Course, Failure, results
from kmsgen.errors import Diagnostic, InputError, Location, RefusedError
from tests.unit.cli.named_intents import WHOLE as INTENT
from tests.unit.cli.running import Runner, piped

COUNT = 8


def square(number: int) -> int:
    """Work that fails for every fifth number: bad input, for ten and more a no."""
    if number % 5 == 4:
        raise (InputError if number < 10 else RefusedError)([Diagnostic(Location(str(number)), "no", "no")])
    return number * number


def die(number: int) -> int:
    """Work whose process is killed, as it is where memory is short."""
    if number == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def mark(folder: Path, number: int) -> int:
    """Work that leaves a mark."""
    (folder / str(number)).touch()
    return number


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("count", [0, 1, 5, 100])
def test_results_come_in_the_order_of_the_items(jobs: int, count: int) -> None:
    """By one process or several, failures in their places as values."""
    with results(square, range(count), Course(jobs)) as found:
        got = list(found)
    assert [one for one in got if not isinstance(one, Failure)] == [n * n for n in range(count) if n % 5 != 4]
    failed = {number: one.error() for number, one in enumerate(got) if isinstance(one, Failure)}
    assert {n: (type(error), str(error.diagnostics[0].location)) for n, error in failed.items()} == {
        n: (InputError if n < 10 else RefusedError, str(n)) for n in range(count) if n % 5 == 4
    }


def test_work_is_at_most_so_far_ahead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Results that nobody takes are not piled up: memory does not grow with the files."""
    monkeypatch.setattr(many, "LONGEST", 1)
    begun = tmp_path
    with results(partial(mark, begun), range(1000), Course(2)) as found:
        next(found)
        time.sleep(0.2)
        assert sum(1 for _ in begun.iterdir()) <= 2 * many.AHEAD + 2


def test_a_process_that_dies_is_told() -> None:
    """A run that lost a process has no results to rely on, and says what may help."""
    with pytest.raises(InputError, match="process-died"), results(die, range(100), Course(2)) as found:
        list(found)


def test_no_process_outlives_a_block_that_ends_early() -> None:
    """Neither by an error nor by being done with."""
    with results(square, range(1000), Course(2)) as found:
        next(found)
        pids = [process.pid for process in processes.multiprocessing.active_children()]
    assert len(pids) == 2
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid or 0, 0)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return what runs commands in a folder with intents."""
    runner = Runner(tmp_path, monkeypatch, capsys)
    for number in range(COUNT):
        runner.write(f"intents/{number:02}.yaml", INTENT.format(name=f"i{number:02}"))
    return runner


def files(folder: Path) -> dict[str, bytes]:
    """Return what is in a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_one_process_and_several_write_and_say_the_same(run: Runner) -> None:
    """Byte for byte, in the same order."""
    one = run("render", "intents", "--format", "json", "--jobs", "1", "--out", "one")
    two = run("render", "intents", "--format", "json", "--jobs", "3", "--out", "two")
    assert (one.code, one.err) == (0, two.err)
    assert one.err.splitlines()[-1] == f"{COUNT} intents, {COUNT} of them changed"
    assert one.out.replace("one/", "two/") == two.out
    assert files(Path("one")) == files(Path("two"))


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_failures_are_told_together_and_nothing_is_written(jobs: str, run: Runner) -> None:
    """What is wrong with each file, be it that it cannot be read, understood or confirmed."""
    run.write("intents/01.yaml", "[")
    run.write("intents/05.yaml", INTENT.format(name="i05").replace("[encrypt]", "[enkrypt]"))
    run.write("intents/07.yaml", INTENT.format(name="I06"))
    ran = run("render", "intents", "--format", "json", "--jobs", jobs)
    assert (ran.code, ran.out) == (2, "")
    said = [line.split(":")[0] for line in ran.err.splitlines() if not line.startswith(" ")]
    assert said == ["intents/01.yaml", "intents/05.yaml", "intents/07.yaml"]
    assert not Path("out").exists()


@pytest.mark.parametrize("command", ["render", "verify", "lint", "matrix", "gate"])
def test_fail_fast_ends_at_the_first_file_that_cannot_be_read(command: str, run: Runner) -> None:
    """What else cannot be read, or understood, is not told beside it."""
    run.write("intents/01.yaml", INTENT.format(name="i01").replace("[encrypt]", "[enkrypt]"))
    run.write("intents/03.yaml", "[")
    run.write("intents/07.yaml", "{")
    ran = run(command, "intents", "--jobs", "1", "--fail-fast")
    assert (ran.code, ran.out) == (2, "")
    assert {line.split(":")[0] for line in ran.err.splitlines() if line.startswith("intents/")} == {"intents/03.yaml"}


@pytest.mark.parametrize("command", ["render", "verify", "lint", "matrix", "gate"])
def test_a_link_to_nothing_is_no_intent_that_is_left_out(command: str, run: Runner) -> None:
    """It is told: what was rendered of it would go, and whoever checks a folder would be told that all is well."""
    (run.path / "intents/01.yaml").unlink()
    (run.path / "intents/01.yaml").symlink_to("_gone.yaml")
    ran = run(command, "intents", "--jobs", "1")
    assert ran.code == 2
    assert "intents/01.yaml: no-such-file: the file does not exist\n" in ran.err


def test_fail_fast_ends_at_the_first_failure(run: Runner) -> None:
    """The rest is neither looked at nor told."""
    for number in (3, 7):
        run.write(f"intents/{number:02}.yaml", INTENT.format(name=f"i{number:02}").replace("[encrypt]", "[enkrypt]"))
    ran = run("render", "intents", "--format", "json", "--jobs", "2", "--fail-fast")
    assert ran.code == 2
    assert "intents/03.yaml" in ran.err
    assert "intents/07.yaml" not in ran.err


def test_what_a_process_hands_over_at_the_end_is_not_waited_for() -> None:
    """A process that is ended in the middle of a large result leaves a piece of it in the pipe, and no more comes."""
    code = (
        "import os\n"
        "from kmsgen.cli.jobs.parallel.many import Course, results\n"
        "def large(number): return b'' if not number else bytes(20_000_000)\n"
        "with results(large, range(16), Course(2)) as found: next(found)\n"
        "os._exit(0)"  # as the command ends
    )
    for _ in range(3):
        assert subprocess.run([sys.executable, "-c", code], timeout=120, check=False).returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_a_run_that_is_stopped(number: int, run: Runner) -> None:
    """Processes of a run that was killed would keep a core busy, and what they were handed."""
    command = [sys.executable, "-m", "kmsgen", "render", str(run.path / "intents"), "--jobs", "2", "--no-lint"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True) as started:
        children = wait_for(lambda: of_session(started.pid) - {started.pid})
        started.send_signal(number)
        started.wait(60)
        assert children
    assert wait_for(lambda: not of_session(started.pid))


@pytest.mark.parametrize("command", ["render", "verify", "lint", "matrix", "gate"])
def test_a_run_whose_process_dies_says_so_and_writes_nothing(command: str, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is nothing that is wrong with the file whose turn it was: no other result of that process comes."""

    def killed(items: Sequence[object]) -> Iterator[object]:
        if multiprocessing.parent_process() is not None and "00.yaml" not in repr(items):
            os.kill(os.getpid(), signal.SIGKILL)
        yield from items

    monkeypatch.setattr(many, "freeing", killed)
    ran = run(command, "intents", "--jobs", "2")
    assert ran.code == 2
    assert "--jobs: process-died: " in ran.err
    assert "internal error" not in ran.err
    assert not Path("out").exists()


@pytest.mark.parametrize(("command", "output"), [("verify", "json"), ("lint", "text"), ("matrix", "json"), ("matrix", "text")])
def test_every_command_on_many_files_says_the_same_by_one_process_and_by_several(command: str, output: str, run: Runner) -> None:
    """In the same order, with the files that fail told after the rest."""
    run.write("intents/01.yaml", "[")
    one, two = (run(command, "intents", "--jobs", jobs, "--output", output) for jobs in "13")
    assert one == two
    assert one.code == 2
    assert "intents/01.yaml:2:1: yaml-syntax" in one.err
    assert one.out.count("intents/") >= COUNT - 1 or command == "lint"


def test_the_table_of_a_folder_is_that_of_its_files(run: Runner) -> None:
    """`matrix` of a folder gives the rows of each intent, with its file, and the notes beside them."""
    several, single = run("matrix", "intents", "--output", "json"), run("matrix", "intents/03.yaml", "--output", "json")
    rows = json.loads(single.out)
    assert [one for one in json.loads(several.out) if one["file"] == "intents/03.yaml"] == rows
    assert single.err in several.err
    table = run("matrix", "intents").out.splitlines()
    assert table[0].split("\t")[:2] == ["file", "key"]
    assert {line.split("\t")[0] for line in table[1:]} == {f"intents/{number:02}.yaml" for number in range(COUNT)}


def test_a_list_of_answers_is_one_of_what_a_single_intent_gives(run: Runner) -> None:
    """`verify` of several files prints a list, of one file its element."""
    several = run("verify", "intents", "--output", "json")
    single = run("verify", "intents/03.yaml", "--output", "json")
    assert (several.code, single.code) == (0, 0)
    assert json.loads(several.out)[3] == json.loads(single.out)
    assert run("verify", "intents", "--against", "x.json").code == 2


def test_findings_of_a_folder_are_those_of_its_files(run: Runner) -> None:
    """`lint` of a folder of intents prints what it prints of each, in SARIF as one log."""
    for number in range(2, COUNT):
        (run.path / f"intents/{number:02}.yaml").unlink()
    names = ("intents/00.yaml", "intents/01.yaml")
    assert run("lint", "intents", "--output", "sarif") == run("lint", *names, "--output", "sarif")


def test_a_pipe_among_many_files_is_read_where_it_is(run: Runner) -> None:
    """What can be read once is read by the process that has it."""
    given = piped(INTENT.format(name="piped"))
    ran = run("verify", *(f"intents/{number:02}.yaml" for number in range(5)), given, "--jobs", "3")
    assert (ran.code, ran.out.splitlines()[-1]) == (0, f"yes  {given}")
    assert ran.err == "6 intents, none of them with a no\n"


def wait_for(condition: Callable[[], Any]) -> Any:
    """Return what a condition gives once it holds; what it gives at last where it does not for a minute."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    return condition()


def of_session(session: int) -> set[int]:
    """Return the processes of a session."""
    found = set()
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, fields = (rest := place.read_text().rpartition(") ")[2].split())[0], rest
        except OSError:
            continue
        if int(fields[3]) == session and state != "Z":
            found.add(int(place.parent.name))
    return found


@pytest.mark.parametrize("command", ["render", "verify", "matrix"])
def test_a_file_that_is_named_twice_is_looked_at_once(command: str, run: Runner) -> None:
    """By itself and by its folder, in whatever way its path is written; what is wrong with it is told once too."""
    once, twice = (
        run(command, "intents"),
        run(command, "intents", "intents/00.yaml", "./intents", str(Path("intents").absolute())),
    )
    assert (twice.code, twice.out) == (once.code, once.out)
    run.write("intents/00.yaml", "kmsgen: 1\n\tname: x\n")
    assert run(command, "intents", "intents/00.yaml").err.count("00.yaml:2:1") == 1


def test_what_is_rendered_has_a_path_that_texts_can_hold(run: Runner) -> None:
    """The manifest names the file that it is of; who only asks about an intent may call its file as he likes."""
    path = os.fsdecode(b"intents/\xff.yaml")
    Path("intents/00.yaml").rename(path)
    ran = run("render", path)
    assert (ran.code, "not-utf-8: the path is not UTF-8 text" in ran.err) == (2, True), ran.err
    assert run("verify", path).code == 0

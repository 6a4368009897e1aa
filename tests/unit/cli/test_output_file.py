"""One file is written whole or not at all, with the mode that the user's umask gives, and never in place of what is no file."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kmsgen.cli import lock
from kmsgen.cli.lock import locked
from kmsgen.cli.output_file import write, write_all, write_new
from kmsgen.errors import InputError
from tests.unit.cli.forms import INTENT, KEY, POLICY, scenario_of
from tests.unit.cli.git_repository import repository_with_intents
from tests.unit.cli.running import Runner


def mode(path: Path) -> int:
    """Return the permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_a_new_file_has_the_mode_that_the_umask_gives(umask: int, tmp_path: Path) -> None:
    """Whoever keeps files from others by a umask keeps this one too."""
    before = os.umask(umask)
    try:
        write(str(tmp_path / "a"), "1")
        write_new(str(tmp_path / "b"), "1")
    finally:
        os.umask(before)
    assert (mode(tmp_path / "a"), mode(tmp_path / "b")) == (0o666 & ~umask, 0o666 & ~umask)


def test_a_file_that_is_written_again_keeps_its_mode(tmp_path: Path) -> None:
    """A snapshot that its owner closed to others stays closed."""
    (tmp_path / "a").write_text("0")
    (tmp_path / "a").chmod(0o600)
    write(str(tmp_path / "a"), "1")
    assert ((tmp_path / "a").read_text(), mode(tmp_path / "a")) == ("1", 0o600)


def test_a_pipe_is_written_through(tmp_path: Path) -> None:
    """A named pipe gets the text, and is a pipe still."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
    reader.start()
    write(str(pipe), "text" * 100_000)
    reader.join(10)
    assert got == ["text" * 100_000]
    assert pipe.is_fifo()


def test_a_device_is_written_through(tmp_path: Path) -> None:
    """`/dev/null` stays the device that it is, also where whoever runs the command could replace it, and behind a link."""
    before = Path("/dev/null").stat()
    write("/dev/null", "text")
    (tmp_path / "link").symlink_to("/dev/null")
    write(str(tmp_path / "link"), "text")
    after = Path("/dev/null").stat()
    assert (stat.S_ISCHR(after.st_mode), after.st_ino) == (True, before.st_ino)


@pytest.mark.parametrize("stream", ["/dev/stdout", "/dev/fd/1", "/dev/stderr"])
def test_a_stream_of_the_run_gets_the_text_where_it_stands(stream: str, tmp_path: Path) -> None:
    """What was printed before and is printed after is not written over, also where the stream is a file."""
    name = stream.rpartition("/")[2].replace("1", "stdout")
    code = (
        "import sys; from kmsgen.cli.output_file import write\n"
        f"print('before', file=sys.{name}); write({stream!r}, 'text\\n'); print('after', file=sys.{name}, flush=True)"
    )
    with (tmp_path / "log").open("w") as log:
        subprocess.run([sys.executable, "-c", code], check=True, **{name: log})
    assert (tmp_path / "log").read_text() == "before\ntext\nafter\n"


@pytest.mark.parametrize("there", [True, False], ids=["link to a file", "link to nothing"])
def test_a_link_is_refused(tmp_path: Path, *, there: bool) -> None:
    """Whoever plants a link in a repository does not choose what is written over."""
    victim = tmp_path / "victim"
    if there:
        victim.write_text("v")
    (tmp_path / "link").symlink_to(victim)
    with pytest.raises(InputError, match="symbolic-link"):
        write(str(tmp_path / "link"), "text")
    assert (victim.read_text() if there else None) == ("v" if there else None)
    assert victim.exists() is there


def test_a_dash_is_no_file_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever means the standard output gets no file of that name; `./-` is one."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"-: usage: .*\n  hint: `/dev/stdout`"):
        write("-", "text")
    assert list(tmp_path.iterdir()) == []
    write("./-", "text")
    assert Path("-").read_text() == "text"


def test_what_a_dead_run_left_goes(tmp_path: Path) -> None:
    """A run that was killed leaves its text under another name and its lock; the next one takes both away, planted links too."""
    (tmp_path / ".a.kmsgen-lock").write_text("")
    (tmp_path / ".a.kmsgen-new").symlink_to(tmp_path / "victim")
    write(str(tmp_path / "a"), "1")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "1"}


def killed_at(point: int, path: Path) -> bool:
    """Write a file in a process that is killed before its `point`th operation on the folder; tell whether it was."""
    child = os.fork()
    if not child:
        count = 0

        def kill(_event: str, arguments: tuple[object, ...]) -> None:
            nonlocal count
            if arguments and str(path.parent) in str(arguments[0]):
                count += 1
                if count == point:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(kill)
        write(str(path), "new")
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("before", [None, "old"])
def test_wherever_a_run_is_killed_the_file_is_the_old_or_the_new_one(before: str | None, tmp_path: Path) -> None:
    """Before each operation in turn; the next run writes it, and nothing else is left."""
    file, point = tmp_path / "reports" / "a.sarif", 1
    while True:
        shutil.rmtree(file.parent, ignore_errors=True)
        file.parent.mkdir()
        if before is not None:
            file.write_text(before)
        if not killed_at(point, file):
            break
        assert (file.read_text() if file.exists() else None) in (before, "new")
        write(str(file), "new")
        assert {path.name: path.read_text() for path in file.parent.iterdir()} == {"a.sarif": "new"}
        point += 1
    assert point > 5


def test_a_text_that_does_not_fit_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk is full, nothing is different after the run."""
    (tmp_path / "a").write_text("0")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match="no space left on device"):
        write(str(tmp_path / "a"), "1")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "0"}


UNWRITABLE: dict[str, str] = {"a folder": "folder", "in no folder": "gone/x", "a link": "link", "a full device": "/dev/full"}


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("case", UNWRITABLE)
def test_where_one_of_several_files_cannot_be_written_none_is(
    case: str, place: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither those before it nor those behind it, and nothing is left beside them."""
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("link").symlink_to("b")
    Path("b").write_text("0")
    files = [("a", ["1"]), ("b", ["1"])]
    files.insert(place, (UNWRITABLE[case], ["1"]))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InputError, match=UNWRITABLE[case]):
        write_all(files)
    assert (sorted(tmp_path.rglob("*")), Path("b").read_text()) == (before, "0")


def test_reports_are_written_together_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pipeline that finds one of them finds all of them."""
    run = Runner(tmp_path, monkeypatch, capsys)
    run.write("a.json", POLICY)
    for command in (("gate", "a.json", "--fail-on", "error"), ("diff", "a.json", "a.json")):
        ran = run(*command, "--write", "json=report.json", "--write", "junit=gone/report.xml")
        assert (ran.code, ran.out) == (2, "")
        assert "gone/report.xml: unwritable" in ran.err
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json"]


def test_a_run_that_writes_where_another_one_does_waits_for_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says so, and goes on when the other one is done."""
    held, done = threading.Event(), threading.Event()

    def other() -> None:
        with locked(tmp_path / "lock", "there"):
            held.set()
            done.wait(10)

    first = threading.Thread(target=other)
    first.start()
    held.wait(10)
    threading.Timer(0.2, done.set).start()
    with locked(tmp_path / "lock", "there"):
        assert done.is_set()
    first.join(10)
    assert "waiting for another run of kmsgen that writes to there" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_run_waits_for_another_one_for_so_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then it is refused, and nothing of the other one's is touched."""
    monkeypatch.setattr(lock, "MAX_WAIT", 0.0)
    with locked(tmp_path / "lock", "there"):
        with (
            pytest.raises(InputError, match="there: busy: another run of kmsgen writes there"),
            locked(tmp_path / "lock", "there"),
        ):
            pass
        assert (tmp_path / "lock").exists()


@pytest.mark.parametrize("kind", ["link", "pipe", "second name"])
def test_a_lock_is_a_file_of_kmsgen_s_own(kind: str, tmp_path: Path) -> None:
    """What was put in its place is neither followed nor waited for."""
    place, victim = tmp_path / "lock", tmp_path / "victim"
    victim.write_text("v")
    {"link": place.symlink_to, "pipe": lambda _: os.mkfifo(place), "second name": place.hardlink_to}[kind](victim)
    with pytest.raises((InputError, OSError)), locked(place, "there"):
        pass
    assert victim.read_text() == "v"


GATE, DIFF = ("gate", "intents"), ("diff", "intents", "other")
OVER_INPUTS: dict[str, tuple[tuple[str, ...], str]] = {
    "gate, an intent of a folder": ((*GATE, "--write", "json={}"), "intents/a.yaml"),
    "gate, what kmsgen.toml names": (("gate", "--write", "json={}"), "intents/a.yaml"),
    "gate, a base": (("gate", "intents/a.yaml", "--write", "json={}"), "intents/_base.yaml"),
    "gate, the settings": ((*GATE, "--write", "json={}"), "kmsgen.toml"),
    "gate, another path": ((*GATE, "--write", "json={}"), "intents/../intents/a.yaml"),
    "gate, a second name": ((*GATE, "--write", "json=x", "--write", "junit={}"), "hard.yaml"),
    "gate, what stands beside": (("gate", "key.json", "--grants", "grants.json", "--write", "json={}"), "grants.json"),
    "diff, an intent of a folder": ((*DIFF, "--write", "json={}"), "other/a.yaml"),
    "diff, a file": (("diff", "intents/a.yaml", "intents/b.yaml", "--write", "json={}"), "intents/a.yaml"),
    "diff, of revisions": (("diff", "HEAD..HEAD", "--write", "json={}"), "intents/a.yaml"),
    "diff, of revisions, a folder": (("diff", "HEAD..HEAD", "intents", "--write", "json={}"), "intents/_base.yaml"),
    "simulate, a scenario": (("simulate", "scenario.yaml", "--junit", "{}"), "scenario.yaml"),
    "simulate, one of a folder": (("simulate", "scenarios", "--junit", "{}"), "scenarios/one.yaml"),
    "simulate, a key policy": (("simulate", "--key-policy", "key.json", "--junit", "{}"), "key.json"),
    "import": (("import", "key.json", "--key-arn", KEY, "--out", "{}"), "key.json"),
}


@pytest.mark.parametrize("case", OVER_INPUTS)
def test_no_report_takes_the_place_of_what_is_read(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither of a file that is named, nor of one that a folder, kmsgen.toml or an intent leads to, by whatever path."""
    run = Runner(repository_with_intents(tmp_path / "r").path, monkeypatch, capsys)
    shutil.copytree("intents", "other")
    os.link("intents/a.yaml", "hard.yaml")
    for name, data in {"key.json": POLICY, "grants.json": {"Grants": []}, "scenario.yaml": scenario_of(POLICY)}.items():
        run.write(name, data)
    run.write("scenarios/one.yaml", scenario_of(POLICY))
    words, output = OVER_INPUTS[case]
    before = Path(output).read_bytes()
    ran = run(*(word.format(output) for word in words))
    assert (ran.code, ran.out) == (2, "")
    assert f"{output}: usage: the file is read by this command, and would be written over" in ran.err
    assert Path(output).read_bytes() == before


def test_a_report_is_written_again_beside_what_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the folder of intents itself, over the last run's report; two reports are no one file by two paths."""
    run = Runner(tmp_path, monkeypatch, capsys)
    run.write("intents/a.yaml", INTENT)
    for _ in range(2):
        assert run("gate", "intents", "--fail-on", "error", "--write", "json=intents/report.json").code == 0
    assert "a file is named twice" in run("gate", "intents", "--write", "json=x", "--write", "junit=./x").err

"""What is staged is written as a whole, by one run at a time, and no journal can make kmsgen write elsewhere."""

from __future__ import annotations

import json
import os
import signal
import stat
from pathlib import Path

import pytest

from kmsgen.cli import lock
from kmsgen.cli.output_folder import File, sha256
from kmsgen.cli.staging import JOURNAL, LOCK, STAGING, Staging
from kmsgen.cli.stopping import Stopped, stop_on_signals
from kmsgen.errors import InputError, RefusedError

MANIFEST = File("manifest.json", '{"kmsgen": "0", "files": []}')


def planted(out: Path, *lines: object) -> Path:
    """Put a journal into an output folder, as if a run had died there; return the folder of its texts."""
    folder = out / STAGING
    folder.mkdir(parents=True)
    (folder / JOURNAL).write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return folder


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_files_and_folders_have_the_modes_that_the_umask_gives(umask: int, tmp_path: Path) -> None:
    """Nobody gets to read or write what the user keeps from them."""
    before = os.umask(umask)
    try:
        with Staging(tmp_path / "out") as staging:
            staging.put(tmp_path / "out" / "a", [File("sub/run.sh", "x", executable=True), File("x", "1"), MANIFEST])
            staging.commit()
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").rglob("*")}
    assert (modes["x"], modes["run.sh"]) == (0o666 & ~umask, 0o777 & ~umask)
    assert (modes["sub"], modes["a"]) == (0o777 & ~umask, 0o777 & ~umask)


def test_nothing_is_there_after_a_run_that_commits_nothing(tmp_path: Path) -> None:
    """Neither the output folder nor those above it, where this run made them."""
    with Staging(tmp_path / "x" / "out") as staging:
        staging.put(tmp_path / "x" / "out" / "a", [File("x", "1"), MANIFEST])
    assert list(tmp_path.iterdir()) == []


def test_a_run_where_nothing_differs_writes_nothing_at_all(tmp_path: Path) -> None:
    """Not even a lock: it may run where nothing can be written."""
    for number in range(2):
        with Staging(tmp_path) as staging:
            staging.put(tmp_path / "a", [File("x", "1"), MANIFEST])
            assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == ([] if number else [LOCK, STAGING])
            staging.commit()


def test_one_run_at_a_time_writes_into_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second one is refused where the first does not end."""
    monkeypatch.setattr(lock, "MAX_WAIT", 0.0)
    with Staging(tmp_path) as first:
        first.put(tmp_path / "a", [File("x", "1"), MANIFEST])
        with pytest.raises(InputError, match="busy"), Staging(tmp_path) as second:
            second.put(tmp_path / "a", [File("x", "2"), MANIFEST])
        first.commit()
    assert (tmp_path / "a" / "x").read_text() == "1"


def test_a_run_that_waited_compares_again(tmp_path: Path) -> None:
    """What the other run wrote meanwhile is what is on disk then, and no conflict."""
    with Staging(tmp_path) as second:
        with Staging(tmp_path) as first:
            first.put(tmp_path / "a", [File("x", "1"), MANIFEST])
            first.commit()
        assert second.put(tmp_path / "a", [File("x", "1"), MANIFEST]).changed == ()
        second.commit()


def test_a_file_that_is_edited_while_kmsgen_works_is_not_written_over(tmp_path: Path) -> None:
    """The edit is named, and nothing of the run is written."""
    with Staging(tmp_path) as staging:
        staging.put(tmp_path / "a", [File("x", "1"), File("y", "1"), MANIFEST])
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "x").write_text("edited")
        with pytest.raises(RefusedError, match="changed while kmsgen worked"):
            staging.commit()
    assert {path.name: path.read_text() for path in (tmp_path / "a").iterdir()} == {"x": "edited"}


def test_a_folder_that_may_not_be_written_keeps_everything_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is found before the first file takes its place."""
    (tmp_path / "b" / "sub").mkdir(parents=True)
    monkeypatch.setattr("os.access", lambda path, _mode: Path(path).name != "sub")
    with Staging(tmp_path) as staging:
        staging.put(tmp_path / "a", [File("x", "1"), MANIFEST])
        staging.put(tmp_path / "b", [File("sub/deep/x", "1"), MANIFEST])
        with pytest.raises(InputError, match=r"b/sub: cannot-write: permission denied"):
            staging.commit()
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["b", "sub"]


def test_a_file_that_cannot_take_its_place_is_named_with_what_comes_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file of the output, and not where its text lay."""

    def refuse(self: Path, target: Path) -> None:
        raise PermissionError(13, "Permission denied", str(self), None, str(target))

    told = r"a/x: cannot-write: permission denied\n  hint: a part was written, and the next run writes the rest"
    with Staging(tmp_path) as staging:
        staging.put(tmp_path / "a", [File("x", "1"), MANIFEST])
        monkeypatch.setattr(Path, "replace", refuse)
        with pytest.raises(InputError, match=told):
            staging.commit()


def test_a_signal_waits_until_everything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once files take their places no signal stops that half-way."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    replace = Path.replace

    def replace_and_stop(self: Path, target: Path) -> Path:
        os.kill(os.getpid(), signal.SIGTERM)
        return replace(self, target)

    stop_on_signals()
    monkeypatch.setattr(Path, "replace", replace_and_stop)
    try:
        with Staging(tmp_path) as staging:
            staging.put(tmp_path / "a", [File("x", "1"), File("y", "1"), MANIFEST])
            with pytest.raises(Stopped, match="SIGTERM"):
                staging.commit()
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert {path.name for path in (tmp_path / "a").iterdir()} == {"x", "y", "manifest.json"}
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize(("commits", "told"), [(True, "everything was written\n"), (False, "nothing was written\n")])
def test_a_run_that_is_stopped_says_what_it_has_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, commits: bool, told: str
) -> None:
    """Also where the signal comes when all is written, and is being printed."""
    staging = Staging(tmp_path)

    def run() -> None:
        with staging.told_if_stopped():
            with staging:
                staging.put(tmp_path / "a", [File("x", "1"), MANIFEST])
                if commits:
                    staging.commit()
            raise Stopped(signal.SIGINT)

    with pytest.raises(Stopped):
        run()
    assert capsys.readouterr().err == told


@pytest.mark.parametrize(
    "line",
    [
        ["..", "victim", "0", sha256(b"v"), sha256(b"evil")],
        ["a", "../../victim", "0", sha256(b"v"), sha256(b"evil")],
        ["a", "link/victim", "0", sha256(b"v"), sha256(b"evil")],
        ["a", "link/victim", None, sha256(b"v"), None],
        ["", "/etc/passwd", None, None, None],
        ["a", "x", "../../victim", None, sha256(b"v")],
        ["a", 7, "0", None, None],
        ["a", "x"],
        {"folder": "a"},
        "[" * 5000,
        "not json",
    ],
)
def test_a_lying_journal_is_refused(line: object, tmp_path: Path) -> None:
    """A journal that came with a repository writes, moves and removes nothing outside of folders of intents."""
    out, victim = tmp_path / "out", tmp_path / "victim"
    victim.write_text("v")
    (planted(out, line) / "0").write_text("evil")
    (out / "a").mkdir()
    (out / "a" / "link").symlink_to(tmp_path)
    with pytest.raises(InputError), Staging(out):
        pass
    assert (victim.read_text(), (out / STAGING / "0").read_text()) == ("v", "evil")


@pytest.mark.parametrize("left", ["", "th", "\0\0\0\0"])
def test_a_text_that_a_crash_of_the_machine_cut_off_takes_no_place(left: str, tmp_path: Path) -> None:
    """Its digest is not the journal's: the file stays as it was, and nothing of the run is left."""
    out = tmp_path / "out"
    (planted(out, ["a", "x", "0", sha256(b"before"), sha256(b"then")]) / "0").write_text(left)
    (out / "a").mkdir()
    (out / "a" / "x").write_text("before")
    with Staging(out):
        pass
    assert (out / "a" / "x").read_text() == "before"
    assert [path.name for path in out.iterdir()] == ["a"]


@pytest.mark.parametrize("kind", ["file", "link", "folder in it", "file in it"])
def test_what_is_not_kmsgen_s_in_the_place_of_its_texts_stays(kind: str, tmp_path: Path) -> None:
    """A folder of that name with the user's things is named, not removed."""
    place, elsewhere = tmp_path / "out" / STAGING, tmp_path / "elsewhere"
    elsewhere.mkdir()
    place.parent.mkdir()
    if kind == "file":
        place.write_text("mine")
    elif kind == "link":
        place.symlink_to(elsewhere)
    else:
        (place / "mine").mkdir(parents=True) if kind == "folder in it" else planted(tmp_path / "out").joinpath("mine").write_text(
            ""
        )
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InputError, match="in-the-way"), Staging(tmp_path / "out"):
        pass
    assert sorted(path for path in tmp_path.rglob("*") if path.name != LOCK) == before

"""The lock of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmsgen.cli import lock
from kmsgen.errors import InputError


def test_a_lock_is_there_while_it_is_held(tmp_path: Path) -> None:
    """Its file goes with it, also where the work fails."""
    path = tmp_path / "lock"

    def fail() -> None:
        with lock.locked(path, "out"):
            assert path.is_file()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not path.exists()


def test_another_run_is_waited_for_and_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the lock stands for is named, not the file of the lock."""
    monkeypatch.setattr(lock, "MAX_WAIT", 0.0)
    path = tmp_path / "lock"
    with (
        lock.locked(path, "out"),
        pytest.raises(InputError, match="out: busy: another run of kmsgen writes there"),
        lock.locked(path, "out"),
    ):
        pass
    with lock.locked(path, "out"):
        pass


@pytest.mark.parametrize("kind", ["folder", "link", "second name"])
def test_what_is_no_lock_of_kmsgen_is_not_touched(tmp_path: Path, kind: str) -> None:
    """A folder, a link elsewhere, another name of somebody's file."""
    path, other = tmp_path / "lock", tmp_path / "other"
    other.write_text("kept")
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(other)
    else:
        path.hardlink_to(other)
    with pytest.raises((InputError, OSError)), lock.locked(path, "out"):
        pass
    assert other.read_text() == "kept"
    assert path.exists()

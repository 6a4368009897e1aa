"""Files are written whole or not at all, never through a link, never over what kmsgen did not write."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from kmsgen.cli import staging as staging_module
from kmsgen.cli.output_folder import MANIFEST, File, changes_in, difference, holds, intent_folder, sha256
from kmsgen.cli.staging import Staging
from kmsgen.errors import InputError, RefusedError


def files(**texts: str) -> list[File]:
    """Return files of these names (`__` for `/`) and their manifest."""
    named = [File(name.replace("__", "/"), text) for name, text in texts.items()]
    claims = [{"path": file.path, "sha256": sha256(file.data)} for file in named]
    return [*named, File(MANIFEST, json.dumps({"kmsgen": "0", "intent": "x", "files": claims}))]


def write(folder: Path, wanted: list[File], *, force: bool = False) -> None:
    """Write files as the command does."""
    with Staging(folder.parent) as staging:
        staging.put(folder, wanted, force=force)
        staging.commit()


def write_both(out: Path, first: list[File], second: list[File]) -> None:
    """Write two folders in one run."""
    with Staging(out) as staging:
        staging.put(out / "a", first)
        staging.put(out / "b", second)
        staging.commit()


def on_disk(folder: Path) -> set[str]:
    """Return the paths of all files in a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def test_files_and_folders_are_made(tmp_path: Path) -> None:
    """A folder that is not there is made, with what it is to hold and nothing else."""
    write(tmp_path / "a" / "b", files(x="1", sub__y="2"))
    assert on_disk(tmp_path) == {"a/b/x", "a/b/sub/y", "a/b/manifest.json"}
    assert (tmp_path / "a/b/sub/y").read_text() == "2"


def test_an_executable_file_can_be_run(tmp_path: Path) -> None:
    """A script is executable, other files are not."""
    script = File("run.sh", "#!/bin/sh\n", executable=True)
    write(tmp_path, [script, *files(x="1")])
    assert os.access(tmp_path / "run.sh", os.X_OK)
    assert not os.access(tmp_path / "x", os.X_OK)


def test_nothing_is_to_do_where_nothing_differs(tmp_path: Path) -> None:
    """The second run of the same input changes nothing."""
    write(tmp_path, files(x="1"))
    again = changes_in(tmp_path, files(x="1"))
    assert (again.changed, again.stale) == ((), ())


def test_a_file_that_kmsgen_wrote_is_replaced(tmp_path: Path) -> None:
    """What the manifest claims, and is as it was written, may be overwritten."""
    write(tmp_path, files(x="1"))
    write(tmp_path, files(x="2"))
    assert (tmp_path / "x").read_text() == "2"


def test_a_file_that_is_not_rendered_any_more_is_removed_with_its_empty_folder(tmp_path: Path) -> None:
    """A format that is not asked for any more leaves nothing behind."""
    write(tmp_path, files(x="1", sub__deep__y="2"))
    write(tmp_path, files(x="1"))
    assert on_disk(tmp_path) == {"x", "manifest.json"}
    assert not (tmp_path / "sub").exists()


def test_files_that_the_manifest_does_not_claim_stay(tmp_path: Path) -> None:
    """A team's own files beside the rendered ones are none of kmsgen's business."""
    write(tmp_path, files(x="1", tf__main="2"))
    (tmp_path / "tf" / "backend.tf").write_text("mine")
    write(tmp_path, files(x="1"))
    assert on_disk(tmp_path) == {"x", "manifest.json", "tf/backend.tf"}


@pytest.mark.parametrize("edited", ["x", "gone"])
def test_a_file_that_was_changed_is_neither_overwritten_nor_removed(tmp_path: Path, edited: str) -> None:
    """Somebody's edit is never lost silently, whether the file is still rendered or not."""
    write(tmp_path, files(x="1", gone="1"))
    (tmp_path / edited).write_text("edited")
    with pytest.raises(RefusedError, match="was changed since kmsgen wrote it"):
        changes_in(tmp_path, files(x="2"))
    assert (tmp_path / edited).read_text() == "edited"


def test_a_file_that_kmsgen_did_not_write_is_not_overwritten(tmp_path: Path) -> None:
    """A file in the way is named, and only --force overwrites it."""
    (tmp_path / "x").write_text("mine")
    with pytest.raises(RefusedError, match=r"not-ours: the file was not written by kmsgen\n  hint: .*--force"):
        changes_in(tmp_path, files(x="1"))
    write(tmp_path, files(x="1"), force=True)
    assert (tmp_path / "x").read_text() == "1"


@pytest.mark.parametrize("name", ["a.json", MANIFEST])
def test_a_file_larger_than_any_that_kmsgen_writes_is_refused_by_its_size(tmp_path: Path, name: str) -> None:
    """It is not read, so that its size costs no memory; neither to compare it nor to see whether nothing is to do."""
    with (tmp_path / name).open("wb") as file:
        file.truncate(6 * 1024**3)
    for look in (lambda: changes_in(tmp_path, files(**{"a.json": "1"})), lambda: holds(tmp_path, [(name, "0", False)])):
        with pytest.raises(InputError, match="larger than") as refused:
            look()
        assert [one.code for one in refused.value.diagnostics] == ["too-large"]


def test_a_file_that_is_already_what_it_is_to_be_is_no_conflict(tmp_path: Path) -> None:
    """A run that was cut off before its manifest can be run again."""
    (tmp_path / "x").write_text("1")
    write(tmp_path, files(x="1", y="2"))
    assert on_disk(tmp_path) == {"x", "y", "manifest.json"}


@pytest.mark.parametrize("text", ["{}", "[]", "not json", '{"kmsgen": "0"}', "[" * 5000])
def test_a_manifest_of_other_making_is_not_overwritten(tmp_path: Path, text: str) -> None:
    """A manifest.json that kmsgen did not write is a file like any other."""
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(RefusedError, match="was not written by kmsgen"):
        changes_in(tmp_path, files(x="1"))


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", "a/./../../x", "", "a\\..\\x", "a\0b"])
def test_a_path_that_leads_out_of_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    """No artifact is written outside of its folder."""
    with pytest.raises(InputError, match="leads out of the folder"):
        changes_in(tmp_path / "out", [File(path, "1")])


@pytest.mark.parametrize("path", ["../victim", "link/victim", "/etc/passwd", "a/../../victim", "", None, 7])
def test_a_lying_manifest_cannot_make_kmsgen_remove_a_file(tmp_path: Path, path: object) -> None:
    """What a manifest claims outside of its folder, or behind a link, is not removed."""
    folder, victim = tmp_path / "out", tmp_path / "victim"
    victim.write_text("v")
    write(folder, files(x="1"))
    (folder / "link").symlink_to(tmp_path)
    claim = {"path": path, "sha256": sha256(b"v")}
    (folder / MANIFEST).write_text(json.dumps({"kmsgen": "0", "files": [claim]}))
    assert changes_in(folder, files(x="1")).stale == ()
    write(folder, files(x="1"))
    assert victim.read_text() == "v"


@pytest.mark.parametrize("link", ["", "sub", "sub/x"])
def test_nothing_is_written_through_a_symbolic_link(tmp_path: Path, link: str) -> None:
    """A link in the folder, or in place of it, is refused, not followed; --force changes nothing."""
    folder, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    elsewhere.mkdir()
    place = folder / link
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(elsewhere)
    with pytest.raises(InputError, match="symbolic link"):
        changes_in(folder, files(sub__x="1"), force=True)
    assert list(elsewhere.iterdir()) == []


def test_a_folder_where_a_file_must_be_is_refused(tmp_path: Path) -> None:
    """And a file where a folder must be."""
    (tmp_path / "x").mkdir()
    (tmp_path / "sub").write_text("")
    with pytest.raises(InputError, match="not a file where a file must be"):
        changes_in(tmp_path, files(x="1"))
    with pytest.raises(InputError, match="a file where a folder must be"):
        changes_in(tmp_path, files(sub__y="1"))


@pytest.mark.parametrize("rendered", ["x", "y"], ids=["in the way", "of an earlier run"])
def test_a_pipe_is_never_waited_for(tmp_path: Path, rendered: str) -> None:
    """A named pipe in place of a file would keep whoever reads it waiting for ever."""
    write(tmp_path, files(x="1"))
    (tmp_path / "x").unlink()
    os.mkfifo(tmp_path / "x")
    if rendered == "x":
        with pytest.raises(InputError, match="not a file where a file must be"):
            changes_in(tmp_path, files(x="1"))
    else:
        assert changes_in(tmp_path, files(y="1")).stale == ()


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../a"])
def test_the_name_of_an_intent_is_one_folder(tmp_path: Path, name: str) -> None:
    """An intent's name cannot lead elsewhere."""
    with pytest.raises(InputError):
        intent_folder(tmp_path, name)


def test_a_write_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one text cannot be put on disk, no file of any intent is touched and nothing is left behind."""
    write(tmp_path / "a", files(x="2"))

    def full(path: Path, file: File) -> None:
        if file.text == "1":
            raise OSError(28, "No space left on device", str(path))
        path.write_bytes(file.data)

    monkeypatch.setattr(staging_module, "_write_new", full)
    with pytest.raises(InputError, match="cannot-write: no space left on device"):
        write_both(tmp_path, files(x="3"), files(y="1"))
    assert (tmp_path / "a" / "x").read_text() == "2"
    assert on_disk(tmp_path) == {"a/x", "a/manifest.json"}


def test_a_difference_is_shown_as_a_diff(tmp_path: Path) -> None:
    """What would change, appear and go is shown line by line."""
    write(tmp_path, files(x="one\ntwo\n", gone="bye\n"))
    lines = list(difference(changes_in(tmp_path, files(x="one\n2\n", new="hi\n"))))
    assert {"-two", "+2", "+hi", "-bye"} <= set(lines)


def test_an_edit_of_a_file_that_is_not_rendered_any_more_survives_force(tmp_path: Path) -> None:
    """`--force` overwrites; it removes nothing that kmsgen did not write."""
    write(tmp_path, files(x="1", gone="1"))
    (tmp_path / "gone").write_text("edited")
    write(tmp_path, files(x="2"), force=True)
    assert (tmp_path / "gone").read_text() == "edited"


def test_what_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that the system does not let kmsgen read is bad input with its name, not a traceback."""
    write(tmp_path, files(x="1"))

    def denied(self: Path, _mode: str) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(InputError, match=r"manifest\.json: cannot-write: permission denied"):
        changes_in(tmp_path, files(x="1"))


def test_an_output_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    """There is no folder to write into."""
    (tmp_path / "out").write_text("")
    with pytest.raises(InputError, match=r"cannot-write|in-the-way"):
        write(tmp_path / "out" / "intent", files(x="1"))

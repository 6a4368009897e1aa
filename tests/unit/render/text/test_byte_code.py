"""Byte code of templates: kept, used where it is that of the template, and never taken from a place that others can write."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader

from kmsgen.render.text.byte_code import ByteCode


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let byte code be kept beside the templates, whatever the environment of the tests says."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)


class Counting(Environment):
    """An engine that counts what it compiles."""

    compiled = 0

    def compile(self, *given: Any, **named: Any) -> Any:
        """Compile and count."""
        self.compiled += 1
        return super().compile(*given, **named)


def fill(folder: Path, kind: str = "k") -> tuple[str, int]:
    """Fill in the template of a folder with a new engine; return what it wrote and how many templates it compiled."""
    engine = Counting(loader=FileSystemLoader(folder), bytecode_cache=ByteCode(folder, kind), autoescape=True)
    return engine.get_template("t.j2").render(), engine.compiled


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with one template."""
    (tmp_path / "t.j2").write_text("one")
    return tmp_path


def test_a_template_is_compiled_once(folder: Path) -> None:
    """The second engine finds the byte code of the first."""
    assert fill(folder) == ("one", 1)
    assert fill(folder) == ("one", 0)


def test_a_changed_template_is_compiled_again(folder: Path) -> None:
    """Byte code belongs to the text of a template, not to its name."""
    fill(folder)
    (folder / "t.j2").write_text("two")
    assert fill(folder) == ("two", 1)


def test_another_kind_of_engine_compiles_for_itself(folder: Path) -> None:
    """What one kind of engine compiled may be wrong for another."""
    fill(folder)
    assert fill(folder, "other") == ("one", 1)


@pytest.mark.parametrize("mode", [0o775, 0o757, 0o777, 0o1777])
def test_byte_code_that_others_could_write_is_not_executed(folder: Path, mode: int) -> None:
    """It is code: where somebody else can put it, it is neither read nor written."""
    fill(folder)
    plant(folder)
    assert fill(folder) == ("planted", 0)
    (folder / "__pycache__").chmod(mode)
    assert fill(folder) == ("one", 1)
    assert [path.name for path in (folder / "__pycache__").iterdir()] == [kept_file(folder).name]


def test_byte_code_behind_a_symbolic_link_is_not_executed(folder: Path) -> None:
    """A link may lead anywhere."""
    fill(folder)
    plant(folder)
    (folder / "__pycache__").rename(folder / "elsewhere")
    (folder / "__pycache__").symlink_to("elsewhere")
    assert fill(folder) == ("one", 1)


def test_byte_code_of_another_user_is_not_executed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever it belongs to can change it at any time."""
    fill(folder)
    plant(folder)
    monkeypatch.setattr(os, "geteuid", lambda: (folder / "__pycache__").stat().st_uid + 1)
    assert fill(folder) == ("one", 1)


def test_nobody_but_the_user_can_write_the_folder_whatever_the_umask(folder: Path) -> None:
    """A folder that is made for it is one that is used."""
    before = os.umask(0)
    try:
        fill(folder)
    finally:
        os.umask(before)
    assert not stat.S_IMODE((folder / "__pycache__").stat().st_mode) & 0o022
    assert fill(folder) == ("one", 0)


@pytest.mark.parametrize("text", [b"", b"j2", b"\0" * 100])
@pytest.mark.parametrize("start", [0, 14, 40])
def test_byte_code_that_is_damaged_is_compiled_again(folder: Path, text: bytes, start: int) -> None:
    """A file that ends early or holds something else is as good as none."""
    fill(folder)
    file = kept_file(folder)
    file.write_bytes(file.read_bytes()[:start] + text)
    assert fill(folder) == ("one", 1)


def test_a_template_is_filled_in_where_nothing_can_be_kept(folder: Path) -> None:
    """A file stands where the folder should be: that costs time and nothing else."""
    (folder / "__pycache__").write_text("")
    assert fill(folder) == ("one", 1)
    assert fill(folder) == ("one", 1)


def test_a_full_disk_is_no_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be kept is not kept, and leaves nothing behind."""

    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("jinja2.bccache.Bucket.write_bytecode", full)
    assert fill(folder) == ("one", 1)
    assert list((folder / "__pycache__").iterdir()) == []


def test_nothing_is_kept_where_python_keeps_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PYTHONDONTWRITEBYTECODE holds for templates too."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert fill(folder) == ("one", 1)
    assert [path.name for path in folder.iterdir()] == ["t.j2"]


def test_byte_code_is_kept_where_python_is_told_to_keep_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PYTHONPYCACHEPREFIX holds for templates too."""
    monkeypatch.setattr(sys, "pycache_prefix", str(folder / "prefix"))
    fill(folder)
    assert fill(folder) == ("one", 0)
    assert not (folder / "__pycache__").exists()


def kept_file(folder: Path) -> Path:
    """Return the one file of byte code."""
    (file,) = (folder / "__pycache__").iterdir()
    return file


def plant(folder: Path) -> None:
    """Put other byte code in place of the template's, as one could who can write there."""
    engine = Environment(autoescape=True)
    cache = ByteCode(folder, "k")
    bucket = cache.get_bucket(engine, "t.j2", str(folder / "t.j2"), "one")
    bucket.code = engine.compile("planted", "t.j2", str(folder / "t.j2"))
    cache.set_bucket(bucket)

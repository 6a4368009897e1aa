"""Files on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmsgen.errors import InputError
from kmsgen.intent.files import store
from kmsgen.intent.files.store import DISK, REMEMBERED, is_hidden


def test_a_file_is_parsed_once_as_long_as_it_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read again each time, so nobody sees what it held before."""
    parsed: list[str] = []
    parse = store.parse

    def counted(text: str, path: str) -> store.Source:
        parsed.append(text)
        return parse(text, path)

    monkeypatch.setattr(store, "parse", counted)
    path = tmp_path / "a.yaml"
    for text in ("a: 1\n", "a: 1\n", "a: 2\n", "a: 1\n"):
        path.write_text(text, encoding="utf-8")
        assert DISK.read(str(path)).data == {"a": text[3]}
    assert parsed == ["a: 1\n", "a: 2\n", "a: 1\n"]


def test_only_the_files_read_last_are_remembered(tmp_path: Path) -> None:
    """However many there are."""
    paths = [tmp_path / f"{number}.yaml" for number in range(REMEMBERED + 5)]
    for path in paths:
        path.write_text("a: 1\n", encoding="utf-8")
        DISK.read(str(path))
    assert list(store._PARSED) == [str(path) for path in paths[-REMEMBERED:]]


def test_a_file_that_cannot_be_parsed_is_refused_each_time(tmp_path: Path) -> None:
    """It is not taken for what it held before."""
    path = tmp_path / "a.yaml"
    for text, sound in (("a: 1\n", True), ("a: [\n", False), ("a: [\n", False), ("a: 1\n", True)):
        path.write_text(text, encoding="utf-8")
        if sound:
            assert DISK.read(str(path)).data == {"a": "1"}
        else:
            with pytest.raises(InputError):
                DISK.read(str(path))


def test_files_of_hidden_folders_are_none_of_a_folder(tmp_path: Path) -> None:
    """Nor are those of folders with a name for what others extend."""
    for name in ("a.yaml", "b/c.yaml", ".git/d.yaml", "_base/e.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    assert sorted(DISK.in_folder(str(tmp_path), [])) == [str(tmp_path / "a.yaml"), str(tmp_path / "b/c.yaml")]
    assert [name for name in ("a", ".a", "_a", "a_") if is_hidden(name)] == [".a", "_a"]


@pytest.mark.parametrize(("target", "outside"), [("repository/base.yaml", None), ("base.yaml", "repository")])
def test_a_repository_ends_at_its_folder(tmp_path: Path, target: str, outside: str | None) -> None:
    """It is the nearest one that holds `.git`; where there is none, nothing is outside."""
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    file = str(tmp_path / "repository" / "intents" / "a.yaml")
    assert DISK.outside(file, DISK.identity(str(tmp_path / target))) == outside

"""Files from hostile hands."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmsgen.errors import InputError
from kmsgen.reading import read_file


def refusal(path: Path, limit: int = 1000) -> tuple[str, str]:
    """Return the code and the place of the first diagnostic."""
    with pytest.raises(InputError) as raised:
        read_file(path, limit)
    first = raised.value.diagnostics[0]
    return first.code, str(first.location).removeprefix(str(path))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A file that is not there is bad input, not a crash."""
    assert refusal(tmp_path / "none.yaml") == ("no-such-file", "")


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    """A folder where a file belongs is named as such."""
    assert refusal(tmp_path) == ("is-a-directory", "")


def test_a_path_with_a_null_byte_is_refused(tmp_path: Path) -> None:
    """A path that the system cannot name is bad input."""
    assert refusal(tmp_path / "a\0b")[0] == "unreadable"


def test_a_file_over_the_limit_is_not_parsed(tmp_path: Path) -> None:
    """The size is judged before anything is parsed."""
    path = tmp_path / "big.yaml"
    path.write_text("a" * 1001)
    assert refusal(path) == ("too-large", "")


def test_bytes_that_are_not_utf_8_have_a_place(tmp_path: Path) -> None:
    """The first wrong byte is found by line and column, in code points."""
    path = tmp_path / "latin.yaml"
    path.write_bytes("a: 1\nä: é".encode() + b"\xff")
    assert refusal(path) == ("not-utf-8", ":2:5")


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    """A UTF-8 byte order mark is passed over."""
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1")
    assert read_file(path).data == {"a": "1"}

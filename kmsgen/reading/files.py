"""Files and standard input, whole or line by line: at most so many bytes at once, of UTF-8 text."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from kmsgen.errors import InputError, Location, input_error


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """Open a file, or standard input as `-`. Raises InputError, also for what goes wrong while it is read."""
    place = Location(path)
    try:
        with _standard_input(place) if path == "-" else Path(path).open("rb") as file:
            yield file
    except IsADirectoryError:
        raise input_error(place, "is-a-directory", "expected a file, found a directory") from None
    except FileNotFoundError:
        raise input_error(place, "no-such-file", "the file does not exist") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a usable path"
        raise input_error(place, "unreadable", f"the file cannot be read: {reason.lower()}") from None


@contextmanager
def _standard_input(place: Location) -> Iterator[BinaryIO]:
    """Close standard input when it is read: whoever names it twice is told, and does not get nothing."""
    if sys.stdin is None or sys.stdin.closed:
        raise input_error(place, "unreadable", "standard input is closed, or was read already: it can be read once")
    with sys.stdin:
        yield sys.stdin.buffer


def read_text(path: str | Path, limit: int) -> str:
    """Read a UTF-8 file of at most `limit` bytes; `-` is standard input. Raises InputError."""
    with opened(str(path)) as file:
        refuse_larger(file, str(path), limit)
        raw = file.read(limit + 1)
    return text_of(raw, str(path), limit)


def refuse_larger(file: BinaryIO, path: str, limit: int) -> None:
    """Refuse an ordinary file by its size, before a byte of it is read. Raises InputError."""
    if path != "-" and size_of(os.fstat(file.fileno())) > limit:
        raise too_large(Location(path), "file", limit)


def size_of(told: os.stat_result) -> int:
    """Return how many bytes an ordinary file has; 0 of a pipe, whose end nobody knows before it comes."""
    return told.st_size if stat.S_ISREG(told.st_mode) else 0


def text_of(raw: bytes, path: str, limit: int) -> str:
    """Return the text of a file of at most `limit` bytes. Raises InputError."""
    if len(raw) > limit:
        raise too_large(Location(path), "file", limit)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8-sig", "replace")) + 1
        raise _not_utf_8(Location(path, before.count(b"\n") + 1, column), "file") from None


def too_large(place: Location, what: str, limit: int) -> InputError:
    """Build the error on a file, or a line, of more than `limit` bytes."""
    return input_error(place, "too-large", f"the {what} is larger than {limit // 1024} KiB")


def _not_utf_8(place: Location, what: str) -> InputError:
    return input_error(place, "not-utf-8", f"the {what} is not UTF-8 text")


class TextLine(NamedTuple):
    """A line of a file, counted from 1, as it was read; of one of more than `limit` bytes perhaps not all."""

    path: str
    number: int
    raw: bytes
    limit: int

    @property
    def text(self) -> str:
        """The line as text. Raises InputError."""
        if len(self.raw) > self.limit:
            raise too_large(Location(self.path, self.number, 1), "line", self.limit)
        encoding = "utf-8-sig" if self.number == 1 else "utf-8"
        try:
            return self.raw.decode(encoding)
        except UnicodeDecodeError as error:
            column = len(self.raw[: error.start].decode(encoding, "replace")) + 1
            raise _not_utf_8(Location(self.path, self.number, column), "line") from None


class Lines(NamedTuple):
    """The lines of a file of any length, to be read once, each when its turn comes. Raises InputError where reading fails."""

    path: str
    found: Iterator[TextLine]


def lines_of(path: str, opening: AbstractContextManager[object], file: BinaryIO, head: bytes, limit: int) -> Lines:
    """Return the lines of an open file of which `head` was read already; it is closed after the last one."""
    return Lines(path, _lines(path, opening, _rows(file, head, limit), limit))


def _lines(path: str, opening: AbstractContextManager[object], rows: Iterator[bytes], limit: int) -> Iterator[TextLine]:
    with opening:
        for number, raw in enumerate(rows, 1):
            yield TextLine(path, number, raw.removesuffix(b"\n"), limit)


def _rows(file: BinaryIO, head: bytes, limit: int) -> Iterator[bytes]:
    """Yield the lines with their ends; of one over the limit so much that it is seen to be."""
    *whole, cut = head.split(b"\n")
    yield from whole
    while row := cut + file.readline(limit + 2):
        cut = b""
        if not row.endswith(b"\n"):
            _skip_line(file, limit)
        yield row


def _skip_line(file: BinaryIO, limit: int) -> None:
    while (rest := file.readline(limit)) and not rest.endswith(b"\n"):
        pass

"""A cache of answers by a digest of everything that they rest on, in a SQLite file that may be deleted at any time.

An answer is sealed by a digest of itself: one that was changed or damaged is none. Whoever may write the folder may decide what
is answered, so it must be the user's own. A file that is damaged, or has other tables, is set aside, and the cache begun anew;
where the folder cannot be used, there is no cache. A line says so.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

from kmsgen.cli.console import say
from kmsgen.cli.lock import locked
from kmsgen.errors import KmsgenError
from kmsgen.resources import is_own_folder

if TYPE_CHECKING:
    import sqlite3

MAX_BYTES = 1024 * 1024 * 1024
"""Of a larger file the answers that were not used for the longest time go."""
_FILE, _SET_ASIDE, _LOCK = "answers.sqlite", "answers.sqlite.damaged", "answers.kmsgen-lock"
_DAY = 24 * 60 * 60
_TABLE = """CREATE TABLE IF NOT EXISTS answers
    (key TEXT PRIMARY KEY, day INTEGER NOT NULL, seal TEXT NOT NULL, summary TEXT NOT NULL, body BLOB NOT NULL) WITHOUT ROWID"""
Done = TypeVar("Done")


class Remembered(NamedTuple):
    """An answer: its summary, plain data, and its body, which is plain data too and larger."""

    summary: Any
    packed: bytes

    @property
    def body(self) -> Any:  # noqa: ANN401 - plain data
        """The larger part of the answer, plain data; unpacked when it is asked for."""
        return json.loads(zlib.decompress(self.packed))


def cache_folder() -> Path | None:
    """Return where answers are kept: `$KMSGEN_CACHE`, or the user's own folder for caches."""
    given, caches = os.environ.get("KMSGEN_CACHE"), os.environ.get("XDG_CACHE_HOME")
    if given:
        return Path(given)
    try:
        return (Path(caches) if caches and Path(caches).is_absolute() else Path.home() / ".cache") / "kmsgen"
    except RuntimeError:
        return None


class Cache:
    """The answers of a folder; of no folder none. Nothing that goes wrong with it is an error of the run."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._file: sqlite3.Connection | None = None
        self._which: tuple[int, int] | None = None  # the file, until it has given way to a new one

    def __enter__(self) -> Self:
        if self._folder is not None:
            folder = self._folder
            self._which = _identity(folder)
            self._file = self._tried(lambda: _opened(folder)) or self._file
            self._which = self._which or _identity(folder)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file is not None:
            file = self._file
            self._tried(lambda: _closed(file))
        if self._file is not None:
            self._file.close()

    @property
    def folder(self) -> Path | None:
        """The folder, where it can be used."""
        return self._folder if self._file is not None else None

    def find(self, key: str) -> Remembered | None:
        """Return the answer kept under a digest; None where there is none, or a damaged one."""
        today = int(time.time() // _DAY)
        for day, seal, summary, packed in self._rows("SELECT day, seal, summary, body FROM answers WHERE key = ?", key):
            if seal is not None and seal == _seal(key, summary, packed):
                if day != today:
                    self._rows("UPDATE answers SET day = ? WHERE key = ?", today, key)
                return Remembered(json.loads(summary), packed)
        return None

    def remember(self, key: str, summary: object, body: object) -> None:
        """Keep an answer under a digest: its summary and its body, plain data."""
        told, packed = json.dumps(summary), zlib.compress(json.dumps(body).encode(), 1)
        values = (key, int(time.time() // _DAY), _seal(key, told, packed), told, packed)
        self._rows("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)", *values)

    def _rows(self, statement: str, *values: object) -> list[Any]:
        file = self._file
        return [] if file is None else self._tried(lambda: file.execute(statement, values).fetchall()) or []

    def _tried(self, work: Callable[[], Done]) -> Done | None:
        import sqlite3  # noqa: PLC0415 - only where answers are kept

        try:
            return work()
        except (sqlite3.Error, OSError, KmsgenError) as error:
            self._let_go(error)
            return None

    def _let_go(self, error: Exception) -> None:
        """Do without the file; one that is damaged gives way to a new one, once."""
        file, damaged, folder = self._file, self._which, self._folder
        self._file = self._which = None
        if file is not None:
            file.close()
        if folder is not None and damaged is not None and _is_damage(error):
            self._file = self._tried(lambda: _begun_anew(folder, damaged))
        else:
            say(f"note: {folder}: the cache is not used: {error}")


def _seal(key: str, summary: object, packed: object) -> str | None:
    """Return the digest of an answer; None of what is none: SQLite keeps values of any type in any column."""
    if not (isinstance(summary, str) and isinstance(packed, bytes)):
        return None
    return hashlib.sha256(f"{key}\n{summary}\n".encode() + packed).hexdigest()


def _opened(folder: Path) -> sqlite3.Connection:
    import sqlite3  # noqa: PLC0415 - as above

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not is_own_folder(folder):
        raise PermissionError("the folder is not the user's own, or others may write it")
    file = sqlite3.connect(folder / _FILE, timeout=10, isolation_level=None)
    try:
        file.execute("PRAGMA journal_mode = WAL")  # runs at a time do not wait for each other
        file.execute("PRAGMA synchronous = NORMAL")
        file.execute(_TABLE)
        file.execute("SELECT key, day, seal, summary, body FROM answers LIMIT 1").fetchone()
    except sqlite3.Error:
        file.close()
        raise
    return file


def _is_damage(error: Exception) -> bool:
    """Return whether an error is one of the file, none of its own or other tables too, and not of what it meets.

    The low byte of SQLite's code is what it is a kind of.
    """
    import sqlite3  # noqa: PLC0415 - as above

    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)


def _identity(folder: Path) -> tuple[int, int] | None:
    """Return which file stands there, whatever it holds."""
    try:
        found = (folder / _FILE).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _begun_anew(folder: Path, damaged: tuple[int, int]) -> sqlite3.Connection:
    """Set a damaged file aside, unless another run has done so by now, and open a new one."""
    with locked(folder / _LOCK, str(folder)):
        if _identity(folder) == damaged:
            (folder / _FILE).replace(folder / _SET_ASIDE)
            for ending in ("-wal", "-shm"):
                (folder / f"{_FILE}{ending}").unlink(missing_ok=True)
            say(f"note: {folder}: the cache was damaged: it is set aside as {_SET_ASIDE}, and begun anew")
        return _opened(folder)


def _closed(file: sqlite3.Connection) -> None:
    (pages,), (size,) = file.execute("PRAGMA page_count").fetchone(), file.execute("PRAGMA page_size").fetchone()
    if pages * size > MAX_BYTES:
        (count,) = file.execute("SELECT COUNT(*) FROM answers").fetchone()
        file.execute("DELETE FROM answers WHERE key IN (SELECT key FROM answers ORDER BY day LIMIT ?)", (count // 2,))
        file.execute("VACUUM")
    file.close()

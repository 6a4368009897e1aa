"""Where files are: on disk, or in something that is read without a disk, such as a revision of a repository.

A path is a text, as messages show it. What a path leads to has one `identity`, however many paths lead there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Protocol

from kmsgen.errors import Diagnostic, Location
from kmsgen.reading import Source, parse, read_text

REMEMBERED = 16
"""How many files are remembered with what they hold: those that an intent is made of."""


class Store(Protocol):
    """Files and folders, by their paths."""

    def is_folder(self, path: str) -> bool:
        """Return whether a path is that of a folder, links followed."""

    def is_file(self, path: str) -> bool:
        """Return whether a path is that of a file, links followed."""

    def leads_nowhere(self, path: str) -> bool:
        """Return whether a path is that of a link that leads to nothing."""

    def in_folder(self, folder: str, problems: list[Diagnostic]) -> Iterator[str]:
        """Yield the files of a folder and of those in it that are not hidden; what cannot be listed is added to the problems."""

    def read(self, path: str) -> Source:
        """Read and parse a file. Raises InputError."""

    def text(self, path: str, limit: int) -> str:
        """Read a file of at most `limit` bytes. Raises InputError."""

    def identity(self, path: str) -> Path:
        """Return what a path leads to, links followed; it need not exist."""

    def beside(self, path: str, name: str) -> str:
        """Return the path of what a file calls by a relative name."""

    def outside(self, path: str, target: Path) -> str | None:
        """Return the name of the repository of a file where a target, an identity, lies outside it."""

    def place(self, path: str) -> PurePath:
        """Return where a path stands, without following links: its folders by their names."""

    def at(self, place: PurePath) -> str:
        """Return the path of a place."""


def is_hidden(name: str) -> bool:
    """Return whether files and folders of a name are none that a folder of intents is made of."""
    return name.startswith((".", "_"))


class Disk:
    """The files of this machine."""

    def is_folder(self, path: str) -> bool:
        """Return whether a path is that of a folder."""
        return Path(path).is_dir()

    def is_file(self, path: str) -> bool:
        """Return whether a path is that of a file."""
        return Path(path).is_file()

    def leads_nowhere(self, path: str) -> bool:
        """Return whether a path is that of a link that leads to nothing, a loop included."""
        return Path(path).is_symlink() and not Path(path).exists()

    def in_folder(self, folder: str, problems: list[Diagnostic]) -> Iterator[str]:
        """Yield the files of a folder at any depth."""

        def refuse(error: OSError) -> None:
            reason = (error.strerror or "unknown reason").lower()
            problems.append(Diagnostic(Location(str(error.filename)), "unreadable", f"the folder cannot be read: {reason}"))

        for here, folders, names in os.walk(folder, onerror=refuse):
            folders[:] = [name for name in folders if not is_hidden(name)]
            yield from (str(Path(here, name)) for name in names)

    def read(self, path: str) -> Source:
        """Read a file, and parse it where it does not hold what it held. Raises InputError."""
        text = read_text(path)
        held, source = _PARSED.pop(path, ("", None))
        if source is None or held != text:
            source = parse(text, path)
        _PARSED[path] = text, source
        if len(_PARSED) > REMEMBERED:
            del _PARSED[next(iter(_PARSED))]
        return source

    def text(self, path: str, limit: int) -> str:
        """Read a file. Raises InputError."""
        return read_text(path, limit)

    def identity(self, path: str) -> Path:
        """Return the file that a path leads to."""
        return Path(path).resolve()

    def beside(self, path: str, name: str) -> str:
        """Return the path of what a file calls by a name."""
        return str(Path(path).parent / name)

    def outside(self, path: str, target: Path) -> str | None:
        """Return the name of the nearest folder above a file that holds `.git`, where a target lies outside it."""
        folders = self.identity(path).parents
        root = next((folder for folder in folders if (folder / ".git").exists()), None)
        return None if root is None or target.is_relative_to(root) else root.name

    def place(self, path: str) -> PurePath:
        """Return the absolute path."""
        return Path(path).absolute()

    def at(self, place: PurePath) -> str:
        """Return the path of a place."""
        return str(place)


DISK = Disk()
_PARSED: dict[str, tuple[str, Source]] = {}
"""The files read last, by path: a run looks for its intents first, and bases are those of many."""

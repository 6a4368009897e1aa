"""What is as it was in a git revision: a file that holds, byte for byte, what the revision's file of that path does.

Git is asked for names and the ids of contents, and files are read here. So it is not decided by what git remembers of files and
is told to take for unchanged, nor by a filter of the repository, which would run and could hide a change.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Self

from kmsgen.cli.jobs.revisions.git import LINK, commit_of, entries, names_here, top
from kmsgen.errors import Location

_SINCE = Location("--changed-since")
_FILES = ("100644", "100755")
_SHA1_BYTES = 20


class Since:
    """The working tree against a revision: the ids of what its `files` and `links` hold, by the paths that they have here.

    Of all else (what git ignores, new files, other repositories) nothing is known to be as it was.
    """

    def __init__(self, files: Mapping[str, bytes], links: Mapping[str, bytes], here: Iterable[str]) -> None:
        self._files, self._links = files, links
        self._id_of_file = lru_cache(maxsize=1024)(_id_of_file)  # what many extend is read once
        # what a link leads to that is new or leads elsewhere than it did is not what was there
        found = (path for path in {*here, *files, *links} if Path(path).is_symlink() and not self._is_same_link(path))
        self._elsewhere = frozenset(Path(path).resolve() for path in found)

    @classmethod
    def of(cls, revision: str) -> Self:
        """Return what is known since a revision. Raises InputError."""
        here = top(_SINCE).resolve()
        files: dict[str, bytes] = {}
        links: dict[str, bytes] = {}
        for name, entry in entries(commit_of(_SINCE, revision), _SINCE):
            if entry.mode in (*_FILES, LINK):
                (links if entry.mode == LINK else files)[f"{here}/{name}"] = bytes.fromhex(entry.id)
        return cls(files, links, (f"{here}/{name}" for name in names_here(_SINCE, here)))

    def knows_unchanged(self, path: Path) -> bool:
        """Return whether a path, links followed, is that of a file that is as it was, and so is the way to it."""
        told = self._files.get(str(path))
        if told is None or not self._elsewhere.isdisjoint((path, *path.parents)):
            return False
        return self._id_of_file(path, len(told)) == told

    def has_lost(self, path: Path) -> bool:
        """Return whether a file is gone, or one of a folder's is."""
        return path in self._lost

    @cached_property
    def _lost(self) -> frozenset[Path]:
        gone = (Path(path) for path in (*self._files, *self._links) if not os.path.lexists(path))
        return frozenset(one for path in gone for one in (path, *path.parents))

    def _is_same_link(self, path: str) -> bool:
        told = self._links.get(path)
        return told is not None and _id_of(os.fsencode(Path(path).readlink()), len(told)) == told


def _id_of_file(path: Path, size: int) -> bytes | None:
    return _id_of(path.read_bytes(), size) if path.is_file() else None


def _id_of(content: bytes, size: int) -> bytes:
    """Return git's id of a content: a digest of its kind, its size and itself. Source: Pro Git, Git Objects."""
    whole = f"blob {len(content)}\0".encode() + content
    return hashlib.sha1(whole, usedforsecurity=False).digest() if size == _SHA1_BYTES else hashlib.sha256(whole).digest()

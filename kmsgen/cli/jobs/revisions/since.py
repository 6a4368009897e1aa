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

from kmsgen.cli.jobs.revisions.git import LINK, Entry, commit_of, entries, names_here, top
from kmsgen.errors import Location

_SINCE = Location("--changed-since")
_FILES = ("100644", "100755")
_SHA1_LENGTH = 40


class Since:
    """The working tree against a revision, whose files and links are `kept` by the paths that they have here.

    Of all else (what git ignores, new files, other repositories) nothing is known to be as it was.
    """

    def __init__(self, kept: Mapping[str, Entry], here: Iterable[str]) -> None:
        self._kept = kept
        self._id_of_file = lru_cache(maxsize=1024)(_id_of_file)  # what many extend is read once
        # what a link leads to that is new or leads elsewhere than it did is not what was there
        links = (one for one in (*here, *kept) if Path(one).is_symlink() and not self._is_same_link(one))
        self._elsewhere = frozenset(Path(one).resolve() for one in links)

    @classmethod
    def of(cls, revision: str) -> Self:
        """Return what is known since a revision. Raises InputError."""
        here = top(_SINCE).resolve()
        found = entries(commit_of(_SINCE, revision), _SINCE)
        kept = {f"{here}/{path}": one for path, one in found if one.mode in (*_FILES, LINK)}
        return cls(kept, (f"{here}/{name}" for name in names_here(_SINCE, here)))

    def knows_unchanged(self, path: Path) -> bool:
        """Return whether a path, links followed, is that of a file that is as it was, and so is the way to it."""
        entry = self._kept.get(str(path))
        if entry is None or entry.mode == LINK or not self._elsewhere.isdisjoint((path, *path.parents)):
            return False
        return self._id_of_file(path, len(entry.id)) == entry.id

    def has_lost(self, path: Path) -> bool:
        """Return whether a file is gone, or one of a folder's is."""
        return path in self._lost

    @cached_property
    def _lost(self) -> frozenset[Path]:
        gone = (Path(path) for path in self._kept if not os.path.lexists(path))
        return frozenset(one for path in gone for one in (path, *path.parents))

    def _is_same_link(self, path: str) -> bool:
        entry = self._kept.get(path)
        return entry is not None and entry.mode == LINK and _id_of(os.fsencode(Path(path).readlink()), len(entry.id)) == entry.id


def _id_of_file(path: Path, length: int) -> str | None:
    return _id_of(path.read_bytes(), length) if path.is_file() else None


def _id_of(content: bytes, length: int) -> str:
    """Return git's id of a content: a digest of its kind, its size and itself. Source: Pro Git, Git Objects."""
    header = f"blob {len(content)}\0".encode()
    if length == _SHA1_LENGTH:
        return hashlib.sha1(header + content, usedforsecurity=False).hexdigest()
    return hashlib.sha256(header + content).hexdigest()

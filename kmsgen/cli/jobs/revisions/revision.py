"""A commit of git as a store of files: its links are followed within it, nothing of the disk is looked at.

A path is `LABEL:path`, as `git show` takes it; LABEL is the revision as the user wrote it.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import accumulate
from pathlib import Path, PurePath, PurePosixPath

from kmsgen.cli.jobs.revisions.git import Entry
from kmsgen.errors import Diagnostic, Location, input_error
from kmsgen.intent.files.store import is_hidden
from kmsgen.reading import MAX_BYTES, Source, parse
from kmsgen.reading.files import text_of

_LINK, _FOLDER, _SUBMODULE = "120000", "040000", "160000"
_NONE = Entry("", "")
_MOST_LINKS = 40
_KEPT = 64
"""Files that are kept parsed."""
_NOWHERE = Path("/")
"""The identity of what leads out of the commit."""


class Revision:
    """The files of a commit; `read_blob` gives the content of an object by its id, at most so many bytes and one more."""

    def __init__(self, label: str, entries: Iterable[tuple[str, Entry]], read_blob: Callable[[str, int], bytes]) -> None:
        self.label = label
        every = list(entries)
        self._entries = dict(every)
        if len(self._entries) < len(every):
            hint = "which of them git takes depends on who asks: mend the commit"
            raise input_error(Location(label), "git", "the revision holds two files of one path", hint)
        self._read_blob = read_blob
        self._identities: dict[str, Path] = {}
        self._read: dict[str, Source] = {}  # plain, for a process is handed the whole of it

    def path(self, inner: str) -> str:
        """Return a path of the commit as messages show it."""
        return f"{self.label}:{inner}"

    def inner(self, path: str) -> str:
        """Return the path within the commit."""
        return path[len(self.label) + 1 :]

    def id_of(self, identity: Path) -> str:
        """Return the id of the object that an identity is of; nothing where it is of none."""
        entry = self._entries.get(identity.as_posix())
        return entry.id if entry else ""

    def submodules(self, path: str) -> dict[str, str]:
        """Return the submodules at a path or below it, each with the id of its commit: they are repositories of their own."""
        return {inner: entry.id for inner, entry in self._below(path) if entry.mode == _SUBMODULE}

    def is_folder(self, path: str) -> bool:
        """Return whether a path is that of a folder of the commit."""
        return self._mode(path) == _FOLDER

    def is_file(self, path: str) -> bool:
        """Return whether a path is that of a file of the commit."""
        return self._mode(path) not in (_FOLDER, _SUBMODULE, _LINK, "")

    def leads_nowhere(self, path: str) -> bool:
        """Return whether a path is that of a link that leads to nothing of the commit."""
        return not self._mode(path) and self._entries.get(self.inner(path), _NONE).mode == _LINK

    def in_folder(self, folder: str, problems: list[Diagnostic]) -> Iterator[str]:
        """Yield the files, and links to such, of a folder; a folder of a commit can always be listed."""
        del problems
        start = self.identity(folder).as_posix().removesuffix(".")
        for inner, entry in self._below(folder):
            between = PurePosixPath(inner).relative_to(start or ".").parts[:-1]
            if entry.mode not in (_FOLDER, _SUBMODULE) and not any(map(is_hidden, between)):
                yield self.path(inner)

    def read(self, path: str) -> Source:
        """Read and parse a file; one that many extend is in memory. Raises InputError."""
        if path not in self._read:
            source = parse(self.text(path, MAX_BYTES), path)
            if len(self._read) >= _KEPT:
                self._read.clear()
            self._read[path] = source
        return self._read[path]

    def text(self, path: str, limit: int) -> str:
        """Read a file. Raises InputError."""
        if not self.is_file(path):
            raise self._no_file(path)
        return text_of(self.content(path, limit), path, limit)

    def content(self, path: str, limit: int = MAX_BYTES) -> bytes:
        """Return the bytes of a file, at most so many and one more."""
        return self._read_blob(self.id_of(self.identity(path)), limit)

    def identity(self, path: str) -> Path:
        """Return the path within the commit that a path leads to, links followed; `/` where it leads out of it."""
        if path not in self._identities:
            self._identities[path] = self._followed(self.inner(path))
        return self._identities[path]

    def beside(self, path: str, name: str) -> str:
        """Return the path of what a file calls by a name."""
        folder, slash, _ = self.inner(path).rpartition("/")
        return self.path(name if name.startswith("/") else f"{folder}{slash}{name}")

    def outside(self, path: str, target: Path) -> str | None:
        """Return the revision where a target lies outside the commit."""
        return self.label if path and target.is_absolute() else None

    def place(self, path: str) -> PurePath:
        """Return the path within the commit, below a root."""
        return PurePosixPath("/", self.inner(path))

    def at(self, place: PurePath) -> str:
        """Return the path of a place."""
        return self.path(place.as_posix().removeprefix("/"))

    def known(self) -> Mapping[Path, tuple[str, ...]]:
        """Return the paths that were asked about so far, by what they lead to."""
        found: dict[Path, list[str]] = {}
        for path, identity in self._identities.items():
            found.setdefault(identity, []).append(path)
        return {identity: tuple(paths) for identity, paths in found.items()}

    def part(self, wanted: Iterable[Path], known: Mapping[Path, Iterable[str]]) -> Revision:
        """Return the few files that one intent is made of, with the paths that lead to them: a process can be handed it."""
        files = [identity for identity in wanted if self.id_of(identity)]
        entries = [(identity.as_posix(), self._entries[identity.as_posix()]) for identity in files]
        held = {entry.id: self._read_blob(entry.id, MAX_BYTES) for _, entry in entries}
        one = Revision(self.label, entries, partial(_content, held))
        one._identities = {path: identity for identity in files for path in known.get(identity, ())}
        return one

    def _mode(self, path: str) -> str:
        identity = self.identity(path)
        if identity == Path():
            return _FOLDER
        entry = self._entries.get(identity.as_posix())
        return entry.mode if entry else ""

    def _below(self, path: str) -> Iterator[tuple[str, Entry]]:
        start = self.identity(path).as_posix()
        for inner, entry in self._entries.items():
            if start in (".", inner) or inner.startswith(f"{start}/"):
                yield inner, entry

    def _followed(self, inner: str) -> Path:
        """Follow the links on a path, as a file system does: each step must be a folder but the last."""
        if inner.startswith("/"):
            return _NOWHERE
        done: list[str] = []
        left = deque(inner.split("/"))
        links = 0
        while left:
            step = left.popleft()
            if step == "..":
                if not done or not self._is_folder_at(done):
                    return _NOWHERE
                done.pop()
            elif step not in ("", "."):
                entry = self._entries.get("/".join((*done, step)))
                if entry is None or entry.mode != _LINK:
                    done.append(step)
                    continue
                links += 1
                target = os.fsdecode(self._read_blob(entry.id, MAX_BYTES))
                if links > _MOST_LINKS or target.startswith("/") or "\0" in target:
                    return _NOWHERE
                left.extendleft(reversed(target.split("/")))
        return Path(*done)

    def _is_folder_at(self, steps: list[str]) -> bool:
        entry = self._entries.get("/".join(steps))
        return entry is not None and entry.mode == _FOLDER

    def _no_file(self, path: str) -> Exception:
        above = accumulate(self.identity(path).parts, lambda before, step: f"{before}/{step}")
        if any(entry.mode == _SUBMODULE for inner in above if (entry := self._entries.get(inner))):
            hint = "ask about it in its own repository"
            return input_error(Location(path), "submodule", "this is in a submodule, which is another repository", hint)
        if self._mode(path) == _FOLDER:
            return input_error(Location(path), "is-a-directory", "expected a file, found a directory")
        return input_error(Location(path), "no-such-file", "the file does not exist in this revision")


def _content(held: Mapping[str, bytes], object_id: str, limit: int) -> bytes:
    return held[object_id][: limit + 1]

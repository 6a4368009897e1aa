"""What git knows: the commits that revisions name, and the files of a commit.

Git is asked for names and contents alone. Nothing of a repository runs: no hook, filter, alias, helper, pager or transport, and
nothing is checked out. Objects that stand in for others (`git replace`) are not looked at: a commit is what its id says.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Self

from kmsgen.errors import InputError, Location, input_error

_QUIET = (
    "-c", "core.fsmonitor=false", "-c", "core.pager=cat", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never",
)  # fmt: skip
_ALONE = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_REPLACE_OBJECTS": "1", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
# `A..B` and `A...B`; revisions neither begin nor end with a slash, as `../file` and `folder/..` do, nor with `./`.
_RANGE = re.compile(r"(?!\.?/|\.+\Z)(?P<old>|.*?[^./])(?P<dots>\.{2,3})(?P<new>|[^./].*)", re.DOTALL)
LINK = "120000"
"""The mode that git gives to a symbolic link."""
_NO_REVISION = "name a commit, a branch or a tag of this repository; a shallow clone has what was fetched alone"


class Range(NamedTuple):
    """Two revisions as they are written, `A..B`, or `A...B`: from where B left A. Left out, one is HEAD."""

    old: str
    new: str
    from_fork: bool

    def __str__(self) -> str:
        return f"{self.old}{'...' if self.from_fork else '..'}{self.new}"

    @property
    def place(self) -> Location:
        """What messages about the revisions name."""
        return Location(str(self))


def range_of(text: str) -> Range | None:
    """Return the revisions that an argument names; None for a path, which may begin with `./` to be none of these."""
    found = _RANGE.fullmatch(text)
    return Range(found["old"] or "HEAD", found["new"] or "HEAD", found["dots"] == "...") if found else None


class Commits(NamedTuple):
    """The ids of two commits."""

    old: str
    new: str


def commits_of(revisions: Range) -> Commits:
    """Return the commits that two revisions name. Raises InputError."""
    old, new = (commit_of(revisions.place, one) for one in (revisions.old, revisions.new))
    if not revisions.from_fork:
        return Commits(old, new)
    try:
        return Commits(_said(_git(revisions.place, "merge-base", old, new)), new)
    except InputError:
        hint = "in a shallow clone fetch more of both, or compare two revisions with `..`"
        raise input_error(revisions.place, "git", "the two revisions have no commit in common", hint) from None


def commit_of(place: Location, revision: str) -> str:
    """Return the id of the commit that a revision, whatever it looks like, names. Raises InputError."""
    return _said(_git(place, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"))


def prefix(place: Location) -> str:
    """Return the path of the folder that the command runs in within its repository, `folder/`, or nothing. Raises InputError."""
    return _said(_git(place, "rev-parse", "--show-prefix"))


def top(place: Location) -> Path:
    """Return the folder of the working tree. Raises InputError, also where there is none."""
    return Path(_said(_git(place, "rev-parse", "--show-toplevel")))


def names_here(place: Location, at: Path) -> Iterator[str]:
    """Yield the paths of what git keeps of the working tree `at`, and of what is new and not ignored. Raises InputError."""
    found = _git(place, "ls-files", "--cached", "--others", "--exclude-standard", "-z", at=at)
    yield from filter(None, os.fsdecode(found).split("\0"))


class Entry(NamedTuple):
    """What a tree of git holds under a path: a mode such as `100644`, and the id of the object."""

    mode: str
    id: str


def entries(commit: str, place: Location) -> Iterator[tuple[str, Entry]]:
    """Yield every path of a commit with what it holds, folders too. Raises InputError."""
    for row in os.fsdecode(_git(place, "ls-tree", "-r", "-t", "-z", "--full-tree", commit)).split("\0"):
        if row:
            about, _, path = row.partition("\t")
            mode, _, object_id = about.split(" ")
            yield path, Entry(mode, object_id)


class Blobs:
    """Contents by the ids of objects, from one process of git for all of them. To be used as a context."""

    def __init__(self, place: Location) -> None:
        self._place = place
        self._process = _start(place, "cat-file", "--batch")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.terminate()
        self._process.wait()

    def read(self, object_id: str, limit: int) -> bytes:
        """Return an object's content, or the first bytes of it where it has more than `limit`. Raises InputError."""
        asked, told = self._process.stdin, self._process.stdout
        if asked is None or told is None:
            raise ValueError("both are pipes")
        asked.write(f"{object_id}\n".encode())
        asked.flush()
        header = told.readline().split()
        if len(header) != 3:
            hint = "fetch it: a partial clone lacks what was not asked for"
            raise input_error(self._place, "git", f"the repository lacks the object {object_id}", hint)
        size = int(header[2])
        content = told.read(min(size, limit + 1))
        left = size - len(content) + 1  # a line end follows
        while left:
            left -= len(told.read(min(left, 1 << 20)))
        return content


def _said(output: bytes) -> str:
    return os.fsdecode(output).removesuffix("\n")


def _git(place: Location, *words: str, at: Path | None = None) -> bytes:
    """Return what git prints. Raises InputError where it cannot be run, or fails."""
    process = _start(place, *words, at=at, errors=subprocess.PIPE)
    output, errors = process.communicate()
    if process.returncode:
        said = (os.fsdecode(errors).strip().splitlines() or ["there is no such revision"])[0]
        raise input_error(place, "git", said.removeprefix("fatal: "), _NO_REVISION)
    return output


def _start(place: Location, *words: str, at: Path | None = None, errors: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """Start git. Raises InputError where it cannot be run."""
    command, environment = ["git", *_QUIET, *words], {**os.environ, **_ALONE}
    talks = subprocess.PIPE if "--batch" in words else subprocess.DEVNULL
    try:  # no shell, and every word but the revision is written here
        return subprocess.Popen(command, cwd=at, env=environment, stdin=talks, stdout=subprocess.PIPE, stderr=errors)  # noqa: S603
    except (OSError, ValueError):
        raise input_error(place, "no-git", "git cannot be run", "install it, or name files and folders") from None

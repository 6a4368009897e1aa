"""Two sides of many intents: two revisions of the repository that a command runs in, or two folders."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from posixpath import normpath
from typing import NamedTuple

from kmsgen.cli.jobs.inputs.option_values import wrong_usage
from kmsgen.cli.jobs.revisions import git
from kmsgen.cli.jobs.revisions.revision import Revision
from kmsgen.errors import Location, input_error
from kmsgen.intent.files.store import DISK, Store
from kmsgen.intent.settings import NAME, Settings, find_settings, read_settings


class Estate(NamedTuple):
    """Some intents: where they are, and the paths at which they are looked for."""

    store: Store
    paths: tuple[str, ...]

    @property
    def there(self) -> tuple[str, ...]:
        """The paths at which there is something."""
        return tuple(path for path in self.paths if self.store.is_folder(path) or self.store.is_file(path))

    def has_twin(self, path: str, other: Estate) -> bool:
        """Return whether a file of the other side is one of this side too, by its path."""
        if isinstance(self.store, Revision) and isinstance(other.store, Revision):
            return self.store.is_file(self.store.path(other.store.inner(path)))
        return self.store.is_file(str(Path(self.paths[0], os.path.relpath(path, other.paths[0]))))


class Estates(NamedTuple):
    """Two sides of a comparison; `submodules` are those in which something differs.

    `fail_on` is what the settings of either say, `jobs` in how many processes the new side is compared, else the old one.
    """

    old: Estate
    new: Estate
    names: tuple[str, str]
    fail_on: str | None = None
    jobs: int | None = None
    submodules: tuple[str, ...] = ()


def of_folders(old: str, new: str) -> Estates:
    """Return two folders on this disk. Raises InputError for settings that are wrong."""
    settings = find_settings()
    return Estates(Estate(DISK, (old,)), Estate(DISK, (new,)), (old, new), settings.fail_on_diff, settings.jobs)


@contextmanager
def of_revisions(revisions: git.Range, path: str | None) -> Iterator[Estates]:
    """Give two revisions: a file or a folder of both, or without one what `kmsgen.toml` of each says. Raises InputError."""
    commits = git.commits_of(revisions)
    labels = (commits.old[:12] if revisions.from_fork else revisions.old, revisions.new)
    with git.Blobs(revisions.place) as blobs:
        old, new = (
            Revision(label, git.entries(commit, revisions.place), blobs.read)
            for label, commit in zip(labels, commits, strict=True)
        )
        here = git.prefix(revisions.place)
        told = [_settings(one, here) for one in (old, new)]
        paths = _paths((old, new), told, None if path is None else _within(path, here, revisions.place))
        fail_on = _stricter(*(one.fail_on_diff if one else None for one in told))
        jobs = next((one.jobs for one in reversed(told) if one and one.jobs), None)
        submodules = tuple(sorted(_differing_submodules((old, new), paths)))
        yield Estates(Estate(old, paths[0]), Estate(new, paths[1]), labels, fail_on, jobs, submodules)


def _settings(revision: Revision, here: str) -> Settings | None:
    """Return what the settings of a revision say, those nearest above the folder that the command runs in."""
    folders = [Path(here), *Path(here).parents]
    paths = (revision.path((folder / NAME).as_posix()) for folder in folders)
    found = next((path for path in paths if revision.is_file(path)), None)
    return None if found is None else read_settings(found, revision)


def _paths(
    sides: tuple[Revision, Revision], told: Sequence[Settings | None], path: str | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return where the intents of both sides are: a revision without settings takes those of the other."""
    if path is not None:
        return (sides[0].path(path),), (sides[1].path(path),)
    old, new = (
        tuple(side.inner(one) for one in settings.intents) if settings else () for side, settings in zip(sides, told, strict=True)
    )
    if not (old or new):
        raise wrong_usage("-", "no intents to compare", f"name a folder, or say in {NAME} where they are")
    return tuple(map(sides[0].path, old or new)), tuple(map(sides[1].path, new or old))


def _within(path: str, here: str, place: Location) -> str:
    """Return a path of the command line as the repository has it. Raises InputError for one outside it."""
    absolute = Path(path).is_absolute()
    inner = os.path.relpath(os.path.realpath(path), git.top(place)) if absolute else normpath(f"{here}{path}")
    if inner == ".." or inner.startswith("../"):
        raise input_error(Location(path), "usage", "this is outside the repository of the two revisions")
    return inner.removeprefix("./")


def _differing_submodules(sides: tuple[Revision, Revision], paths: tuple[tuple[str, ...], tuple[str, ...]]) -> Iterator[str]:
    """Yield the submodules below the intents whose commit differs: what they hold is not of this repository."""
    old, new = (
        {inner: commit for path in of_side for inner, commit in side.submodules(path).items()}
        for side, of_side in zip(sides, paths, strict=True)
    )
    yield from (inner for inner in {**old, **new} if old.get(inner) != new.get(inner))


def _stricter(old: str | None, new: str | None) -> str | None:
    """Return what fails where either says so: a change to the settings does not open the gate for itself."""
    if old is None or new is None or old == new:
        return old or new
    return "any"

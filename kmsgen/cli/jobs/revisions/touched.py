"""Which of many files may differ from a git revision: they, what they extend, or what stands beside all of them.

Passed over is only what git knows to be as it was; of what it ignores, and of other repositories, it knows nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol, TypeVar

from kmsgen.cli.jobs.revisions.since import Since
from kmsgen.intent.settings import places_of_settings


class HasBases(Protocol):
    """A file and what it extends."""

    @property
    def path(self) -> str:
        """The path of the file; `-` is standard input."""

    @property
    def bases(self) -> tuple[Path, ...]:
        """The files that it extends, resolved."""


Touched = TypeVar("Touched", bound=HasBases)


def touched(
    sources: Iterable[Touched], since: str, beside: Iterable[str] = (), reads_more: Callable[[Touched], bool] = lambda _: False
) -> list[Touched]:
    """Return what may differ from a revision: a file, what it extends, something in a folder. Raises InputError for no revision.

    Where the settings that hold here differ, or a file that stands `beside` all of them, everything may; what `reads_more` than
    it tells always may.
    """
    known = Since.of(since)
    places = [place.resolve() for place in places_of_settings()]
    shared = [*map(Path, beside), *filter(Path.is_file, places)]
    everything = any(map(known.has_lost, places)) or not all(_is_as_it_was(one, known) for one in shared)
    return [one for one in sources if everything or not _is_as_it_was(Path(one.path), known, one.bases) or reads_more(one)]


def _is_as_it_was(path: Path, known: Since, bases: Iterable[Path] = ()) -> bool:
    """Return whether all of a file or a folder, and what it extends, is known to be unchanged; what a pipe gives never is."""
    whole = path.is_dir()
    files = [one for one in path.rglob("*") if not one.is_dir()] if whole else [path]
    if whole and known.has_lost(path.resolve()):
        return False
    return all(known.knows_unchanged(one) for one in (*(one.resolve() for one in files), *bases))

"""Intent files in files and folders: which there are, without what they mean."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from kmsgen.errors import Diagnostic, InputError, Location
from kmsgen.intent.files.extend import read_tree
from kmsgen.intent.files.rendered import is_rendered
from kmsgen.intent.files.tree import Tree

FOLDER_ENDINGS = (".yaml", ".yml")
Kept = TypeVar("Kept")
Keep = Callable[[str | Path, Tree, tuple[Path, ...]], Kept]
"""What is kept of an intent: made of its path, its content, and the files that it extends."""


def find_intents(paths: Iterable[str | Path], keep: Keep[Kept], problems: list[Diagnostic]) -> Iterator[Kept]:
    """Yield what is kept of each intent, in the order given and then by path; what cannot be read is added to the problems.

    In a folder every `.yaml` and `.yml` file is an intent, at any depth, but for hidden ones, those whose names start with
    `_`, those that another file of the folder extends, and templates that `render` wrote.
    """
    for path in paths:
        yield from _found(path, keep, problems)


def _found(path: str | Path, keep: Keep[Kept], problems: list[Diagnostic]) -> list[Kept]:
    folder = str(path) != "-" and Path(path).is_dir()
    before = len(problems)
    files = sorted(_in_folder(Path(path), problems)) if folder else [path]
    if not files and len(problems) == before:
        problems.append(
            Diagnostic(Location(str(path)), "no-intents", "the folder holds no intent", "intents end in .yaml or .yml")
        )
    read: dict[str | Path, Kept] = {}
    extended: set[Path] = set()
    for file in files:
        try:
            tree, bases = read_tree(file)
        except InputError as error:
            problems.extend(error.diagnostics)
        else:
            read[file] = keep(file, tree, bases)
            extended.update(bases)
    return [kept for file, kept in read.items() if not (folder and Path(file).resolve() in extended)]


def _in_folder(folder: Path, problems: list[Diagnostic]) -> Iterator[Path]:
    """Yield the files of a folder that may be intents; a folder in it that cannot be listed is added to the problems."""

    def refuse(error: OSError) -> None:
        reason = (error.strerror or "unknown reason").lower()
        problems.append(Diagnostic(Location(str(error.filename)), "unreadable", f"the folder cannot be read: {reason}"))

    for here, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith((".", "_"))]
        for name in names:
            path = Path(here, name)
            if path.suffix in FOLDER_ENDINGS and not name.startswith((".", "_")) and path.is_file() and not is_rendered(path):
                yield path


def same_names(intents: Iterable[tuple[str, str]]) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each intent, `(name, path)`, whose folder another takes already; file systems may not mind case."""
    seen: dict[str, str] = {}
    for name, path in intents:
        first = seen.setdefault(name.lower(), path)
        if first != path:
            message = f"the intent `{name}` has the name of `{first}`"
            yield Diagnostic(Location(path), "duplicate-name", message, "give each intent its own name")

"""Intent files in files and folders: which there are, without what they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from kmsgen.errors import Diagnostic, InputError, Location
from kmsgen.intent.files.extend import read_tree
from kmsgen.intent.files.rendered import is_rendered
from kmsgen.intent.files.store import DISK, Store, is_hidden
from kmsgen.intent.files.tree import Tree

FOLDER_ENDINGS = (".yaml", ".yml")
Kept = TypeVar("Kept")
Keep = Callable[[str, Tree, tuple[Path, ...]], Kept]
"""What is kept of an intent: made of its path, its content, and the files that it extends."""


def find_intents(
    paths: Iterable[str | Path],
    keep: Keep[Kept],
    problems: list[Diagnostic],
    store: Store = DISK,
    empty: list[Diagnostic] | None = None,
) -> Iterator[Kept]:
    """Yield what is kept of each intent once, in the order given and then by path; what cannot be read is added to the problems.

    In a folder every `.yaml` and `.yml` file is an intent, at any depth, but for hidden ones, `_*`, those that another file of it
    extends, and templates that `render` wrote. A folder without any is a problem, or, if it is given, one of `empty`.
    """
    told: list[Diagnostic] = []
    without = told if empty is None else empty
    met: set[str] = set()
    for path in paths:
        found, is_empty = _found(str(path), keep, told, store)
        if is_empty:
            without.append(
                Diagnostic(Location(str(path)), "no-intents", "the folder holds no intent", "intents end in .yaml or .yml")
            )
        for file, kept in found:
            if (place := file if file == "-" else store.at(store.place(file))) not in met:
                met.add(place)
                yield kept
    problems.extend(dict.fromkeys(told))


def _found(path: str, keep: Keep[Kept], problems: list[Diagnostic], store: Store) -> tuple[list[tuple[str, Kept]], bool]:
    """Return the intents of a path, and whether it is a folder in which no file may be one."""
    folder = path != "-" and store.is_folder(path)
    before = len(problems)
    files = sorted(_in_folder(path, problems, store), key=Path) if folder else [path]
    is_empty = not files and len(problems) == before
    read: dict[str, Kept] = {}
    extended: set[Path] = set()
    for file in files:
        try:
            tree, bases = read_tree(file, store)
        except InputError as error:
            problems.extend(error.diagnostics)
        else:
            read[file] = keep(file, tree, bases)
            extended.update(bases)
    return [(file, kept) for file, kept in read.items() if not (folder and store.identity(file) in extended)], is_empty


def _in_folder(folder: str, problems: list[Diagnostic], store: Store) -> Iterator[str]:
    """Yield the files of a folder that may be intents, and links to none: an intent must not be left out in silence."""
    for path in store.in_folder(folder, problems):
        name = store.place(path)
        if name.suffix not in FOLDER_ENDINGS or is_hidden(name.name):
            continue
        if store.leads_nowhere(path) or (store.is_file(path) and not is_rendered(path, store)):
            yield path


def same_names(intents: Iterable[tuple[str, str]]) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each intent, `(name, path)`, whose folder another takes already; file systems may not mind case."""
    seen: dict[str, str] = {}
    for name, path in intents:
        first = seen.setdefault(name.lower(), path)
        if first != path:
            message = f"the intent `{name}` has the name of `{first}`"
            yield Diagnostic(Location(path), "duplicate-name", message, "give each intent its own name")

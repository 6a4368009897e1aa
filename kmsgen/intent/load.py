"""An intent file, or a folder of them, to intents."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from kmsgen.errors import Diagnostic, InputError, Location
from kmsgen.intent.files.extend import extended, read_tree
from kmsgen.intent.files.tree import Tree
from kmsgen.intent.intent import Intent
from kmsgen.intent.resolve.resolve import resolve
from kmsgen.reading import Source, read_file

FOLDER_ENDINGS = (".yaml", ".yml")


def load_intent(path: str | Path) -> Intent:
    """Load one intent; `-` is standard input. Raises InputError with every diagnostic of the file and of what it extends."""
    return intent_of(read_file(path))


def intent_of(source: Source) -> Intent:
    """Return the intent of a file that was read. Raises InputError with every diagnostic of the file and of what it extends."""
    tree, _ = extended(source)
    return resolve(tree)


def load_intents(paths: Iterable[str | Path]) -> tuple[Intent, ...]:
    """Load intents from files and folders, in the order given and then by path; each has its own name.

    In a folder every `.yaml` and `.yml` file is an intent, at any depth, but for hidden ones, those whose names start with
    `_`, and those that another file of the folder extends. Raises InputError with every diagnostic of all files.
    """
    problems: list[Diagnostic] = []
    intents: list[Intent] = []
    for path in paths:
        for tree in _trees(path, problems):
            try:
                intents.append(resolve(tree))
            except InputError as error:
                problems.extend(error.diagnostics)
    problems.extend(_same_names(intents))
    if problems:
        raise InputError(problems)
    return tuple(intents)


def _trees(path: str | Path, problems: list[Diagnostic]) -> list[Tree]:
    """Return the content of a file, or of each intent of a folder; what cannot be read is added to the problems."""
    folder = str(path) != "-" and Path(path).is_dir()
    before = len(problems)
    files = sorted(_in_folder(Path(path), problems)) if folder else [path]
    if not files and len(problems) == before:
        problems.append(
            Diagnostic(Location(str(path)), "no-intents", "the folder holds no intent", "intents end in .yaml or .yml")
        )
    read: dict[str | Path, Tree] = {}
    extended: set[Path] = set()
    for file in files:
        try:
            read[file], bases = read_tree(file)
        except InputError as error:
            problems.extend(error.diagnostics)
        else:
            extended.update(bases)
    return [tree for file, tree in read.items() if not (folder and Path(file).resolve() in extended)]


def _in_folder(folder: Path, problems: list[Diagnostic]) -> Iterator[Path]:
    """Yield the files of a folder that may be intents; a folder in it that cannot be listed is added to the problems."""

    def refuse(error: OSError) -> None:
        reason = (error.strerror or "unknown reason").lower()
        problems.append(Diagnostic(Location(str(error.filename)), "unreadable", f"the folder cannot be read: {reason}"))

    for here, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith((".", "_"))]
        for name in names:
            path = Path(here, name)
            if path.suffix in FOLDER_ENDINGS and not name.startswith((".", "_")) and path.is_file():
                yield path


def _same_names(intents: Iterable[Intent]) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each intent whose folder another one takes already; file systems may not mind case."""
    seen: dict[str, str] = {}
    for intent in intents:
        first = seen.setdefault(intent.name.lower(), intent.path)
        if first != intent.path:
            message = f"the intent `{intent.name}` has the name of `{first}`"
            yield Diagnostic(Location(intent.path), "duplicate-name", message, "give each intent its own name")

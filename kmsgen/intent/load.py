"""An intent file, or a folder of them, to intents."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kmsgen.errors import Diagnostic, InputError
from kmsgen.intent.files.extend import extended
from kmsgen.intent.files.find import find_intents, same_names
from kmsgen.intent.intent import Intent
from kmsgen.intent.resolve.resolve import resolve
from kmsgen.reading import Source, read_file


def load_intent(path: str | Path) -> Intent:
    """Load one intent; `-` is standard input. Raises InputError with every diagnostic of the file and of what it extends."""
    return intent_of(read_file(path))


def intent_of(source: Source) -> Intent:
    """Return the intent of a file that was read. Raises InputError with every diagnostic of the file and of what it extends."""
    tree, _ = extended(source)
    return resolve(tree)


def load_intents(paths: Iterable[str | Path]) -> tuple[Intent, ...]:
    """Load intents from files and folders, as `find_intents` finds them; each has its own name.

    Raises InputError with every diagnostic of all files.
    """
    problems: list[Diagnostic] = []
    intents: list[Intent] = []
    for tree in find_intents(paths, lambda _, tree, __: tree, problems):
        try:
            intents.append(resolve(tree))
        except InputError as error:
            problems.extend(error.diagnostics)
    problems.extend(same_names((intent.name, intent.path) for intent in intents))
    if problems:
        raise InputError(problems)
    return tuple(intents)

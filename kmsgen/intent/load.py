"""An intent file to an intent."""

from __future__ import annotations

from pathlib import Path

from kmsgen.intent.files.extend import extended
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

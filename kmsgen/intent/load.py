"""An intent file to an intent."""

from __future__ import annotations

from pathlib import Path

from kmsgen.intent.files.extend import extended, read_tree
from kmsgen.intent.files.store import DISK, Store
from kmsgen.intent.intent import Intent
from kmsgen.intent.resolve.resolve import resolve
from kmsgen.reading import Source


def load_intent(path: str | Path, store: Store = DISK) -> Intent:
    """Load one intent; `-` is standard input. Raises InputError with every diagnostic of the file and of what it extends."""
    tree, _ = read_tree(path, store)
    return resolve(tree)


def intent_of(source: Source) -> Intent:
    """Return the intent of a file that was read. Raises InputError with every diagnostic of the file and of what it extends."""
    tree, _ = extended(source)
    return resolve(tree)

"""Writing one file: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from kmsgen.errors import InputError, Location, input_error


def write(path: str, text: str) -> None:
    """Write a file, over one that exists. Raises InputError where it cannot be written."""
    target = Path(path)
    if target.is_dir():
        raise input_error(Location(path), "is-a-directory", "expected a file to write, found a directory")
    try:
        handle, staged = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(staged).chmod(0o644)
        Path(staged).replace(target)
    except OSError as error:
        Path(staged).unlink(missing_ok=True)
        raise _unwritable(path, error) from None


def write_new(path: str, text: str) -> None:
    """Write a file that does not exist yet. Raises InputError where it does, or cannot be written."""
    try:
        with Path(path).open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise input_error(Location(path), "file-exists", "the file exists, and is not overwritten", "name another file") from None
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from None


def _unwritable(path: str, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or "not a usable path"
    return input_error(Location(path), "unwritable", f"the file cannot be written: {reason.lower()}")

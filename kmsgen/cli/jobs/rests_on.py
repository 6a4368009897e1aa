"""What an answer about a file rests on, as a digest: it and those that it extends, what was asked, and kmsgen itself."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from kmsgen import __version__
from kmsgen.reading import MAX_JSON_BYTES
from kmsgen.resources import PACKAGE, shipped

_PACKAGES = ("cfn-lint", "cvc5", "jinja2", "markupsafe", "pydantic", "pydantic-core", "pyyaml")
"""What decides, beside kmsgen's own code, what is rendered and found."""


def key_of(files: Iterable[str | Path], asked: object) -> str | None:
    """Return the digest of what an answer about files, to what was asked (plain data), rests on; None where one is no file.

    The paths count, for messages name them.
    """
    read = contents(files)
    return None if read is None else _digest(json.dumps([kmsgen_itself(), asked, read]).encode())


def contents(files: Iterable[str | Path]) -> list[tuple[str, str]] | None:
    """Return each file with the digest of what it holds; None where one cannot be read twice, or not at all.

    So it is with one that is too large for every reader: it is refused by its size, without being read for its digest.
    """
    paths = [(str(path), Path(path)) for path in files]
    try:
        again = all(is_read_again(path) for _, path in paths)
        return [(name, _digest(path.read_bytes())) for name, path in paths] if again else None
    except OSError:
        return None


def is_read_again(path: Path) -> bool:
    """Return whether a path is that of an ordinary file that some reader takes, by its size."""
    return path.is_file() and path.stat().st_size <= MAX_JSON_BYTES


@cache
def kmsgen_itself() -> str:
    """Return a digest of kmsgen's code, templates and presets, and of the versions of what it stands on."""
    return _digest(json.dumps(versions()).encode())


@cache
def versions() -> dict[str, str]:
    """Return the version of each thing that decides what is answered; of kmsgen's code and data with their digest."""
    return {"kmsgen": f"{__version__} {_code()}", "Python": sys.version, **{name: version_of(name) for name in _PACKAGES}}


def _code() -> str:
    found = hashlib.sha256()
    for folder in (PACKAGE, shipped("templates"), shipped("presets")):
        for path in sorted(path for path in folder.rglob("*.*") if "__pycache__" not in path.parts and path.is_file()):
            found.update(f"{path.relative_to(folder)}\n{_digest(path.read_bytes())}\n".encode())
    return found.hexdigest()


def version_of(package: str) -> str:
    """Return the version of a package; nothing of one that is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

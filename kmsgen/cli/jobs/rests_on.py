"""What an answer about an intent rests on, as a digest: its file, those that it extends, what was asked, and kmsgen itself."""

from __future__ import annotations

import hashlib
import json
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from kmsgen import __version__
from kmsgen.cli.jobs.intent_sources import IntentSource
from kmsgen.resources import PACKAGE, shipped

_PACKAGES = ("cfn-lint", "jinja2", "markupsafe", "pydantic", "pydantic-core", "pyyaml")
"""What decides, beside kmsgen's own code, what is rendered and found."""


def key_of(source: IntentSource, asked: object) -> str | None:
    """Return the digest of what an answer to what was asked (plain data) rests on; None for what cannot be read again.

    The path counts, for messages name it.
    """
    if source.load is not None:
        return None
    try:
        read = [(str(path), _digest(path.read_bytes())) for path in (Path(source.path), *source.bases)]
    except OSError:
        return None
    return _digest(json.dumps([kmsgen_itself(), asked, read]).encode())


@cache
def kmsgen_itself() -> str:
    """Return a digest of kmsgen's code, templates and presets, and of the versions of what it stands on."""
    versions = [__version__, sys.version, *map(_version, _PACKAGES)]
    found = hashlib.sha256(json.dumps(versions).encode())
    for folder in (PACKAGE, shipped("templates"), shipped("presets")):
        for path in sorted(path for path in folder.rglob("*.*") if "__pycache__" not in path.parts and path.is_file()):
            found.update(f"{path.relative_to(folder)}\n{_digest(path.read_bytes())}\n".encode())
    return found.hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

"""Templates that `render` wrote, found among intents: where the output folder lies within the folder that is rendered."""

from __future__ import annotations

import json
import re
from pathlib import Path

from kmsgen.errors import InputError
from kmsgen.reading.files import read_text

MANIFEST = "manifest.json"
MAX_BYTES = 16 * 1024 * 1024
# A key of a template at the top, which no intent may have: no manifest hides an intent.
_TEMPLATE = re.compile(r"^AWSTemplateFormatVersion:", re.MULTILINE)


def is_rendered(path: Path) -> bool:
    """Return whether a file is a template that the manifest of its output folder lists."""
    manifest = path.absolute().parent.parent / MANIFEST
    if not manifest.is_file():
        return False
    try:
        text, listed = read_text(path, MAX_BYTES), json.loads(read_text(manifest, MAX_BYTES))
    except (InputError, ValueError, RecursionError):
        return False
    files = listed.get("files") if isinstance(listed, dict) and "kmsgen" in listed else None
    own = f"{path.absolute().parent.name}/{path.name}"
    named = isinstance(files, list) and any(isinstance(file, dict) and file.get("path") == own for file in files)
    return named and _TEMPLATE.search(text) is not None

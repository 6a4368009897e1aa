"""Templates that `render` wrote, found among intents: where the output folder lies within the folder that is rendered."""

from __future__ import annotations

import json
import re

from kmsgen.errors import InputError
from kmsgen.intent.files.store import DISK, Store

MANIFEST = "manifest.json"
MAX_BYTES = 16 * 1024 * 1024
# A key of a template at the top, which no intent may have: no manifest hides an intent.
_TEMPLATE = re.compile(r"^AWSTemplateFormatVersion:", re.MULTILINE)


def is_rendered(path: str, store: Store = DISK) -> bool:
    """Return whether a file is a template that the manifest of its output folder lists."""
    place = store.place(path)
    manifest = store.at(place.parent.parent / MANIFEST)
    if not store.is_file(manifest):
        return False
    try:
        text, listed = store.text(path, MAX_BYTES), json.loads(store.text(manifest, MAX_BYTES))
    except (InputError, ValueError, RecursionError):
        return False
    files = listed.get("files") if isinstance(listed, dict) and "kmsgen" in listed else None
    own = f"{place.parent.name}/{place.name}"
    named = isinstance(files, list) and any(isinstance(file, dict) and file.get("path") == own for file in files)
    return named and _TEMPLATE.search(text) is not None

"""Folders read as one file: output of `render`, and output of the AWS CLI."""

from __future__ import annotations

from pathlib import Path

MANIFEST = "manifest.json"
ANSWER_ENDINGS = (".json", ".txt")


def is_rendered_folder(path: str) -> bool:
    """Return whether a folder holds the manifest that `render` writes."""
    return Path(path, MANIFEST).is_file()


def may_hold_answers(path: str) -> bool:
    """Return whether a folder, or one right below it, has a file that by its name may be AWS CLI output."""
    return any(one.suffix in ANSWER_ENDINGS for pattern in ("*", "*/*") for one in Path(path).glob(pattern))

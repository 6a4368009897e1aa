"""Folders that are one file to kmsgen: what `render` wrote, what the AWS CLI printed."""

from __future__ import annotations

from pathlib import Path

MANIFEST = "manifest.json"
ANSWER_ENDINGS = (".json", ".txt")


def is_rendered_folder(path: str) -> bool:
    """Return whether a path is that of a folder with the manifest that `render` writes."""
    return Path(path, MANIFEST).is_file()


def may_hold_answers(path: str) -> bool:
    """Return whether a folder, or one right below it, holds a file that could be an answer of AWS, by its name."""
    return any(one.suffix in ANSWER_ENDINGS for pattern in ("*", "*/*") for one in Path(path).glob(pattern))

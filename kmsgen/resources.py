"""What ships beside the code: the templates of each format, presets, a starter intent; and which folders are the user's own."""

from __future__ import annotations

import os
import stat
from enum import StrEnum
from pathlib import Path

PACKAGE = Path(__file__).parent
WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


class Format(StrEnum):
    """What an intent can be written as; the templates of a format are in the folder of its name."""

    JSON = "json"
    CLOUDFORMATION = "cloudformation"
    TERRAFORM = "terraform"
    GRANTS = "grants"


def shipped(folder: str) -> Path:
    """Return `folder` (`templates`, `presets` or `starter`) as the checkout holds it, or as the wheel does.

    The checkout comes first: an editable install leaves a copy in site-packages that goes stale.
    """
    checkout = PACKAGE.parent / folder
    if (PACKAGE.parent / "pyproject.toml").is_file() and checkout.is_dir():
        return checkout
    return PACKAGE / "_shipped" / folder


def is_own_folder(folder: Path) -> bool:
    """Return whether a folder is there, belongs to this user, and cannot be written by anybody else."""
    if not hasattr(os, "geteuid"):
        return False
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & WRITABLE_BY_OTHERS

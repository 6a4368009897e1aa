"""Where the templates, the presets and the starter intent are: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent


def shipped(folder: str) -> Path:
    """Return `folder` (`templates`, `presets` or `starter`) as the checkout holds it, or as the wheel does.

    The checkout comes first: an editable install leaves a copy in site-packages that goes stale.
    """
    checkout = PACKAGE.parent / folder
    if (PACKAGE.parent / "pyproject.toml").is_file() and checkout.is_dir():
        return checkout
    return PACKAGE / "_shipped" / folder

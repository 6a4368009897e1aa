"""What the user asked: the YAML intent, its model, its presets and its JSON Schema.

The functions below import what they need when they are called: `kmsgen.intent.intent` alone costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmsgen.intent.intent import Intent
    from kmsgen.reading import Source


def load_intent(path: str | Path) -> Intent:
    """Load one intent; `-` is standard input. Raises InputError with every diagnostic."""
    from kmsgen.intent import load  # noqa: PLC0415 - pydantic is loaded only where a file is

    return load.load_intent(path)


def intent_of(source: Source) -> Intent:
    """Load the intent that a file holds which was read already. Raises InputError with every diagnostic."""
    from kmsgen.intent import load  # noqa: PLC0415 - as above

    return load.intent_of(source)


def load_preset(name: str, settings: Mapping[str, str]) -> Intent:
    """Load a preset with its parameters set. Raises InputError with every diagnostic."""
    from kmsgen.intent import presets  # noqa: PLC0415 - as above

    return presets.load_preset(name, settings)

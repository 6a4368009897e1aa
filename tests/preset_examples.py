"""Settings with which each preset works."""

from __future__ import annotations

from kmsgen.intent.presets import find_preset


def examples_of(preset: str) -> dict[str, str]:
    """Return the example of each parameter that must be set."""
    rows = ((parameter.name, parameter.example) for parameter in find_preset(preset).parameters if parameter.required)
    return {name: value if isinstance(value, str) else ",".join(value) for name, value in rows}

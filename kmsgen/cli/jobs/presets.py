"""What `kmsgen presets` prints."""

from __future__ import annotations

from typing import Any

from kmsgen.cli.console import answer, answer_json
from kmsgen.intent.presets import Preset, PresetParameter, find_preset, preset_names


def list_all(output: str) -> None:
    """Print every preset, one a line with what it is for."""
    presets = [find_preset(name) for name in preset_names()]
    if output == "json":
        answer_json([_told(preset) for preset in presets])
        return
    width = max(len(preset.name) for preset in presets)
    answer(*(f"{preset.name:{width}}  {preset.summary}" for preset in presets))


def show(name: str, output: str) -> None:
    """Print the YAML of a preset, its parameters first."""
    preset = find_preset(name)
    if output == "json":
        answer_json({**_told(preset), "yaml": preset.text})
        return
    answer(f"# {preset.name}: {preset.summary}", "#", "# parameters (--set NAME=VALUE; lists between commas):")
    width = max(len(parameter.name) for parameter in preset.parameters)
    for parameter in preset.parameters:
        answer(f"#   {parameter.name:{width}}  {parameter.description} ({_need(parameter)})")
    answer("", *preset.text.rstrip().split("\n"))


def _need(parameter: PresetParameter) -> str:
    if parameter.required:
        return f"required, such as {_shown(parameter.example)}"
    return "optional" if parameter.default is None else f"default {_shown(parameter.default)}"


def _shown(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ",".join(value)


def _told(preset: Preset) -> dict[str, Any]:
    rows = [
        {
            "name": parameter.name,
            "description": parameter.description,
            "required": parameter.required,
            "list": parameter.listed,
            "default": parameter.default,
            "example": parameter.example,
        }
        for parameter in preset.parameters
    ]
    return {"name": preset.name, "summary": preset.summary, "about": preset.about, "source": preset.source, "parameters": rows}

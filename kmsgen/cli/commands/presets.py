"""`kmsgen presets`: what is shipped to start from."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kmsgen.cli.console import answer, answer_json

if TYPE_CHECKING:
    from kmsgen.intent.presets import Preset, PresetParameter

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="List and show complete intents to start from.",
    epilog="Example: kmsgen presets show s3-bucket",
)


class Output(StrEnum):
    """How the answer is printed."""

    TEXT = "text"
    JSON = "json"


@app.command(
    "list",
    epilog="Example: kmsgen presets list. Render one: kmsgen render --preset console-read-only --set account=111122223333 ...",
)
def list_presets(output: Annotated[Output, typer.Option("--output", help="How to print.")] = Output.TEXT) -> None:
    """List the presets, one a line with what it is for.

    JSON: a list of `{name, summary, about, source, parameters: [{name, description, required, list, default, example}]}`.
    """
    from kmsgen.intent.presets import find_preset, preset_names  # noqa: PLC0415 - read only where it is asked for

    presets = [find_preset(name) for name in preset_names()]
    if output is Output.JSON:
        answer_json([_data(preset) for preset in presets])
        return
    width = max(len(preset.name) for preset in presets)
    for preset in presets:
        answer(f"{preset.name:{width}}  {preset.summary}")


@app.command(epilog="Example: kmsgen presets show s3-bucket")
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of a preset.")],
    output: Annotated[Output, typer.Option("--output", help="How to print.")] = Output.TEXT,
) -> None:
    """Print the YAML of a preset, its parameters first.

    JSON: what `list` prints of it, and `yaml`.
    """
    from kmsgen.intent.presets import find_preset  # noqa: PLC0415 - read only where it is asked for

    preset = find_preset(name)
    if output is Output.JSON:
        answer_json({**_data(preset), "yaml": preset.text})
        return
    answer(f"# {preset.name}: {preset.summary}\n#\n# parameters (--set NAME=VALUE; lists between commas):")
    width = max(len(parameter.name) for parameter in preset.parameters)
    for parameter in preset.parameters:
        answer(f"#   {parameter.name:{width}}  {parameter.description} ({_need(parameter)})")
    answer(f"\n{preset.text.rstrip()}")


def _need(parameter: PresetParameter) -> str:
    if parameter.required:
        return f"required, such as {_shown(parameter.example)}"
    return "optional" if parameter.default is None else f"default {_shown(parameter.default)}"


def _shown(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ",".join(value)


def _data(preset: Preset) -> dict[str, Any]:
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

"""The options that name a preset and set its parameters, with the names that a shell completes."""

from __future__ import annotations

from typing import Annotated

import typer


def _names(start: str) -> list[str]:
    """Return the names of presets that a shell offers for what was typed."""
    from kmsgen.intent.presets import preset_names  # noqa: PLC0415 - only a shell asks

    return [name for name in preset_names() if name.startswith(start)]


def _parameters(context: typer.Context, start: str) -> list[str]:
    """Return the parameters of the preset on the command line, as `NAME=`, that a shell offers for what was typed."""
    from kmsgen.errors import InputError  # noqa: PLC0415 - only a shell asks
    from kmsgen.intent.presets import find_preset  # noqa: PLC0415

    try:
        parameters = find_preset(str(context.params.get("preset"))).parameters
    except InputError:
        return []
    return [f"{one.name}=" for one in parameters if one.name.startswith(start)]


PresetName = Annotated[
    str | None,
    typer.Option("--preset", help="A preset in place of a file (see `kmsgen presets list`).", autocompletion=_names),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the preset. Can be repeated.", autocompletion=_parameters),
]
ShownPreset = Annotated[str, typer.Argument(metavar="NAME", help="Name of a preset.", autocompletion=_names)]

"""What a shell completes of presets: their names, and the parameters of the one on the command line."""

from __future__ import annotations

from typing import Any

import pytest
import typer

from kmsgen.cli.commands.render import app
from kmsgen.intent.presets import find_preset, preset_names

NAME = "snapshot-reader"


def offered(option: str, start: str, **typed: Any) -> set[str]:
    """Return what a shell offers for an option of which the start was typed, behind other options."""
    command = typer.main.get_command(app)
    (parameter,) = (one for one in command.params if one.name == option)
    context = command.context_class(command)
    context.params = typed
    return {one.value for one in parameter.shell_complete(context, start)}


def test_names_of_presets_are_offered() -> None:
    """Those that start as what was typed."""
    assert offered("preset", "snap") == {NAME}
    assert offered("preset", "") == set(preset_names())


@pytest.mark.parametrize("start", ["", "a", "no-such"])
def test_parameters_of_the_preset_are_offered(start: str) -> None:
    """As they are written before their value, those that start as what was typed."""
    wanted = {f"{one.name}=" for one in find_preset(NAME).parameters if one.name.startswith(start)}
    assert offered("settings", start, preset=NAME) == wanted


def test_of_no_preset_no_parameter_is_offered() -> None:
    """A name that is none is told when the command is run."""
    assert offered("settings", "", preset="no-such") == set()

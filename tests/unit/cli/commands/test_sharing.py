"""Options that several commands take are written once."""

import importlib
import inspect
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from kmsgen.cli.commands.sharing import sharing

BESIDE = {"--key-arn", "--key-spec", "--tags", "--parameter", "--identity-policy", "--grants"}
REQUEST = {"--principal", "--action", "--resource", "--encryption-context", "--context", "--grant-token", "--grant-id",
    "--create-grant", "--parameter"}  # fmt: skip
SHARED = {
    "simulate": BESIDE | REQUEST,
    "explain": BESIDE | REQUEST,
    "prove": BESIDE | {"--described-only", "--seconds"},
    "diff": BESIDE | {"--described-only", "--seconds"},
    "verify": BESIDE,
    "matrix": BESIDE,
    "lint": BESIDE,
    "gate": BESIDE,
    "import_": BESIDE,
}


def options(command: str) -> dict[str, Any]:
    """Return the options of a command by their names."""
    made: Any = get_command(importlib.import_module(f"kmsgen.cli.commands.{command}").app)
    return {name: one for one in made.params for name in one.opts if name.startswith("--")}


@pytest.mark.parametrize("command", SHARED)
def test_every_command_that_reads_policies_takes_what_stands_beside_them(command: str) -> None:
    """Alike, with the same words of help."""
    mine, others = options(command), options("explain") | options("prove")
    assert SHARED[command] <= mine.keys()
    assert {name: mine[name].help for name in SHARED[command]} == {name: others[name].help for name in SHARED[command]}


def test_no_shared_option_is_written_twice() -> None:
    """Its name stands in one module."""
    folder = Path(inspect.getfile(sharing)).parent
    texts = [path.read_text(encoding="utf-8") for path in folder.glob("*.py")]
    names = BESIDE | REQUEST | {"--described-only", "--seconds"}
    assert {name: sum(f'"{name}"' in text for text in texts) for name in names} == dict.fromkeys(names, 1)


def group(*, first: Annotated[str, typer.Option()] = "a", second: Annotated[int, typer.Option()] = 2) -> tuple[str, int]:
    """Return what the options of the group say."""
    return first, second


def test_a_command_gets_what_a_group_makes_of_its_options() -> None:
    """Where the command names the group stand the group's options."""
    app = typer.Typer()
    got: list[object] = []

    @app.command()
    @sharing(pair=group)
    def command(*, name: Annotated[str, typer.Argument()], pair: tuple[str, int], last: bool = False) -> None:
        """Take a group."""
        got.append((name, pair, last))

    assert CliRunner().invoke(app, ["x", "--second", "3", "--last"]).exit_code == 0
    assert CliRunner().invoke(app, ["y", "--first", "b"]).exit_code == 0
    assert got == [("x", ("a", 3), True), ("y", ("b", 2), False)]
    assert "Take a group." in CliRunner().invoke(app, ["--help"]).stdout

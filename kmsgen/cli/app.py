"""The application: which module holds which command, loaded when it is asked for, and the last line of defence."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from kmsgen.cli.console import complain, say
from kmsgen.errors import KmsgenError

# command -> (module that registers it with `app`, one line for the overview)
COMMANDS: dict[str, tuple[str, str]] = {
    "render": (
        "kmsgen.cli.render",
        "confirm an intent, then write policies as JSON, CloudFormation, Terraform, grant calls",
    ),
    "verify": (
        "kmsgen.cli.verify",
        "answer the three questions on what an intent compiles to, or on existing policies",
    ),
    "simulate": ("kmsgen.cli.simulate", "decide each request of a scenario"),
    "explain": ("kmsgen.cli.explain", "decide one scenario and show why, layer by layer"),
    "prove": ("kmsgen.cli.prove", "prove that nothing beyond the intent is allowed, or show a request that is"),
    "diff": ("kmsgen.cli.diff", "access gained and lost between two bundles"),
    "matrix": ("kmsgen.cli.matrix", "who can do what, under which conditions"),
    "lint": ("kmsgen.cli.lint", "findings on key policies and IAM policies"),
    "presets": ("kmsgen.cli.presets", "complete intents to start from"),
    "init": ("kmsgen.cli.init", "write a commented intent to start from"),
    "schema": ("kmsgen.cli.schema", "print the JSON Schema of an intent"),
}


class LazyCommands(TyperGroup):
    """A group whose commands are imported when they are run, so that a command pays only for what it uses."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - click's signature
        """Name every command, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002 - click's signature
        """Import the module of a command and return the command it registered, `command`."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        return typer.main.get_command(module.app)


app = typer.Typer(cls=LazyCommands, no_args_is_help=True)


@app.callback()
def options() -> None:
    """Write who may do what with an AWS KMS key; get policies that allow exactly that, proved."""


def main() -> None:
    """Run the command line; every failure is a message and an exit code, never a traceback."""
    try:
        app()
    except KmsgenError as error:
        complain(error)
        sys.exit(error.exit_code)
    except (BrokenPipeError, KeyboardInterrupt):
        sys.stderr.close()
        sys.exit(130)
    except RecursionError:
        say("the input is nested too deeply")
        sys.exit(2)

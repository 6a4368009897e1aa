"""The application: which module holds which command, loaded when it is run, and the last line of defence."""

import importlib
import itertools
import os
import re
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from kmsgen.cli.console import complain, say
from kmsgen.cli.stopping import Stopped
from kmsgen.errors import KmsgenError, Location, input_error

SUMMARIES: dict[str, str] = {
    "render": "confirm an intent, then write policies as JSON, CloudFormation, Terraform and grant calls",
    "verify": "answer the three questions on what an intent compiles to, or on existing policies",
    "simulate": "decide each request of a scenario",
    "explain": "decide a request and show why, layer by layer",
    "prove": "prove that nothing beyond the intent is allowed, or show a request that is",
    "diff": "show access gained and lost between two bundles",
    "matrix": "show who can do what, under which conditions",
    "lint": "report findings on key policies and IAM policies anyone wrote",
    "gate": "decide whether plans and intents may be deployed: lint, questions of kmsgen.toml, diff",
    "import": "write what exists as an intent that gives the same access, and prove that it does",
    "snapshot": "read live keys and all that bears on them into a scenario file",
    "drift": "show access gained and lost in a live account against intents",
    "presets": "list and show complete intents to start from",
    "init": "write a commented intent to start from",
    "schema": "print the JSON Schema of an intent",
}
"""Each command with its line in the overview; its module is `kmsgen.cli.commands.<command>`."""
_MODULES = {"import": "import_"}
"""The modules of commands whose names are words of Python."""
_EMPTY = re.compile(r"(--[a-z-]+=)?")


class LazyCommands(TyperGroup):
    """A group that imports a command's module when the command is run, so that a run pays only for what it uses."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - Typer's own signature
        super().__init__(**attributes)
        self.commands = {name: TyperCommand(name, help=summary) for name, summary in SUMMARIES.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - click's own types are Typer's secret
        """Find the command that `args` starts with, and put the real one in place of its line in the overview."""
        name, command, rest = super().resolve_command(ctx, args)
        if name in SUMMARIES:
            command = typer.main.get_command(importlib.import_module(f"kmsgen.cli.commands.{_MODULES.get(name, name)}").app)
            command.name = name
            _refuse_empty([name, *rest])
            _show_brackets(command)
        return name, command, rest


def _refuse_empty(words: list[str]) -> None:
    """Refuse words that are empty, as a variable of a script is that nobody set: an empty path would be the folder of the run."""
    for before, word in itertools.pairwise(words):
        if _EMPTY.fullmatch(word):
            place = word.removesuffix("=") or f"{before} ''"
            raise input_error(Location(place), "usage", "nothing is named", "leave the word out, or say what is meant")


def _show_brackets(command: Any) -> None:  # noqa: ANN401 - as above
    """Keep what stands in brackets in a help text: Rich takes it for the name of a style, and shows nothing."""
    for one in (command, *command.params):
        for text in ("help", "epilog"):
            if found := getattr(one, text, None):
                setattr(one, text, found.replace("[", r"\["))
    for one in getattr(command, "commands", {}).values():
        _show_brackets(one)


app = typer.Typer(cls=LazyCommands, no_args_is_help=True, pretty_exceptions_enable=False)


def _print_version(value: bool) -> None:
    if value:
        from importlib.metadata import version  # noqa: PLC0415 - only for --version

        typer.echo(f"kmsgen {version('kmsgen')}")
        raise typer.Exit


@app.callback(epilog="Exit codes: 0 yes, 1 the answer is no, 2 bad input or usage. Example: kmsgen render intent.yaml --out out")
def options(
    version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="print the version")] = False,
) -> None:
    """Write who may do what with an AWS KMS key; get the policies that allow exactly that, proved before they are deployed."""


def main() -> None:
    """Run the command line. Whatever fails ends in a message and an exit code, never in a traceback."""
    try:
        app()
    except KmsgenError as error:
        complain(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        say(f"{error.filename or 'the output'}: {(error.strerror or 'cannot be used').lower()}")
        sys.exit(2)
    except Stopped as stop:
        say(str(stop))
        sys.exit(stop.exit_code)
    except Exception as error:
        if os.environ.get("KMSGEN_DEBUG"):
            raise
        say(f"internal error: {type(error).__name__}: {error}")
        say("  hint: set KMSGEN_DEBUG=1 to see where, and report it")
        sys.exit(2)

"""`kmsgen init`: a commented intent to start from."""

from pathlib import Path
from typing import Annotated

import typer

from kmsgen.cli.commands.preset_options import PresetName, Settings

app = typer.Typer(add_completion=False)


@app.command(epilog="Example: kmsgen init payments.yaml; kmsgen init --preset rds --set account=111122223333 ...")
def init(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="File to write.")] = Path("intent.yaml"),
    preset: PresetName = None,
    settings: Settings = None,
) -> None:
    """Write a commented intent, or a preset with its parameters set. A file that exists is never overwritten.

    Exit codes: 0 written, 2 the file exists or cannot be written, or a setting is wrong.
    """
    from kmsgen.cli.jobs.init import run  # noqa: PLC0415 - not needed for --help

    run(str(path), preset, settings or ())

"""`kmsgen init`: a commented intent to start from."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command(epilog="Example: kmsgen init payments.yaml")
def init(path: Annotated[Path, typer.Argument(metavar="FILE", help="File to write.")] = Path("intent.yaml")) -> None:
    """Write a commented intent. A file that exists is never overwritten.

    Exit codes: 0 written, 2 the file exists or cannot be written.
    """
    from kmsgen.cli.jobs.init import run  # noqa: PLC0415 - not needed for --help

    run(str(path))

"""`kmsgen matrix`: who can do what."""

from typing import TYPE_CHECKING

import typer

from kmsgen.cli.commands.output_options import Output, OutputForm
from kmsgen.cli.commands.reading_options import File, beside
from kmsgen.cli.commands.sharing import sharing

if TYPE_CHECKING:
    from kmsgen.sources.beside import Beside

app = typer.Typer(add_completion=False)


@app.command(epilog="Example: kmsgen matrix intent.yaml; kmsgen matrix intent.yaml --output json")
@sharing(beside=beside)
def matrix(
    *,
    file: File,
    beside: "Beside",
    output: OutputForm = Output.TEXT,
) -> None:
    """Print who can do what with the key, under which conditions, as the authorizer decides it.

    A row is a principal with actions under the same conditions; `unless` names the denies that can still take it away. A
    principal whose IAM policies FILE does not tell is taken to have every one it could have.
    JSON: a list of {key, name, principal, actions, conditions, statements, unless, sure}.
    """
    from kmsgen.cli.jobs.matrix import run  # noqa: PLC0415 - `--help` must not pay for what only an answer needs

    run(file, beside, output)

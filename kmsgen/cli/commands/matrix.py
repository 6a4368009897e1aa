"""`kmsgen matrix`: who can do what."""

from typing import TYPE_CHECKING, Annotated

import typer

from kmsgen.cli.commands.many_options import course
from kmsgen.cli.commands.output_options import Output, OutputForm
from kmsgen.cli.commands.reading_options import FORMS, beside
from kmsgen.cli.commands.sharing import sharing

if TYPE_CHECKING:
    from kmsgen.cli.jobs.parallel.many import Course
    from kmsgen.sources.beside import Beside

app = typer.Typer(add_completion=False)


@app.command(epilog="Example: kmsgen matrix intent.yaml; kmsgen matrix intents/ --output json")
@sharing(beside=beside, course=course)
def matrix(
    *,
    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILE|DIR...", help=f"What is asked about, each: {FORMS}, or of intents.")
    ] = None,
    beside: "Beside",
    course: "Course",
    output: OutputForm = Output.TEXT,
) -> None:
    """Print who can do what with the key, under which conditions, as the authorizer decides it.

    A row is a principal with actions under the same conditions; `unless` names the denies that can still take it away. A
    principal whose IAM policies a file does not tell is taken to have every one it could have (`any IAM policy`). Whom conditions
    leave of everyone has rows of its own: a role, a pattern, `account/ID/*` for everyone of an account.
    JSON: a list of {file, key, name, principal, actions, conditions, statements, unless, sure}.
    Exit codes: 0 printed, 2 bad input.
    """
    from kmsgen.cli.jobs.matrix import run  # noqa: PLC0415 - `--help` must not pay for what only an answer needs
    from kmsgen.intent.settings import find_settings  # noqa: PLC0415 - as above

    run(files or list(find_settings().intents), beside, output, course)

"""`kmsgen verify`: the three questions."""

from typing import TYPE_CHECKING, Annotated

import typer

from kmsgen.cli.commands.many_options import Since, remembering_course
from kmsgen.cli.commands.output_options import Output, OutputForm
from kmsgen.cli.commands.reading_options import beside
from kmsgen.cli.commands.sharing import sharing

if TYPE_CHECKING:
    from kmsgen.cli.jobs.parallel.many import Course
    from kmsgen.sources.beside import Beside

app = typer.Typer(add_completion=False)


@app.command(epilog="Example: kmsgen verify intent.yaml; kmsgen verify intent.yaml --against key-policy.json")
@sharing(beside=beside, course=remembering_course)
def verify(
    *,
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE|DIR...", help="Intents; `-` for standard input; of a folder, every intent in it."),
    ] = None,
    beside: "Beside",
    against: Annotated[
        str | None,
        typer.Option(
            metavar="PATH",
            help="Policies that exist: a key policy in JSON, a Terraform plan or state (`terraform show -json`, or "
            "terraform.tfstate), a CloudFormation template, a scenario, or a folder that `render` wrote. Without it: what the "
            "intent compiles to.",
        ),
    ] = None,
    course: "Course",
    since: Since = None,
    output: OutputForm = Output.TEXT,
) -> None:
    """Answer the three questions: is every intended access allowed, is anything else, can the key policy still be changed.

    The second is proved for every principal there could be, and counted through besides. A no names principal, action, situation
    and the statement responsible. JSON: {intent, file, against, answers: [{question, answer: yes|no, findings: [{code, severity,
    message, hint, location, statements, origins, witness}]}], notes}; of several files or a folder, a list of that.
    Exit codes: 0 every answer is yes, 1 one is no, 2 bad input.
    """
    from kmsgen.cli.jobs.verify import run  # noqa: PLC0415 - `--help` must not pay for what only an answer needs
    from kmsgen.intent.settings import find_settings  # noqa: PLC0415 - as below

    repository = find_settings()
    given = files or list(repository.intents)
    raise typer.Exit(
        run(given, against, beside, output, course, since=since, iam=repository.iam, merge_iam=bool(repository.merge_iam))
    )

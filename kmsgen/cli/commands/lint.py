"""`kmsgen lint`: findings on policies that anyone wrote, with the fix."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from kmsgen.cli.commands.many_options import Since, remembering_course
from kmsgen.cli.commands.reading_options import FORMS, beside
from kmsgen.cli.commands.sharing import sharing

if TYPE_CHECKING:
    from kmsgen.cli.jobs.parallel.many import Course
    from kmsgen.sources.beside import Beside

app = typer.Typer(add_completion=False)


class LintOutput(StrEnum):
    """How the findings are printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


class Level(StrEnum):
    """From which severity on a finding makes the exit code 1."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@app.command(
    epilog="Example: kmsgen lint key-policy.json iam-policy.json; kmsgen lint --changed-since main --output sarif > kmsgen.sarif"
)
@sharing(beside=beside, course=remembering_course)
def lint(
    *,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE|DIR...",
            help=f"What is looked at, each: an IAM policy in JSON, {FORMS}, or of intents.",
        ),
    ] = None,
    beside: "Beside",
    fail_on: Annotated[
        Level | None, typer.Option("--fail-on", help="Exit 1 from this severity on.", show_default="warning")
    ] = None,
    course: "Course",
    since: Since = None,
    output: Annotated[LintOutput, typer.Option("--output", help="How to print.")] = LintOutput.TEXT,
) -> None:
    """Find what is wrong, open, dead or not what it seems in key policies and IAM policies, and say how to mend it.

    JSON: [{code, severity, message, fix, location: {path, line, column}, statements, key, witness}].
    Exit codes: 0 no finding from --fail-on on, 1 there is one, 2 bad input.
    """
    from kmsgen.cli.jobs.lint import run  # noqa: PLC0415 - `--help` must not pay for what only a file needs
    from kmsgen.intent.settings import find_settings  # noqa: PLC0415 - as below

    repository = find_settings()
    given, level = files or list(repository.intents), fail_on or repository.fail_on_lint or Level.WARNING
    raise typer.Exit(run(given, beside, output, level, course, since=since))

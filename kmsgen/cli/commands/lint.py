"""`kmsgen lint`: findings on policies that anyone wrote, with the fix."""

from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


class Output(StrEnum):
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
    epilog="Example: kmsgen lint key-policy.json iam-policy.json; kmsgen lint policies/*.json --output sarif > kmsgen.sarif"
)
def lint(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Key policies and IAM policies in JSON, scenarios, intents, plans, templates."),
    ],
    key_arn: Annotated[str | None, typer.Option("--key-arn", help="The key that bare key policies are the policies of.")] = None,
    fail_on: Annotated[Level, typer.Option("--fail-on", help="Exit 1 from this severity on.")] = Level.WARNING,
    output: Annotated[Output, typer.Option("--output", help="How to print the findings.")] = Output.TEXT,
) -> None:
    """Find what is wrong, open, dead or not what it seems in key policies and IAM policies, and say how to mend it.

    JSON: [{code, severity, message, fix, location: {path, line, column}, statements, key, witness}].
    Exit codes: 0 no finding from --fail-on on, 1 there is one, 2 bad input.
    """
    from kmsgen.cli.jobs.lint import findings_of, show  # noqa: PLC0415 - `--help` must not pay for what only a file needs

    raise typer.Exit(show(findings_of(files, key_arn), str(output), str(fail_on)))

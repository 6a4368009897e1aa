"""`kmsgen verify`: the three questions."""

from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


class Output(StrEnum):
    """How the answers are printed."""

    TEXT = "text"
    JSON = "json"


@app.command(epilog="Example: kmsgen verify intent.yaml; kmsgen verify intent.yaml --against key-policy.json")
def verify(
    file: Annotated[str, typer.Argument(metavar="FILE", help="An intent; `-` for standard input.")],
    against: Annotated[
        str | None,
        typer.Option(
            metavar="PATH",
            help="Policies that exist: a key policy in JSON, a Terraform plan or state (`terraform show -json`), a "
            "CloudFormation template, or a folder that `render` wrote. Without it: what the intent compiles to.",
        ),
    ] = None,
    output: Annotated[Output, typer.Option("--output", help="How to print the answers.")] = Output.TEXT,
) -> None:
    """Answer the three questions: is every intended access allowed, is anything else, can the key policy still be changed.

    The second is proved for every principal there could be, and counted through besides. A no names principal, action, situation
    and the statement responsible. JSON: {intent, file, against, answers: [{question, answer: yes|no, findings: [{code, severity,
    message, hint, location, statements, origins, witness}]}], notes}.
    Exit codes: 0 every answer is yes, 1 one is no, 2 bad input.
    """
    from kmsgen.cli.console import answer, answer_json, say  # noqa: PLC0415 - `--help` must not pay for what only an answer needs
    from kmsgen.cli.jobs.verify import lines, told, verify_intent  # noqa: PLC0415
    from kmsgen.intent import load_intent  # noqa: PLC0415

    verified = verify_intent(load_intent(file), against)
    if output is Output.JSON:
        answer_json(told(verified))
    else:
        for line in lines(verified):
            answer(line)
        for note in verified.notes:
            say(f"note: {note}")
    raise typer.Exit(0 if verified.is_yes else 1)

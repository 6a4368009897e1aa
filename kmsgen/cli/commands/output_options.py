"""How an answer is printed, and a report: the options that most commands share."""

from enum import StrEnum
from typing import Annotated

import typer


class Output(StrEnum):
    """How the answer is printed."""

    TEXT = "text"
    JSON = "json"


OutputForm = Annotated[Output, typer.Option("--output", help="How to print.")]


class Report(StrEnum):
    """How a report for a pull request is printed, or written to a file."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    SARIF = "sarif"
    JUNIT = "junit"


ReportForm = Annotated[Report, typer.Option("--output", help="How to print.")]
Writes = Annotated[
    list[str] | None,
    typer.Option(
        "--write", metavar="FORM=FILE", help="Write the report to a file as well, in a form of --output. Can be repeated."
    ),
]

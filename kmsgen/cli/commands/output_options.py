"""How an answer is printed: the option that most commands share."""

from enum import StrEnum
from typing import Annotated

import typer


class Output(StrEnum):
    """How the answer is printed."""

    TEXT = "text"
    JSON = "json"


OutputForm = Annotated[Output, typer.Option("--output", help="How to print.")]

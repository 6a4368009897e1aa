"""How a run goes over many files: the options of every command that takes folders of them."""

from typing import Annotated

import typer

_PANEL = "Many files"

Jobs = Annotated[
    int | None,
    typer.Option("--jobs", min=1, help="Processes at a time; as many as there are cores unless given.", rich_help_panel=_PANEL),
]
FailFast = Annotated[
    bool,
    typer.Option("--fail-fast", help="End at the first file that fails, with what is wrong with it.", rich_help_panel=_PANEL),
]
NoCache = Annotated[
    bool,
    typer.Option(
        "--no-cache", envvar="KMSGEN_NO_CACHE", help="Do everything anew, also what was done before.", rich_help_panel=_PANEL
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--changed-since",
        metavar="REV",
        help="Only intents that differ from a git revision, they or what they extend.",
        rich_help_panel=_PANEL,
    ),
]

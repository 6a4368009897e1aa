"""`kmsgen matrix`: who can do what."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


class Output(StrEnum):
    """How the table is printed."""

    TEXT = "text"
    JSON = "json"


@app.command(epilog="Example: kmsgen matrix intent.yaml; kmsgen matrix intent.yaml --output json")
def matrix(
    file: Annotated[str, typer.Argument(metavar="FILE", help="An intent; `-` for standard input.")],
    output: Annotated[Output, typer.Option("--output", help="How to print the table.")] = Output.TEXT,
) -> None:
    """Print who can do what with the key, under which conditions, as the authorizer decides it on what the intent compiles to.

    A row is a principal with actions under the same conditions; `unless` names the denies that can still take it away.
    JSON: a list of {key, principal, actions, conditions, statements, unless}.
    """
    from kmsgen.checks import matrix as checks  # noqa: PLC0415 - `--help` must not pay for what only an answer needs
    from kmsgen.cli.console import answer_json  # noqa: PLC0415
    from kmsgen.cli.table import print_table  # noqa: PLC0415
    from kmsgen.compiler import compile_intent  # noqa: PLC0415
    from kmsgen.intent import load_intent  # noqa: PLC0415

    intent = load_intent(file)
    rows = checks.matrix(compile_intent(intent).bundle, intent.scope.organization, intent.scope.account)
    if output is Output.JSON:
        answer_json(
            [
                {
                    "key": row.key,
                    "principal": row.principal,
                    "actions": list(row.actions),
                    "conditions": list(row.conditions),
                    "statements": list(row.statements),
                    "unless": list(row.unless),
                }
                for row in rows
            ]
        )
        return
    several = len({row.key for row in rows}) > 1
    names = (*(("key",) if several else ()), "principal", "may", "when", "by", "unless")
    print_table(
        names,
        [
            (
                *((row.key,) if several else ()),
                row.principal,
                checks.short(row.actions),
                "; ".join(row.conditions) or "always",
                ", ".join(row.statements),
                ", ".join(row.unless),
            )
            for row in rows
        ],
    )

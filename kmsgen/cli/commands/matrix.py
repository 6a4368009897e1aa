"""`kmsgen matrix`: who can do what."""

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
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="An intent, a scenario, a key policy in JSON, a Terraform plan or a template.")
    ],
    key_arn: Annotated[str | None, typer.Option("--key-arn", help="The key that a bare policy is the policy of.")] = None,
    identity_policy: Annotated[
        list[str] | None, typer.Option("--identity-policy", metavar="ARN=FILE", help="An IAM policy of a principal.")
    ] = None,
    grants: Annotated[
        str | None, typer.Option("--grants", metavar="FILE", help="Grants, as `aws kms list-grants` prints them.")
    ] = None,
    output: Annotated[Output, typer.Option("--output", help="How to print the table.")] = Output.TEXT,
) -> None:
    """Print who can do what with the key, under which conditions, as the authorizer decides it.

    A row is a principal with actions under the same conditions; `unless` names the denies that can still take it away. A
    principal whose IAM policies FILE does not tell is taken to have every one it could have.
    JSON: a list of {key, principal, actions, conditions, statements, unless}.
    """
    from kmsgen.checks import matrix as checks  # noqa: PLC0415 - `--help` must not pay for what only an answer needs
    from kmsgen.cli.console import answer_json  # noqa: PLC0415
    from kmsgen.cli.jobs.questions import beside_of  # noqa: PLC0415
    from kmsgen.cli.jobs.subjects import load  # noqa: PLC0415
    from kmsgen.cli.reports.table import print_table  # noqa: PLC0415

    subject = load(file, beside_of(key_arn, identity_policy or (), grants))
    organization = subject.intent.scope.organization if subject.intent else None
    rows = checks.matrix(subject.bundle, organization, subject.account)
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

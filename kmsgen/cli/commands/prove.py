"""`kmsgen prove`: a proof, or a request that shows otherwise."""

from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


class Output(StrEnum):
    """How the answers are printed."""

    TEXT = "text"
    JSON = "json"


@app.command(
    epilog="Example: kmsgen prove intent.yaml; kmsgen prove policy.json --never 'role/contractor-* kms:Decrypt' --no-public"
)
def prove(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="An intent, a scenario, a key policy in JSON, a Terraform plan or a template.")
    ],
    never: Annotated[
        list[str] | None,
        typer.Option(metavar="'PRINCIPAL ACTION[,ACTION]'", help="This must be impossible: an ARN, a pattern, a service, or *."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="'PRINCIPAL[,PRINCIPAL] ACTION[,ACTION]'", help="Nobody but these may do this. Can be repeated."),
    ] = None,
    excepted: Annotated[
        list[str] | None,
        typer.Option(
            "--except",
            metavar="PRINCIPAL",
            help="A principal or an account that --no-cross-account allows, or that --no-escalation takes as an administrator.",
        ),
    ] = None,
    *,
    no_public: Annotated[bool, typer.Option("--no-public", help="No access for strangers or anonymous callers.")] = False,
    no_cross_account: Annotated[
        bool, typer.Option("--no-cross-account", help="No access for other accounts, but for --except.")
    ] = False,
    no_escalation: Annotated[
        bool, typer.Option("--no-escalation", help="Nobody can give itself more than it has, but for --except.")
    ] = False,
    no_lockout: Annotated[bool, typer.Option("--no-lockout", help="Somebody can still change the key policy.")] = False,
    described_only: Annotated[
        bool, typer.Option("--described-only", help="No principals exist but those that FILE describes, and AWS services.")
    ] = False,
    key_arn: Annotated[str | None, typer.Option("--key-arn", help="The key that a bare policy is the policy of.")] = None,
    identity_policy: Annotated[
        list[str] | None, typer.Option("--identity-policy", metavar="ARN=FILE", help="An IAM policy of a principal.")
    ] = None,
    grants: Annotated[
        str | None, typer.Option("--grants", metavar="FILE", help="Grants, as `aws kms list-grants` prints them.")
    ] = None,
    seconds: Annotated[
        float, typer.Option("--seconds", min=0.1, help="Give up on a question after so long: then it is unknown.")
    ] = 30.0,
    output: Annotated[Output, typer.Option("--output", help="How to print the answers.")] = Output.TEXT,
) -> None:
    """Prove what must be impossible, for every principal, action and situation there could be, or show a request.

    Without a question an intent is asked for access that it does not name. A principal that FILE does not describe is taken to
    have every IAM policy it could have. JSON: [{question, result: proved|refuted|unknown, reason, groups: [{principals,
    actions, conditions, reason, witness}]}]; a witness has the form of a scenario's request.
    Exit codes: 0 all proved, 1 one is refuted or unknown, 2 bad input.
    """
    from kmsgen.cli.jobs.prove import Asked, answers, show  # noqa: PLC0415 - `--help` must not pay for what only a proof needs
    from kmsgen.cli.jobs.questions import beside_of  # noqa: PLC0415

    asked = Asked(
        tuple(never or ()),
        tuple(only or ()),
        tuple(excepted or ()),
        no_public=no_public,
        no_cross_account=no_cross_account,
        no_escalation=no_escalation,
        no_lockout=no_lockout,
        described_only=described_only,
        seconds=seconds,
    )
    found = answers(file, beside_of(key_arn, identity_policy or (), grants), asked)
    raise typer.Exit(show(found, as_json=output is Output.JSON))

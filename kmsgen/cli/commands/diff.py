"""`kmsgen diff`: access gained and lost between two bundles."""

from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


class Output(StrEnum):
    """How the differences are printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class FailOn(StrEnum):
    """Which differences make the exit code 1."""

    GAINED = "gained"
    LOST = "lost"
    ANY = "any"


@app.command(epilog="Example: kmsgen diff deployed.json key-policy.json --fail-on gained --output markdown")
def diff(  # noqa: PLR0917 - the options of a command
    old: Annotated[
        str, typer.Argument(metavar="OLD", help="An intent, a scenario, a key policy, a Terraform plan or a template.")
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="What takes its place.")],
    fail_on: Annotated[FailOn | None, typer.Option("--fail-on", help="Exit 1 where access is gained, lost, or either.")] = None,
    key_arn: Annotated[str | None, typer.Option("--key-arn", help="The key that bare policies are the policies of.")] = None,
    identity_policy: Annotated[
        list[str] | None, typer.Option("--identity-policy", metavar="ARN=FILE", help="An IAM policy beside bare key policies.")
    ] = None,
    grants: Annotated[str | None, typer.Option("--grants", metavar="FILE", help="Grants beside bare key policies.")] = None,
    *,
    described_only: Annotated[
        bool, typer.Option("--described-only", help="No principals exist but those that the files describe, and AWS services.")
    ] = False,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="Give up after so long: then the exit code is 1.")] = 30.0,
    output: Annotated[Output, typer.Option("--output", help="How to print the differences.")] = Output.TEXT,
) -> None:
    """Show which access NEW gives that OLD does not, and the other way round, each kind with a request that shows it.

    Files that mean the same print nothing, however different their text. Keys are compared in their order.
    JSON: {gained: [group], lost: [group], reason}; a group is {principals, actions, conditions, reason, witness}.
    Exit codes: 0 no difference that --fail-on names, 1 there is one or the comparison could not be finished, 2 bad input.
    """
    from kmsgen.cli.jobs.diff import compare, show  # noqa: PLC0415 - `--help` must not pay for what only a comparison needs
    from kmsgen.cli.jobs.questions import beside_of  # noqa: PLC0415

    beside = beside_of(key_arn, identity_policy or (), grants)
    found = compare(old, new, beside, seconds=seconds, described_only=described_only)
    raise typer.Exit(show(found, str(output), str(fail_on) if fail_on else None))

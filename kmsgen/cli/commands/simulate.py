"""`kmsgen simulate`: decide each request of a scenario."""

from typing import Annotated

import typer

from kmsgen.cli.commands.request_options import (
    ActionName,
    Context,
    CreateGrant,
    EncryptionContext,
    Files,
    GrantId,
    Grants,
    GrantToken,
    IdentityPolicy,
    KeyArn,
    KeyPolicy,
    Output,
    OutputForm,
    Parameter,
    Principal,
    Resource,
)
from kmsgen.cli.console import answer_json, say

app = typer.Typer(add_completion=False)


@app.command(epilog="Example: kmsgen simulate tests/policies/ --junit report.xml")
def simulate(  # noqa: PLR0917 - the options of a command
    files: Files = None,
    key_policy: KeyPolicy = None,
    key_arn: KeyArn = None,
    identity_policy: IdentityPolicy = None,
    grants: Grants = None,
    principal: Principal = None,
    action: ActionName = None,
    resource: Resource = None,
    encryption_context: EncryptionContext = None,
    context: Context = None,
    grant_token: GrantToken = None,
    grant_id: GrantId = None,
    create_grant: CreateGrant = None,
    parameter: Parameter = None,
    output: OutputForm = Output.TEXT,
    junit: Annotated[str | None, typer.Option("--junit", metavar="FILE", help="Write a JUnit report as well.")] = None,
) -> None:
    """Decide each request of scenarios as AWS KMS would, and say what settled it.

    Exit code 1 where an `expect` or a `because` does not hold.

    JSON: one list, an element a request: `{scenario, request, principal, action, resource, outcome,
    because: [...], error, expect, ok}`.
    """
    from kmsgen.cli.jobs.answering import answers_of  # noqa: PLC0415 - as above
    from kmsgen.cli.jobs.questions import Asked, Given, beside_of, scenarios_of  # noqa: PLC0415 - as above
    from kmsgen.cli.reports import decisions  # noqa: PLC0415 - loads the authorizer

    asked = Asked(
        principals=tuple(principal or ()),
        actions=tuple(action or ()),
        resources=tuple(resource or ()),
        encryption_context=tuple(encryption_context or ()),
        context=tuple(context or ()),
        grant_tokens=tuple(grant_token or ()),
        grant_id=grant_id,
        create_grant=create_grant,
        parameters=tuple(parameter or ()),
    )
    given = Given(tuple(files or ()), key_policy, beside_of(key_arn, identity_policy or (), grants), asked)
    answers = list(answers_of(scenarios_of(given)))
    if junit is not None:
        from kmsgen.cli.reports.junit import report, write  # noqa: PLC0415 - only where it is asked for

        write(junit, report(answers))
    if output is Output.JSON:
        answer_json([decisions.row(item) for item in answers])
    else:
        decisions.show_lines(answers)
    for doubt in decisions.doubtful(answers):
        say(f"warning: {doubt}")
    failed = sum(not item.ok for item in answers)
    count = f"{len(answers)} request{'' if len(answers) == 1 else 's'}"
    say(f"{count}, {failed} not as expected" if failed else count)
    raise typer.Exit(1 if failed else 0)

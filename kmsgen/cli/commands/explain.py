"""`kmsgen explain`: decide a request and show why, layer by layer."""

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


@app.command(
    epilog="Example: kmsgen explain --key-policy policy.json --principal arn:aws:iam::111122223333:role/app --action kms:Decrypt"
)
def explain(  # noqa: PLR0917 - the options of a command
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
    request: Annotated[int | None, typer.Option("--request", metavar="N", help="Only the request of this number.")] = None,
    lockout: Annotated[
        bool, typer.Option("--lockout", help="Ask whether --principal could change the key policy again: the lockout check.")
    ] = False,
    output: OutputForm = Output.TEXT,
) -> None:
    """Decide requests and show the whole trace: each layer, each statement, which element failed to match and on what value.

    Of an access that is not given: what came nearest, and what would change the answer. Exit code 1 where an `expect` or a
    `because` does not hold, or, with --lockout, where the check fails.

    JSON: one list, an element a request: what `simulate` prints, and `why`, `nearest`, `change`, `notes: [{id, text}]`,
    `trace: [{source, layer, effect, matched, elements: [{element, matched, because}]}]`.
    """
    from kmsgen.authorizer.explain.nearest import explain as explanation_of  # noqa: PLC0415 - loads the authorizer
    from kmsgen.cli.jobs.answering import answers_of, chosen, lockout_questions  # noqa: PLC0415 - as above
    from kmsgen.cli.jobs.questions import Asked, Given, beside_of, scenarios_of  # noqa: PLC0415 - as above
    from kmsgen.cli.reports import decisions  # noqa: PLC0415 - as above

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
    scenarios = lockout_questions(given) if lockout else scenarios_of(given)
    answers = chosen(list(answers_of(scenarios, trace=True)), request)
    explained = [(item, explanation_of(item.question.request, item.decision)) for item in answers]
    if output is Output.JSON:
        answer_json([decisions.explained_row(item, explanation) for item, explanation in explained])
    else:
        decisions.show(decisions.tree(item, explanation) for item, explanation in explained)
    for doubt in decisions.doubtful(answers):
        say(f"warning: {doubt}")
    raise typer.Exit(0 if all(item.ok for item in answers) else 1)

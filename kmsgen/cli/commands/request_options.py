"""A request put by options, for `simulate` and `explain`, and the files that it is put to."""

from typing import TYPE_CHECKING, Annotated

import typer

from kmsgen.cli.commands.reading_options import Parameters

if TYPE_CHECKING:
    from kmsgen.cli.jobs.inputs.put_request import PutRequest

_POLICIES = "Policies in files of their own"
_REQUEST = "A request put by options"

Files = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILE|DIR...",
        help="Scenarios (YAML, JSON, JSON Lines), folders of them, or, with a request put by options, whatever holds policies.",
    ),
]
KeyPolicy = Annotated[
    str | None, typer.Option("--key-policy", metavar="FILE", help="A key policy as AWS prints it.", rich_help_panel=_POLICIES)
]
Principal = Annotated[
    list[str] | None,
    typer.Option(
        "--principal",
        metavar="ARN",
        help="Who calls: an ARN, role/NAME or user/NAME of the key's account, a service's name, or *.",
        rich_help_panel=_REQUEST,
    ),
]
ActionName = Annotated[
    list[str] | None, typer.Option("--action", metavar="ACTION", help="What is called: kms:Decrypt.", rich_help_panel=_REQUEST)
]
Resource = Annotated[
    list[str] | None,
    typer.Option("--resource", metavar="ARN", help="The key or alias; else the key of the policy.", rich_help_panel=_REQUEST),
]
EncryptionContext = Annotated[
    list[str] | None,
    typer.Option(
        "--encryption-context", metavar="NAME=VALUE", help="A pair of the encryption context.", rich_help_panel=_REQUEST
    ),
]
Context = Annotated[
    list[str] | None,
    typer.Option(
        "--context",
        metavar="KEY=VALUE",
        help="A condition key that cannot be derived; again for more values.",
        rich_help_panel=_REQUEST,
    ),
]
GrantToken = Annotated[
    list[str] | None, typer.Option("--grant-token", metavar="TOKEN", help="A grant token.", rich_help_panel=_REQUEST)
]
GrantId = Annotated[
    str | None, typer.Option("--grant-id", metavar="ID", help="The grant to retire or revoke.", rich_help_panel=_REQUEST)
]
CreateGrant = Annotated[
    str | None,
    typer.Option("--create-grant", metavar="FILE", help="The parameters of CreateGrant.", rich_help_panel=_REQUEST),
]


def put_request(
    *,
    principal: Principal = None,
    action: ActionName = None,
    resource: Resource = None,
    encryption_context: EncryptionContext = None,
    context: Context = None,
    grant_token: GrantToken = None,
    grant_id: GrantId = None,
    create_grant: CreateGrant = None,
    parameter: Parameters = None,
) -> "PutRequest":
    """Return the request to KMS put by options, each as the text that it was given."""
    from kmsgen.cli.jobs.inputs.put_request import PutRequest  # noqa: PLC0415 - `--help` does not pay for it

    return PutRequest(
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

"""The options that `simulate` and `explain` share: a key policy with what stands beside it, and a request."""

from enum import StrEnum
from typing import Annotated

import typer

_POLICIES = "Policies in files of their own"
_REQUEST = "A request put by options"


class Output(StrEnum):
    """How the answer is printed."""

    TEXT = "text"
    JSON = "json"


Files = Annotated[
    list[str] | None,
    typer.Argument(metavar="FILE|DIR...", help="Scenarios (YAML, JSON, JSON Lines), folders of them, or a bare key policy."),
]
KeyPolicy = Annotated[
    str | None, typer.Option("--key-policy", metavar="FILE", help="A key policy as AWS prints it.", rich_help_panel=_POLICIES)
]
KeyArn = Annotated[
    str | None,
    typer.Option(
        "--key-arn",
        metavar="ARN",
        help="The key of the policy; needed unless it names one account only.",
        rich_help_panel=_POLICIES,
    ),
]
IdentityPolicy = Annotated[
    list[str] | None,
    typer.Option("--identity-policy", metavar="ARN=FILE", help="An IAM policy of a principal.", rich_help_panel=_POLICIES),
]
Grants = Annotated[
    str | None,
    typer.Option("--grants", metavar="FILE", help="Grants as `aws kms list-grants` prints them.", rich_help_panel=_POLICIES),
]
Principal = Annotated[
    list[str] | None,
    typer.Option("--principal", metavar="ARN", help="Who calls: an ARN, a service's name, or *.", rich_help_panel=_REQUEST),
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
Parameter = Annotated[
    list[str] | None,
    typer.Option("--parameter", metavar="NAME=VALUE", help="A request parameter: KeySpec=RSA_2048.", rich_help_panel=_REQUEST),
]
OutputForm = Annotated[Output, typer.Option("--output", help="How to print.")]

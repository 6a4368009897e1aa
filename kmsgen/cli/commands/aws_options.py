"""How to reach AWS: the options of every command that reads an account."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from kmsgen.sources.live.session import SignIn

_PANEL = "How to reach AWS"

Profile = Annotated[str | None, typer.Option("--profile", help="A profile of the AWS configuration.", rich_help_panel=_PANEL)]
Region = Annotated[
    str | None,
    typer.Option("--region", help="The Region of keys that are not named by their ARN.", rich_help_panel=_PANEL),
]
EndpointUrl = Annotated[
    str | None,
    typer.Option("--endpoint-url", metavar="URL", help="Another endpoint than AWS's own.", rich_help_panel=_PANEL),
]
RoleArn = Annotated[
    str | None,
    typer.Option("--role-arn", metavar="ARN", help="A role to assume first.", rich_help_panel=_PANEL),
]


def sign_in(
    *, profile: Profile = None, region: Region = None, endpoint_url: EndpointUrl = None, role_arn: RoleArn = None
) -> "SignIn":
    """Return the AWS profile, Region, endpoint and role to assume."""
    from kmsgen.sources.live.session import SignIn  # noqa: PLC0415 - `--help` does not pay for it

    return SignIn(profile, region, endpoint_url, role_arn)

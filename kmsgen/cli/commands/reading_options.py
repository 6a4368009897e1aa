"""What a file is read with: the options that tell what stands beside policies, for every command that reads some."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from kmsgen.sources.beside import Beside

FORMS = (
    "an intent, a scenario, a key policy in JSON, a Terraform plan or state, a template, what the AWS CLI prints of a key, or a "
    "folder of that or of what `render` wrote"
)

File = Annotated[str, typer.Argument(metavar="FILE", help=f"What is asked about: {FORMS}.")]

_PANEL = "What stands beside the policies"

KeyArn = Annotated[
    str | None,
    typer.Option(
        "--key-arn",
        metavar="ARN",
        help="The key that the policies are about; needed unless they name one account only.",
        rich_help_panel=_PANEL,
    ),
]
IdentityPolicy = Annotated[
    list[str] | None,
    typer.Option(
        "--identity-policy", metavar="ARN=FILE", help="An IAM policy of a principal. Can be repeated.", rich_help_panel=_PANEL
    ),
]
Grants = Annotated[
    str | None,
    typer.Option("--grants", metavar="FILE", help="Grants as `aws kms list-grants` prints them.", rich_help_panel=_PANEL),
]


KeySpec = Annotated[
    str | None,
    typer.Option(
        "--key-spec",
        metavar="SPEC[:USAGE]",
        help="The spec of the keys, where the file does not tell it; with the usage where the spec has several.",
        rich_help_panel=_PANEL,
    ),
]
Tags = Annotated[
    list[str] | None,
    typer.Option("--tags", metavar="NAME=VALUE", help="A tag of the keys. Can be repeated.", rich_help_panel=_PANEL),
]
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "--parameter",
        metavar="NAME=VALUE",
        help="A parameter of a template, pseudo parameter or import; of a request that is put: KeySpec=RSA_2048.",
        rich_help_panel=_PANEL,
    ),
]
Strict = Annotated[
    bool,
    typer.Option(
        "--strict",
        help="Assume nothing: defaults of parameters, values known after apply and AWS managed policies count as unknown.",
        rich_help_panel=_PANEL,
    ),
]


def beside(
    *,
    key_arn: KeyArn = None,
    key_spec: KeySpec = None,
    tags: Tags = None,
    parameter: Parameters = None,
    identity_policy: IdentityPolicy = None,
    grants: Grants = None,
    strict: Strict = False,
) -> "Beside":
    """Return the key ARN, key spec, tags, parameters, IAM policies and grants that stand beside a file's policies."""
    from kmsgen.cli.jobs.inputs.option_values import beside_of, with_properties  # noqa: PLC0415 - `--help` does not pay for it

    told = beside_of(key_arn, identity_policy or (), grants)
    return with_properties(told, key_spec, tags or (), parameter or ())._replace(strict=strict)

"""`kmsgen snapshot`: live keys and all that bears on them, as a scenario file."""

from typing import TYPE_CHECKING, Annotated

import typer

from kmsgen.cli.commands.aws_options import sign_in
from kmsgen.cli.commands.sharing import sharing

if TYPE_CHECKING:
    from kmsgen.sources.live.session import SignIn

app = typer.Typer(add_completion=False)


@app.command(epilog="Example: kmsgen snapshot alias/payments --out payments.json; kmsgen lint payments.json")
@sharing(sign_in=sign_in)
def snapshot(
    *,
    keys: Annotated[list[str] | None, typer.Argument(metavar="KEY...", help="Keys by id, ARN or alias (`alias/NAME`).")] = None,
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="The file to write, a scenario in JSON.")],
    all_keys: Annotated[bool, typer.Option("--all", help="Every key of the account in the Region, those of AWS too.")] = False,
    all_principals: Annotated[
        bool, typer.Option("--all-principals", help="The IAM of every principal of the account, not of those named alone.")
    ] = False,
    sign_in: "SignIn",
) -> None:
    """Read keys of a live account, write nothing there: policy, grants, tags, aliases, the IAM of whom policies and grants name.

    Every other command reads the file, offline. Whose IAM policies were not read stands under `unknown` in it, with the reason.
    Needs the extra `kmsgen[aws]`. Needs these permissions, which `kmsgen render --preset snapshot-reader` writes:

    about keys: kms:DescribeKey, kms:GetKeyPolicy, kms:ListAliases, kms:ListGrants, kms:ListResourceTags; with --all kms:ListKeys

    about principals: iam:GetGroupPolicy, iam:GetPolicy, iam:GetPolicyVersion, iam:GetRole, iam:GetRolePolicy, iam:GetUser,
    iam:GetUserPolicy, iam:ListAttachedGroupPolicies, iam:ListAttachedRolePolicies, iam:ListAttachedUserPolicies,
    iam:ListGroupPolicies, iam:ListGroupsForUser, iam:ListRolePolicies, iam:ListUserPolicies

    with --all-principals: iam:GetAccountAuthorizationDetails; with --role-arn: sts:AssumeRole on that role

    Exit codes: 0 written, 2 a key cannot be read: missing-in-aws, missing-permission, expired-session and more.
    """
    from kmsgen.cli.jobs.snapshot import run  # noqa: PLC0415 - `--help` must not pay for what only a snapshot needs

    raise typer.Exit(run(tuple(keys or ()), out, sign_in, all_keys=all_keys, all_principals=all_principals))

"""What stands in IAM beside a key policy, and is for somebody else to put in place or to write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kmsgen.errors import Diagnostic, Location
from kmsgen.intent.intent import Intent
from kmsgen.policy.bundle import PrincipalPolicies

SHOWN = 5


def notes_on_iam(intent: Intent, principals: Mapping[str, PrincipalPolicies]) -> Iterator[Diagnostic]:
    """Yield who attaches what is written, and what only IAM policies could give that cannot be written here."""
    written = [arn for arn, held in principals.items() if held.identity_policies and arn != intent.scope.deployer]
    if written and not intent.attaches:
        message = f"taken for granted: whoever keeps them attaches the IAM policies of {_listed(written)}"
        hint = "`iam: write` attaches none; `iam: attach` lets what is rendered attach them"
        yield Diagnostic(Location(intent.path), "iam-written", message, hint)
    for access in (*intent.admins, *intent.users):
        if access.left_to_iam:
            message = f"{_listed(access.left_to_iam)} of `{access.principal}` takes an IAM policy, which cannot be written here"
            hint = "IAM attaches policies to single users and roles that no service owns: write it for those, or name them"
            yield Diagnostic(access.location, "left-to-iam", message, hint)


def _listed(names: list[str] | tuple[str, ...]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:SHOWN])
    return shown if len(names) <= SHOWN else f"{shown} and {len(names) - SHOWN} more"

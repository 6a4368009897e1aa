"""What stands in IAM beside a key policy, and is for somebody else to put in place or to write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kmsgen.compiler.deployer import deployer_actions
from kmsgen.compiler.target import Target
from kmsgen.errors import Diagnostic, Location
from kmsgen.intent.intent import DEPLOYER_FIELD, Intent, LeftOut
from kmsgen.policy.bundle import PrincipalPolicies

SHOWN = 5


def notes_on_iam(intent: Intent, targets: Iterable[Target], principals: Mapping[str, PrincipalPolicies]) -> Iterator[Diagnostic]:
    """Yield who attaches what is written, what only IAM could give that cannot be written here, and what deploying takes."""
    yield from _deployment(intent, targets)
    written = [arn for arn, held in principals.items() if held.identity_policies and arn not in intent.deployers]
    if written and not intent.attaches:
        message = f"taken for granted: whoever keeps them attaches the IAM policies of {_listed(written)}"
        hint = "`iam: write` attaches none; `iam: attach` lets what is rendered attach them"
        yield Diagnostic(intent.place("iam", "keys", "key"), "iam-written", message, hint)
    for place, left in _left_out(intent):
        if left.to_iam:
            message = f"{_all(left.to_iam)} of `{left.principal}` takes an IAM policy, which cannot be written here"
            hint = "IAM attaches policies to single users and roles that no service owns: write it for those, or name them"
            yield Diagnostic(place, "left-to-iam", message, hint)
        if left.at_home:
            message = f"{_all(left.at_home)} cannot be called from another account, and are left out for `{left.principal}`"
            hint = "whoever of the key's account is to have them stands in a line of its own"
            yield Diagnostic(place, "left-at-home", message, hint)


def _left_out(intent: Intent) -> Iterator[tuple[Location, LeftOut]]:
    yield from ((access.location, access.left_out) for access in (*intent.admins, *intent.users) if access.left_out)
    yield from ((use.location, left) for use in intent.services for left in use.left_out)


def notes_on_deployer(intent: Intent, principals: Mapping[str, PrincipalPolicies]) -> Iterator[Diagnostic]:
    """Yield that the deployer lacks what stands in `deployer/`: of no use where policies are merged, which puts it elsewhere."""
    deployer = intent.scope.deployer
    own = principals.get(deployer or "")
    if own and own.identity_policies:
        message = f"`{deployer}` needs its IAM policy, which is in `deployer/`: it is to be put in place once, before it deploys"
        yield Diagnostic(intent.place(DEPLOYER_FIELD), "deployer-first", message)


def _deployment(intent: Intent, targets: Iterable[Target]) -> Iterator[Diagnostic]:
    """Yield all that deploying takes where no deployer is named."""
    place = intent.place("scope")
    if intent.scope.deployer is None and intent.governed:
        lacking = sorted({action for target in targets for action in deployer_actions(intent, target)})
        names = ", ".join(f"`{action}`" for action in lacking)
        message = (
            f"no `deployer` is named: whoever runs Terraform or CloudFormation needs {names}, and has of these what lines give it"
        )
        hint = "`scope: {deployer: role/...}` gives that role what creating, updating and reading back the key takes"
        yield Diagnostic(place, "no-deployer", message, hint)


def _all(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _listed(names: Sequence[str]) -> str:
    shown = _all(names[:SHOWN])
    return shown if len(names) <= SHOWN else f"{shown} and {len(names) - SHOWN} more"

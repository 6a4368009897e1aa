"""IAM managed policies of one account: what each is called, what it says, and who it is attached to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from kmsgen.policy.document import Document
from kmsgen.policy.written_policy import description
from kmsgen.render.deployment import Deployment
from kmsgen.render.names import IDENTITY_CENTER, Holder, attachable_kind, holders, parts, policy_name, unique


class IdentityPolicy(NamedTuple):
    """An IAM managed policy to create. `label` is its name in the target's language, `name` its name in IAM.

    `renamed`: it takes the place of one of another name, which is to go once it stands.
    """

    label: str
    name: str
    description: str
    document: Document
    holder: Holder
    renamed: bool = False


def of_account(deployment: Deployment, account: str, label: Callable[[str], str], joint: str) -> tuple[IdentityPolicy, ...]:
    """Return an account's IAM managed policies, in the bundle's order; none where they are merged with those of other intents.

    `label` turns a text into a name of the target's language; `joint` stands in front of the number that tells two alike apart.
    """
    held = [] if deployment.merged else list(_held(deployment, account))
    labels = unique((label(text) for _, text, _ in held), joint)
    return tuple(
        IdentityPolicy(
            label,
            policy_name(deployment.name, text),
            description(deployment.name, holder.principal),
            document,
            holder if deployment.attaches else holder._replace(kind=""),
        )
        for label, (holder, text, document) in zip(labels, held, strict=True)
    )


def _held(deployment: Deployment, account: str) -> Iterator[tuple[Holder, str, Document]]:
    """Yield each policy of the account with its holder and a text that tells it from the holder's others."""
    found = dict(deployment.identity_policies())
    for principal, holder in holders(found, deployment.account).items():
        if holder.account == account:
            for text, document in zip(parts(holder.own_label, len(found[principal]), principal), found[principal], strict=True):
                yield holder, text, document


def unattached(policies: Iterable[IdentityPolicy]) -> Iterator[str]:
    """Yield what is to be done with policies that are attached to nobody: those of AWS's roles, and with `iam: write` all."""
    left = [policy for policy in policies if not policy.holder.kind]
    written = [policy for policy in left if attachable_kind(policy.holder.principal)]
    for policy in left:
        if IDENTITY_CENTER in policy.holder.principal:
            yield f"IAM Identity Center keeps {policy.holder.principal}: name `{policy.name}` in its permission set"
        elif policy not in written:
            yield f"nothing can attach a policy to {policy.holder.principal}: attach `{policy.name}`"
    if written:
        names = ", ".join(f"`{policy.name}` to {policy.holder.principal}" for policy in written)
        yield f"attached to nobody (`iam: write`): attach {names}"

"""IAM managed policies of one account: what each is called, what it says, and who it is attached to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from kmsgen.policy.document import Document
from kmsgen.render.deployment import Deployment
from kmsgen.render.names import Holder, holders, parts, policy_name, unique


class IdentityPolicy(NamedTuple):
    """An IAM managed policy to create. `label` is its name in the target's language, `name` its name in IAM."""

    label: str
    name: str
    description: str
    document: Document
    holder: Holder


def of_account(deployment: Deployment, account: str, label: Callable[[str], str], joint: str) -> tuple[IdentityPolicy, ...]:
    """Return an account's IAM managed policies, in the bundle's order.

    `label` turns a text into a name of the target's language; `joint` stands in front of the number that tells two alike apart.
    """
    held = list(_held(deployment, account))
    labels = unique((label(text) for _, text, _ in held), joint)
    return tuple(
        IdentityPolicy(
            label,
            policy_name(deployment.name, text),
            f"kmsgen, intent {deployment.name}: access of {holder.principal}",
            document,
            holder,
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
    """Yield what is to be done with each policy that its format attaches to nobody."""
    for policy in policies:
        if not policy.holder.kind and "/aws-reserved/" in policy.holder.principal:
            yield f"IAM Identity Center keeps {policy.holder.principal}: name `{policy.name}` in its permission set"
        elif not policy.holder.kind:
            yield f"nothing can attach a policy to {policy.holder.principal}: attach `{policy.name}`"

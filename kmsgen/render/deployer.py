"""The IAM policies of who deploys, apart from what it deploys: nobody can give themselves what they need to begin.

They are put in place once, by whoever keeps IAM, in whichever format. Where one names a key to create, the key's alias stands for
it: there is no key yet whose ARN could be told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kmsgen.policy.document import Document
from kmsgen.policy.written_policy import description
from kmsgen.render.alias_condition import in_parts
from kmsgen.render.deployment import Deployment
from kmsgen.render.identity_policies import IdentityPolicy
from kmsgen.render.names import Holder, holders, parts, policy_name

FOLDER = "deployer"


def documents(deployment: Deployment) -> dict[str, tuple[Document, ...]]:
    """Return IAM policies by deployer. Raises InputError where one names a key that has neither an id nor an alias yet."""
    held = deployment.deployer_policies()
    return {arn: tuple(part for one in found for part in in_parts(one, deployment)) for arn, found in held.items()}


def policies(deployment: Deployment, label: Callable[[str], str]) -> tuple[IdentityPolicy, ...]:
    """Return the deployers' IAM managed policies; `label` turns a text into a name of the target's language."""
    found = {} if deployment.merged else documents(deployment)
    held = holders(found, deployment.account)
    named = ((held[arn], *one) for arn, own in found.items() for one in zip(_texts(held[arn], len(own)), own, strict=True))
    return tuple(_policy(deployment, label(text), text, document, holder) for holder, text, document in named)


def labels_within(deployment: Deployment, arns: Iterable[str], label: Callable[[str], str]) -> dict[str, str]:
    """Return what the policies of deployers were called where they stood among all others, each with its deployer."""
    count = max(1, *map(len, deployment.deployer_policies().values()))
    held = holders(arns, deployment.account)
    return {label(text): arn for arn, holder in held.items() for text in _texts(holder, count)}


def _texts(holder: Holder, count: int) -> list[str]:
    return parts(holder.own_label, count, holder.principal)


def _policy(deployment: Deployment, label: str, text: str, document: Document, holder: Holder) -> IdentityPolicy:
    # no intent has a plus in its name, so this is the name of no policy but a deployer's
    name = policy_name(f"{deployment.name}+deployer", text)
    holder = holder if deployment.attaches else holder._replace(kind="")
    return IdentityPolicy(label, name, description(deployment.name, holder.principal), document, holder)

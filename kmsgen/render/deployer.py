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


def documents(deployment: Deployment) -> tuple[Document, ...]:
    """Return the deployer's IAM policies. Raises InputError where one names a key that has neither an id nor an alias yet."""
    return tuple(part for one in deployment.deployer_policies() for part in in_parts(one, deployment))


def policies(deployment: Deployment, label: Callable[[str], str]) -> tuple[IdentityPolicy, ...]:
    """Return the deployer's IAM managed policies; `label` turns a text into a name of the target's language."""
    found = () if deployment.merged else documents(deployment)
    if deployment.deployer is None or not found:
        return ()
    holder = holders([deployment.deployer], deployment.account)[deployment.deployer]
    attached = holder if deployment.attaches else holder._replace(kind="")
    named = zip(_texts(holder, len(found)), found, strict=True)
    return tuple(_policy(deployment, label(text), text, document, attached) for text, document in named)


def labels_within(deployment: Deployment, arns: Iterable[str], label: Callable[[str], str]) -> dict[str, str]:
    """Return what the policies of deployers were called where they stood among all others, each with its deployer."""
    count = max(1, len(deployment.deployer_policies()))
    held = holders(arns, deployment.account)
    return {label(text): arn for arn, holder in held.items() for text in _texts(holder, count)}


def _texts(holder: Holder, count: int) -> list[str]:
    return parts(holder.own_label, count, holder.principal)


def _policy(deployment: Deployment, label: str, text: str, document: Document, holder: Holder) -> IdentityPolicy:
    # no intent has a plus in its name, so this is the name of no policy but a deployer's
    name = policy_name(f"{deployment.name}+deployer", text)
    return IdentityPolicy(label, name, description(deployment.name, holder.principal), document, holder)

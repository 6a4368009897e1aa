"""IAM policies of one account as Terraform resources."""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.policy.document import Document
from kmsgen.policy.json_form import format_document
from kmsgen.render.deployment import Deployment, holds_placeholder
from kmsgen.render.names import Holder, holders, numbered, policy_name, unique, words
from kmsgen.render.references import texts
from kmsgen.render.terraform.hcl import Expression
from kmsgen.render.terraform.module import Policy, Reference, policy_value


def of_account(deployment: Deployment, account: str, reference: Reference) -> tuple[Policy, ...]:
    """Return the policies of the account's principals, in the bundle's order."""
    found = [
        (holder, label, document)
        for holder, documents in _held(deployment, account)
        for label, document in zip(numbered(holder.own_label, len(documents)), documents, strict=True)
    ]
    labels = unique((words(label) for _, label, _ in found), "_")
    return tuple(
        _policy(deployment, holder, (name, label), (document, reference))
        for name, (holder, label, document) in zip(labels, found, strict=True)
    )


def _held(deployment: Deployment, account: str) -> Iterator[tuple[Holder, tuple[Document, ...]]]:
    found = dict(deployment.identity_policies())
    for principal, holder in holders(found, deployment.account).items():
        if holder.account == account:
            yield holder, found[principal]


def _policy(deployment: Deployment, holder: Holder, names: tuple[str, str], written: tuple[Document, Reference]) -> Policy:
    name, data = policy_name(deployment.name, names[1]), format_document(written[0])
    body = {
        "name": name,
        "path": Expression("var.iam_policy_path"),
        "description": f"kmsgen, intent {deployment.name}: access of {holder.principal}",
        "policy": policy_value(data, written[1]),
        "tags": Expression("var.tags"),
    }
    return Policy(names[0], name, holder, body, refers=any(holds_placeholder(text) for text in texts(data)))

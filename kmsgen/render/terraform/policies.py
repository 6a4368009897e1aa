"""IAM policies of one account as Terraform resources."""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.policy.document import Document
from kmsgen.policy.json_form import format_document
from kmsgen.render.names import Holder, holders, numbered, policy_name, unique, words
from kmsgen.render.references import texts
from kmsgen.render.subject import Subject, holds_placeholder
from kmsgen.render.terraform.hcl import Expression
from kmsgen.render.terraform.module import Policy, Reference, policy_value


def of_account(subject: Subject, account: str, reference: Reference) -> tuple[Policy, ...]:
    """Return the policies of the account's principals, in the bundle's order."""
    found = [
        (holder, label, document)
        for holder, documents in _held(subject, account)
        for label, document in zip(numbered(holder.own_label, len(documents)), documents, strict=True)
    ]
    labels = unique((words(label) for _, label, _ in found), "_")
    return tuple(
        _policy(subject, holder, (name, label), (document, reference))
        for name, (holder, label, document) in zip(labels, found, strict=True)
    )


def _held(subject: Subject, account: str) -> Iterator[tuple[Holder, tuple[Document, ...]]]:
    found = dict(subject.identity_policies())
    for principal, holder in holders(found, subject.account).items():
        if holder.account == account:
            yield holder, found[principal]


def _policy(subject: Subject, holder: Holder, names: tuple[str, str], written: tuple[Document, Reference]) -> Policy:
    name, data = policy_name(subject.name, names[1]), format_document(written[0])
    body = {
        "name": name,
        "path": Expression("var.iam_policy_path"),
        "description": f"kmsgen, intent {subject.name}: access of {holder.principal}",
        "policy": policy_value(data, written[1]),
        "tags": Expression("var.tags"),
    }
    return Policy(names[0], name, holder, body, refers=any(holds_placeholder(text) for text in texts(data)))

"""What one intent of a run has in IAM, as plain data that a process hands on and a cache keeps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from kmsgen.policy.document import Document
from kmsgen.policy.json_form import format_document, parse_document
from kmsgen.render.deployment import PLACEHOLDERS, Deployment

FOLDER = "iam"
Policies = Mapping[str, list[Any]]


class Halves(NamedTuple):
    """The IAM policies of an intent by principal, as JSON data; `own` are those of who deploys it.

    `key_arn` is the ARN that stands for the key to create, of no other intent; empty where there is none. `path` is its file.
    """

    intent: str
    path: str
    account: str
    partition: str
    region: str
    key_arn: str
    attaches: bool
    policies: Policies
    own: Policies

    def documents(self, *, own: bool) -> dict[str, tuple[Document, ...]]:
        """Return the policies by principal."""
        held = self.own if own else self.policies
        return {arn: tuple(parse_document(data) for data in found) for arn, found in held.items()}


def halves_of(deployment: Deployment) -> Halves:
    """Return what a deployment has in IAM. Raises InputError as `deployer.documents` does."""
    from kmsgen.render import deployer  # noqa: PLC0415 - not where what an intent has is remembered

    new_key = deployment.new_key
    held = {arn: [format_document(one) for one in found] for arn, found in deployment.identity_policies()}
    own = {arn: [format_document(one) for one in found] for arn, found in deployer.documents(deployment).items()}
    told = (deployment.name, deployment.path, deployment.account, deployment.partition, deployment.region)
    key_arn = _called(new_key.key.arn, deployment.name) if new_key else ""
    policies = json.loads(_called(json.dumps(held), deployment.name))
    return Halves(*told, key_arn, deployment.attaches, policies, own)


def _called(text: str, intent: str) -> str:
    """Return a text with ids of keys to create that are one intent's alone, and as long as those that KMS gives."""
    found = hashlib.sha256(intent.encode()).hexdigest()
    plain = "-".join((found[:8], found[8:12], found[12:16], found[16:20], found[20:32]))
    for placeholder in PLACEHOLDERS:
        text = text.replace(placeholder, f"mrk-{found[:32]}" if placeholder.startswith("mrk-") else plain)
    return text

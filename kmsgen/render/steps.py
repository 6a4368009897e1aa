"""Edits that cannot be applied in one step, each with its steps.

Source: KMS API reference, PutKeyPolicy (the caller must be able to change the policy that it puts); KMS Developer Guide, "Update
aliases" (an alias cannot be renamed) and "Controlling access to aliases" (deleting one takes permission on it and on its key).
"""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.errors import Diagnostic, Location
from kmsgen.render.deployment import Deployment


def steps(deployment: Deployment, place: Location) -> tuple[Diagnostic, ...]:
    """Return the edits since the last render that take several steps; `place` is where the intent says which keys are meant."""
    return (*_deployer(deployment), *_alias(deployment, place), *_attachments(deployment), *_deployer_apart(deployment))


def _deployer(deployment: Deployment) -> Iterator[Diagnostic]:
    """Yield the note on another deployer: KMS refuses a policy that its caller could not change again."""
    before, now = deployment.history.deployer, deployment.deployer
    if before is None or before == now or not deployment.governed_keys():
        return
    told = f"from `{before}` to `{now}`" if now else f"`{before}` goes"
    message = f"the deployer changes, {told}: the old one may not put a policy without itself, the new one not yet put any"
    first = f"first the old `deployer`, and `{now or 'who deploys from now on'}` under `admins`, deployed by the old one"
    yield Diagnostic(Location(deployment.path), "deployer-changed", message, f"{first}; then this, by the new one")


def _alias(deployment: Deployment, place: Location) -> Iterator[Diagnostic]:
    """Yield the note on another alias: the old one is deleted under a policy that names the new one alone."""
    created, new_key = deployment.history.created, deployment.new_key
    before = created.alias if created else None
    now = new_key.creation.alias if new_key and new_key.creation else None
    if before is None or before == now or new_key is None:
        return
    called = f"is renamed `{now}`" if now else "goes"
    message = (
        f"the alias `{before}` {called}: calls by the old name fail then, and the deployer's policy lets it not delete that one"
    )
    hint = f"first create the new alias beside it and move its callers; who may delete `{before}` does so when nobody uses it"
    yield Diagnostic(place, "alias-renamed", message, hint)


def _attachments(deployment: Deployment) -> Iterator[Diagnostic]:
    """Yield the note on policies that were attached and are only written now: a stack detaches what it does not name any more."""
    if deployment.attaches or not deployment.history.attached or not any(deployment.identity_policies()):
        return
    message = "IAM policies are only written from now on: Terraform leaves attached what it attached, CloudFormation detaches it"
    first = "with CloudFormation, first give each principal its policy of `json/iam` by other means"
    hint = f"{first}; then update the stacks, and attach the policies of their outputs"
    yield Diagnostic(Location(deployment.path), "no-longer-attached", message, hint)


def _deployer_apart(deployment: Deployment) -> Iterator[Diagnostic]:
    """Yield the note on the deployer's own policy, which modules and stacks of earlier renders hold."""
    if deployment.history.deployer_apart or not deployment.deployer_policies():
        return
    message = f"the IAM policy of `{deployment.deployer}` is not part of what it deploys any more: it is in `deployer/`"
    hint = "first put that in place, then deploy; what the stack held goes, what the module held stays, to be deleted by hand"
    yield Diagnostic(Location(deployment.path), "deployer-apart", message, hint)

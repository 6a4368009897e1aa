"""Edits that cannot be applied in one step, each with its steps.

Source: KMS API reference, PutKeyPolicy (the caller must be able to change the policy that it puts); KMS Developer Guide, "Update
aliases" (an alias cannot be renamed) and "Controlling access to aliases" (deleting one takes permission on it and on its key).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kmsgen.errors import Diagnostic, Location
from kmsgen.render import grant_calls
from kmsgen.render.deployment import Deployment

APPLIED = "then render with `--applied`, which ends it, and deploy again"


def steps(deployment: Deployment, place: Location) -> tuple[Diagnostic, ...]:
    """Return the edits since the last render that take several steps; `place` is where the intent says which keys are meant."""
    return (
        *_name(deployment),
        *_deployer(deployment),
        *_alias(deployment, place),
        *_delegation(deployment),
        *_grants(deployment),
        *_keys(deployment, place),
        *_attachments(deployment),
        *_deployer_apart(deployment),
    )


def _name(deployment: Deployment) -> Iterator[Diagnostic]:
    """Yield the note on another name of the intent: what was deployed under the old one goes on under the new one."""
    for before in deployment.former.names:
        message = f"the intent is called `{deployment.name}` now, and what was rendered of `{before}` goes on in its folder"
        first = f"in the `module` block change `source` alone and keep its name, and update the stacks of `{before}` with these"
        merged = f", and call the key `{deployment.name}` in `key_arns` of the merged IAM policies" if deployment.merged else ""
        yield Diagnostic(Location(deployment.path), "intent-renamed", message, f"{first} templates{merged}; {APPLIED}")


def _deployer(deployment: Deployment) -> Iterator[Diagnostic]:
    """Yield the note on another deployer: KMS refuses a policy that its caller could not change again."""
    for before in deployment.former.deployers:
        now = f"`{deployment.deployer}`" if deployment.deployer else "whoever deploys from now on"
        message = f"the deployer changes: `{before}` keeps what deploying takes, beside {now}, until that is out there"
        hint = f"put `deployer/` in place and let `{before}` deploy this; then render with `--applied`, and let {now} deploy"
        yield Diagnostic(Location(deployment.path), "deployer-changed", message, hint)


def _alias(deployment: Deployment, place: Location) -> Iterator[Diagnostic]:
    """Yield the note on another alias: the new one is made before the old one is deleted, by who may do both."""
    new_key = deployment.new_key
    now = new_key.creation.alias if new_key and new_key.creation else None
    for before in deployment.former.aliases:
        called = f"is renamed `{now}`" if now else "goes"
        message = f"the alias `{before}` {called}: calls by the old name fail once this is deployed"
        who = f"put `deployer/` in place, which lets `{deployment.deployer}` delete it" if deployment.deployer else ""
        hint = f"first move its callers; {who or 'whoever deploys needs kms:DeleteAlias on it'}; {APPLIED}"
        yield Diagnostic(place, "alias-renamed", message, hint)


def _delegation(deployment: Deployment) -> Iterator[Diagnostic]:
    """Yield the note on permissions that move between the key policy and IAM: for a while they stand in both."""
    for before in deployment.former.delegations:
        moved = f"as from `delegation: {before}` to `{deployment.delegation}`"
        message = f"permissions move, {moved}: for now both halves give access"
        yield Diagnostic(Location(deployment.path), "delegation-changed", message, f"deploy this; {APPLIED}")


REVOKED = "`grants.sh create` revokes them, and Terraform those that it made; with JSON alone `aws kms revoke-grant`"


def _grants(deployment: Deployment) -> Iterator[Diagnostic]:
    """Yield the notes on grants that the intent has no more, or not as they were: access ends when these are revoked."""
    place = Location(deployment.path)
    if gone := _named(deployment, grant_calls.gone(deployment)):
        message = f"the intent has no more these grants, which stay until they are revoked: {gone}"
        yield Diagnostic(place, "grants-ended", message, f"{REVOKED}; {APPLIED}")
    if changed := _named(deployment, grant_calls.changed(deployment)):
        message = f"the intent has these grants otherwise, and what they were stays until it is revoked: {changed}"
        yield Diagnostic(place, "grants-changed", message, f"{REVOKED}; {APPLIED}")


def _named(deployment: Deployment, grants: Iterable[str]) -> str:
    """Return the names of grants, each an ARN of a key, a blank and a name."""
    return ", ".join(_grant(deployment, *one.split(" ", 1)) for one in grants)


def _grant(deployment: Deployment, arn: str, name: str) -> str:
    """Return what a grant that is gone is called; one of a key that the intent has no more with that key."""
    return f"`{name}`" if any(access.key.arn == arn for access in deployment.bundle.keys) else f"`{name}` of `{arn}`"


def _keys(deployment: Deployment, place: Location) -> Iterator[Diagnostic]:
    """Yield the note on keys that the intent has no more, or whose policies it leaves alone now: they keep what they have."""
    governed = {access.key.arn for access in deployment.governed_keys()}
    left = [f"`{key.arn}`" for key in deployment.history.keys if not key.created and key.arn not in governed]
    if left:
        message = f"the policies of these keys are not of the intent any more, and stay as they are: {', '.join(left)}"
        hint = "access that they give ends where somebody puts another policy: the intent's last one without it, or a new owner's"
        yield Diagnostic(place, "keys-left", message, hint)


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

"""A whole request: the actions it takes on the resources it names, and what KMS then still refuses.

Source: KMS Developer Guide, alias-access, multi-region-keys-auth, customer-managed-policies; KMS API Reference, ReEncrypt.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kmsgen.authorizer.request import Request
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.policy.bundle import Bundle, KeyAccess
from tests.reference import refusals
from tests.reference.context import Target
from tests.reference.evaluator import Answer, ask
from tests.reference.people import Person, look_up

ALIAS_ACTIONS = ("CreateAlias", "DeleteAlias", "UpdateAlias")
LOCKING = ("PutKeyPolicy", "CreateKey", "ReplicateKey")


@dataclass(frozen=True)
class Verdict:
    """The outcome, its reasons, and for `error` every (rule, exception) that applies."""

    outcome: str
    reasons: tuple[str, ...]
    errors: tuple[tuple[str, str], ...] = ()


def canonical(action: str) -> str:
    """Return the name of an action as AWS spells it, without its prefix."""
    name = action.split(":", 1)[-1]
    if name.lower() == "reencrypt":
        return "ReEncrypt"
    return next((known for known in ACTIONS if known.lower() == name.lower()), name)


def decide(request: Request, bundle: Bundle) -> Verdict:
    """Decide a request. Slow on purpose: nothing is kept, nothing is skipped."""
    person = look_up(request.principal, bundle)
    pairs = list(_targets(request, bundle))
    answers = [ask(_half(request, target), bundle, person, target, access) for target, access in pairs]
    for outcome in ("explicitDeny", "implicitDeny"):
        found = [answer for answer in answers if answer.outcome == outcome]
        if found:
            return Verdict(outcome, _reasons(found))
    errors = tuple(_refusals(request, bundle, person, pairs))
    if errors:
        return Verdict("error", tuple(rule for rule, _name in errors), errors)
    return Verdict("allowed", _reasons(answers))


def _half(request: Request, target: Target) -> Request:
    """Give the destination of a ReEncrypt its own encryption context, or none."""
    if canonical(request.action) != "ReEncrypt" or target.action != "ReEncryptTo":
        return request
    context = request.parameters.get("DestinationEncryptionContext")
    return request._replace(encryption_context=context if isinstance(context, dict) else {})


def _reasons(answers: list[Answer]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reason for answer in answers for reason in answer.reasons))


def _targets(request: Request, bundle: Bundle) -> Iterator[tuple[Target, KeyAccess | None]]:
    name = canonical(request.action)
    resources = list(request.resources) or [bundle.keys[0].key.arn]
    region = _region(bundle.keys[0].key.arn)
    if name == "ReEncrypt":
        halves = zip(("ReEncryptFrom", "ReEncryptTo"), resources, strict=True)
        same = _find(bundle, resources[0])[0] is _find(bundle, resources[1])[0]
        for half, resource in halves:
            yield _on_key(half, resource, bundle, same_key=same)
    elif not ACTIONS[name].resource_types:
        yield from _without_key(name, request, region)
    else:
        for resource in resources:
            if name in ALIAS_ACTIONS and ":alias/" in resource:
                yield Target(name, resource, None, _region(resource)), None
            else:
                yield _on_key(name, resource, bundle)
        if name == "ReplicateKey":
            yield from _without_key("CreateKey", request, str(request.parameters.get("ReplicaRegion", region)))


def _without_key(name: str, request: Request, region: str) -> Iterator[tuple[Target, None]]:
    yield Target(name, "*", None, region), None
    if name == "CreateKey" and request.parameters.get("Tags"):
        yield Target("TagResource", "*", None, region), None
    if name == "CreateKey" and str(request.parameters.get("MultiRegion", "false")).lower() == "true":
        yield Target("iam:CreateServiceLinkedRole", "*", None, region), None


def _on_key(name: str, resource: str, bundle: Bundle, *, same_key: bool | None = None) -> tuple[Target, KeyAccess]:
    access, alias = _find(bundle, resource)
    return Target(name, access.key.arn, access.key, _region(access.key.arn), alias, same_key), access


def _find(bundle: Bundle, resource: str) -> tuple[KeyAccess, str | None]:
    name = resource.split(":", 5)[-1]
    for access in bundle.keys:
        if access.key.arn == resource:
            return access, None
        if name in access.key.aliases and access.key.arn.split(":")[1:5] == resource.split(":")[1:5]:
            return access, name
    raise LookupError(resource)


def _region(arn: str) -> str:
    return arn.split(":")[3]


def _refusals(
    request: Request, bundle: Bundle, person: Person, pairs: list[tuple[Target, KeyAccess | None]]
) -> Iterator[tuple[str, str]]:
    name = canonical(request.action)
    with_keys = [(target, access) for target, access in pairs if access is not None]
    for index, (target, access) in enumerate(with_keys):
        if name == "UpdateAlias" and index == 0:
            # An alias may leave a key in any state (footnote 10 of the key-state page).
            continue
        if name == "UpdateAlias" and access.key.state in ("PendingDeletion", "PendingReplicaDeletion"):
            yield "key-state", "KMSInvalidStateException"
        yield from refusals.of_key(target.action, access.key, person)
    if name == "CreateGrant":
        yield from refusals.of_grant_request(request, with_keys[0][1].key)
    if name in LOCKING:
        yield from refusals.lockout(request, bundle, person, bundle.keys[0], _region(bundle.keys[0].key.arn))

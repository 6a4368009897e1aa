"""What a request needs permission for: one or several pairs of action and resource."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from kmsgen.arn import parse_arn
from kmsgen.authorizer.context.lookup import Target, carried, region_and_account
from kmsgen.authorizer.context.parameters import flag
from kmsgen.authorizer.request import Request
from kmsgen.catalogue.actions import ACTIONS, PREFIX
from kmsgen.catalogue.actions import find as find_action
from kmsgen.catalogue.model import Action
from kmsgen.policy.bundle import KeyAccess

UNKNOWN = "unknown"


SERVICE_LINKED_ROLE = ACTIONS["CreateKey"]._replace(name="iam:CreateServiceLinkedRole", condition_keys=frozenset())
MULTI_REGION_ROLE = "aws-service-role/mrk.kms.amazonaws.com/AWSServiceRoleForKeyManagementServiceMultiRegionKeys"
RE_ENCRYPT = "reencrypt"


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One permission that a request needs."""

    action: Action
    target: Target


class Targets:
    """Finds what the texts in a request's `resources` mean among the keys of a bundle."""

    def __init__(self, keys: Iterable[KeyAccess]) -> None:
        self._keys = tuple(keys)
        self._by_arn = {access.key.arn: access for access in self._keys}
        self._default = self._keys[0].key.arn if self._keys else ""
        self.region = region_and_account(self._default)[0]

    def parts(self, request: Request) -> tuple[Part, ...]:
        """Return the permissions that a request needs: one a resource, and what its parameters add; none of an unknown action.

        The operation ReEncrypt is asked as such, with source and destination, or as its two actions.
        """
        if request.action.lower().removeprefix(PREFIX) == RE_ENCRYPT:
            return self._re_encryption(request)
        action = find_action(request.action)
        if action is None:
            return ()
        if not action.resource_types:
            return tuple(self._creation(action, request))
        targets = [self.find(text, action) for text in request.resources or (self._default,)]
        if action.name == "UpdateAlias":
            targets = _marked(targets)
        parts = [Part(action, target) for target in targets if not (action.name == "ReplicateKey" and target.kind == "*")]
        if action.name == "ReplicateKey" and ("ReplicaRegion" in request.parameters or len(parts) < len(targets)):
            parts += self._creation(ACTIONS["CreateKey"], request)
        return tuple(parts)

    def _re_encryption(self, request: Request) -> tuple[Part, ...]:
        texts = request.resources or (self._default,)
        if len(texts) > 2:
            return ()
        source, destination = ACTIONS["ReEncryptFrom"], ACTIONS["ReEncryptTo"]
        targets = (self.find(texts[0], source), self.find(texts[-1], destination))
        same = targets[0].arn == targets[1].arn
        return (Part(source, replace(targets[0], on_same_key=same)), Part(destination, replace(targets[1], on_same_key=same)))

    def _creation(self, action: Action, request: Request) -> Iterator[Part]:
        """Yield what a call without a key needs: CreateKey more where it tags, and where it makes a multi-Region key."""
        parameters = request.parameters
        region = str(parameters.get("ReplicaRegion") or self.region)
        star = Target("*", "*", region=region)
        yield Part(action, star)
        if action.name != "CreateKey":
            return
        if parameters.get("Tags"):
            yield Part(ACTIONS["TagResource"], star)
        if flag(parameters, "MultiRegion"):
            caller = parse_arn(request.principal)
            role = f"arn:{caller.partition}:iam::{caller.account}:role/{MULTI_REGION_ROLE}" if caller else "*"
            yield Part(SERVICE_LINKED_ROLE, Target(role, "*", region="us-east-1"))

    def find(self, text: str, action: Action) -> Target:
        """Return what a resource of a request is: a key by ARN or id, an alias by ARN or name."""
        if text == "*":
            return Target(text, "*" if action.name == "ReplicateKey" else UNKNOWN)
        access = self._by_arn.get(text)
        if access is not None:
            return _key(access)
        region, account = region_and_account(text)
        arn = parse_arn(text)
        if arn is not None and arn.service == "kms" and arn.kind == "key":
            return Target(text, "key", region=region, account=account)
        if arn is None:
            return self._by_id(text, action)
        if arn.service != "kms" or arn.kind != "alias":
            return Target(text, UNKNOWN, region=region, account=account)
        return self._alias(text, action)

    def _by_id(self, text: str, action: Action) -> Target:
        if text.startswith("alias/") and self._keys:
            return self._alias(_beside(self._default, text), action)
        found = [access for access in self._keys if access.key.arn.endswith((f":{text}", f":key/{text}"))]
        return _key(found[0]) if len(found) == 1 else Target(text, UNKNOWN)

    def _alias(self, text: str, action: Action) -> Target:
        region, account = region_and_account(text)
        if "alias" in action.resource_types:
            return Target(text, "alias", region=region, account=account)
        name = text.split(":", 5)[5]
        for access in self._keys:
            if name in access.key.aliases and _beside(access.key.arn, name) == text and carried("kms:requestalias", action.name):
                return replace(_key(access), alias=name)
        return Target(text, UNKNOWN, region=region, account=account)


def _key(access: KeyAccess) -> Target:
    region, account = region_and_account(access.key.arn)
    return Target(access.key.arn, "key", access, region=region, account=account)


def _beside(arn: str, resource: str) -> str:
    """Return the ARN of another resource in the account and Region of an ARN."""
    return ":".join([*arn.split(":", 5)[:5], resource])


def _marked(targets: list[Target]) -> list[Target]:
    """Mark the keys that UpdateAlias takes the alias away from: all but the last."""
    keys = [target for target in targets if target.kind == "key"]
    return [replace(target, leaving=True) if target in keys[:-1] else target for target in targets]


def iam_name(action: Action) -> str:
    """Return an action as policies spell it; one of another service carries its prefix in its name."""
    return action.name if ":" in action.name else action.iam_name


def needed_beside(parts: Sequence[Part]) -> str | None:
    """Return what the whole call needs beside the permissions that were asked about, in words; None if nothing."""
    if not parts:
        return None
    action = parts[0].action
    kinds = [part.target.kind for part in parts]
    if action.policy_types == "both" and set(kinds) != {"alias", "key"}:
        other = "key" if "alias" in kinds else "alias"
        return f"kms:{action.name} on the {other}"
    if action.name == "UpdatePrimaryRegion" and len(kinds) < 2:
        return "kms:UpdatePrimaryRegion on both keys"
    if action.name == "ReplicateKey" and "*" not in kinds:
        return "kms:CreateKey in the replica's Region"
    return None

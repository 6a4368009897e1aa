"""Permissions of a call: the pairs of action and resource that must all be allowed.

A call is allowed where each of them is: those that the request names and, for a whole call, those that it leaves out.
Source: KMS Developer Guide, alias-access, multi-region-keys-auth, tag-permissions; KMS API Reference, CreateKey, ReplicateKey,
UpdatePrimaryRegion, UpdateAlias, ReEncrypt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from kmsgen.arn import parse_arn, region_of
from kmsgen.authorizer.context.parameters import flag, text_of
from kmsgen.authorizer.context.view import Resource, region_and_account
from kmsgen.authorizer.language.shapes import Some
from kmsgen.authorizer.request import Request
from kmsgen.catalogue.actions import ACTIONS, PREFIX
from kmsgen.catalogue.actions import find as find_action
from kmsgen.catalogue.condition_keys import carried
from kmsgen.catalogue.model import Action
from kmsgen.policy.bundle import Key, KeyAccess, Organization
from kmsgen.policy.letter_case import folded

UNKNOWN, NEW_KEY = "unknown", "new key"
SERVICE_LINKED_ROLE = ACTIONS["CreateKey"]._replace(name="iam:CreateServiceLinkedRole", condition_keys=frozenset())
MULTI_REGION_ROLE = "aws-service-role/mrk.kms.amazonaws.com/AWSServiceRoleForKeyManagementServiceMultiRegionKeys"
RE_ENCRYPT = "reencrypt"
_PRIMARY = "UpdatePrimaryRegion"
_REPLICATE = "ReplicateKey"


class Permission:
    """One action on one resource that a call needs; `name` is the action in policies, `kms:Decrypt`.

    `left_out` says it in words where the request does not name it, and is empty where it does.
    """

    __slots__ = ("action", "left_out", "name", "target")

    def __init__(self, action: Action, target: Resource, left_out: str = "") -> None:
        self.action = action
        self.target = target
        self.left_out = left_out
        # actions of other services (iam:...) have their prefix in the name already
        self.name = action.name if ":" in action.name else action.iam_name


class Permissions:
    """Finds the permissions that a call needs, and the keys of a bundle that its `resources` mean."""

    def __init__(self, keys: Iterable[KeyAccess], organizations: Mapping[str | None, Organization]) -> None:
        self._keys = tuple(keys)
        self._by_arn = {access.key.arn: access for access in self._keys}
        self._default = self._keys[0].key.arn if self._keys else ""
        self._organizations = organizations

    # --- what a request names -------------------------------------------------------------------------------------------------

    def of(self, request: Request) -> tuple[Permission, ...]:
        """Return the permissions that a request names: one per resource, and what parameters add; none for an unknown action.

        ReEncrypt is taken as the operation, with source and destination, or as either of its two actions.
        """
        if _is_re_encryption(request):
            return self._re_encryption(request)
        action = find_action(request.action)
        if action is None:
            return ()
        if not action.resource_types:
            return tuple(self._creation(action, request))
        targets = [self.find(text, action) for text in request.resources or (self._default,)]
        if action.name == "UpdateAlias":
            targets = _marked(targets)
        needed = [Permission(action, target) for target in targets if not (action.name == _REPLICATE and target.kind == "*")]
        if action.name == _REPLICATE and ("ReplicaRegion" in request.parameters or len(needed) < len(targets)):
            needed += self._creation(ACTIONS["CreateKey"], request, needed)
        return tuple(needed)

    def _re_encryption(self, request: Request) -> tuple[Permission, ...]:
        told = text_of(request.parameters.get("DestinationKeyId"))
        texts = request.resources or (self._default,)
        texts = (*texts, told) if told and len(texts) == 1 else texts
        if len(texts) > 2:
            return ()
        source, destination = ACTIONS["ReEncryptFrom"], ACTIONS["ReEncryptTo"]
        if len(texts) == 1:
            return (Permission(source, self.find(texts[0], source)),)
        old, new = self.find(texts[0], source), self.find(texts[-1], destination)
        same = old.arn == new.arn
        return Permission(source, replace(old, on_same_key=same)), Permission(destination, replace(new, on_same_key=same))

    def _creation(
        self, action: Action, request: Request, replicated: Sequence[Permission] = (), left_out: str = ""
    ) -> Iterator[Permission]:
        """Yield what a call without a key needs: CreateKey also tagging, and for multi-Region keys a service-linked role."""
        region = text_of(request.parameters.get("ReplicaRegion")) or ""
        copied = next((one.target.key or Key(one.target.arn) for one in replicated), None)
        yield Permission(action, Resource("*", "*", region=region, copied=copied), left_out)
        if action.name != "CreateKey":
            return
        if request.parameters.get("Tags"):
            yield Permission(ACTIONS["TagResource"], self._new_key(request, region), left_out)
        if flag(request.parameters, "MultiRegion"):
            caller = parse_arn(request.principal)
            role = f"arn:{caller.partition}:iam::{caller.account}:role/{MULTI_REGION_ROLE}" if caller else "*"
            yield Permission(SERVICE_LINKED_ROLE, Resource(role, "*", region="us-east-1"))

    def _new_key(self, request: Request, region: str) -> Resource:
        """Return the key to be created, whose id is unknown: any key ARN of the caller's account in the Region."""
        caller = parse_arn(request.principal)
        told = (values for name, values in request.context.items() if folded(name) == "aws:requestedregion")
        region = region or next((values[0] for values in told if values), "")
        partition, account = (caller.partition, caller.account) if caller else ("aws", "")
        head, tail = f"arn:{partition}:kms:", f":{account}:key/"
        return Resource(f"{head}{region or '*'}{tail}*", NEW_KEY, region=region, account=account or None,
            shape=(head, region or Some.WORD, tail, Some.WORD), organization=self._organizations.get(account),
        )  # fmt: skip

    # --- what it leaves out ---------------------------------------------------------------------------------------------------

    def left_out(self, request: Request, named: Sequence[Permission]) -> Iterator[Permission]:
        """Yield the permissions that the whole call needs and the request does not name; `named` are those that it does."""
        action = named[0].action if named else None
        if action is None:
            return
        if _is_re_encryption(request) and len(named) == 1:
            destination = Resource("the destination key", UNKNOWN)
            yield Permission(ACTIONS["ReEncryptTo"], destination, "kms:ReEncryptTo on the destination key")
        elif action.policy_types == "both":
            yield from self._alias_halves(action, named)
        elif action.name == _PRIMARY and len(named) == 1:
            yield Permission(action, self._related(named[0].target, request), "kms:UpdatePrimaryRegion on the other key")
        elif action.name == _REPLICATE and all(one.action.name != "CreateKey" for one in named):
            yield from self._creation(ACTIONS["CreateKey"], request, named, "kms:CreateKey in the replica's Region")

    def _alias_halves(self, action: Action, named: Sequence[Permission]) -> Iterator[Permission]:
        """Yield what CreateAlias, UpdateAlias or DeleteAlias needs and the request does not name: the alias, or the keys."""
        aliases = [one.target for one in named if one.target.kind == "alias"]
        keys = [one.target for one in named if one.target.kind == "key"]
        if len(aliases) + len(keys) < len(named):
            return  # something that is no key and no alias: nothing could help
        if not aliases:
            yield Permission(action, _any_alias(keys[0]), f"kms:{action.name} on the alias")
        holder = next((self._key(one) for one in self._keys if aliases and has_alias(one.key, aliases[0].arn)), None)
        if action.name != "UpdateAlias" and not keys:
            default = self.find(self._default, action) if self._default else Resource("", UNKNOWN)
            yield Permission(action, holder or default, f"kms:{action.name} on the key")
        elif action.name == "UpdateAlias" and len(keys) < 2:
            yield from self._keys_of_update(action, keys, holder)
        elif action.name == "DeleteAlias" and holder is not None and not any(key.arn == holder.arn for key in keys):
            yield Permission(action, holder, "kms:DeleteAlias on the key that has the alias")

    def _keys_of_update(self, action: Action, keys: Sequence[Resource], holder: Resource | None) -> Iterator[Permission]:
        """Yield the keys of UpdateAlias that the request does not name: the one that has the alias, the one that gets it."""
        named_holder = holder is not None and any(key.arn == holder.arn for key in keys)
        if not named_holder:
            has_it = holder or Resource("the key that has the alias", UNKNOWN)
            yield Permission(action, replace(has_it, leaving=True), "kms:UpdateAlias on the key that has the alias")
        if named_holder or not keys:
            yield Permission(action, Resource("the key that gets the alias", UNKNOWN), "kms:UpdateAlias on the key that gets it")

    def _related(self, target: Resource, request: Request) -> Resource:
        """Return the related multi-Region key that UpdatePrimaryRegion is about too."""
        wanted = text_of(request.parameters.get("PrimaryRegion"))
        own_id = target.arn.rpartition("/")[2]
        related = [one for one in self._keys if one.key.arn.endswith(f"/{own_id}") and one.key.arn != target.arn]
        found = [one for one in related if wanted in (None, region_of(one.key.arn))]
        return self._key(found[0]) if len(found) == 1 else Resource("the other key", UNKNOWN)

    # --- resources ------------------------------------------------------------------------------------------------------------

    def find(self, text: str, action: Action) -> Resource:
        """Find the resource that a text means: a key by ARN or id, an alias by ARN or name; else one of kind "unknown"."""
        if text == "*":
            return Resource(text, "*" if action.name == _REPLICATE else UNKNOWN)
        access = self._by_arn.get(text)
        if access is not None:
            return self._key(access)
        arn = parse_arn(text)
        if arn is None:
            return self._by_id(text, action)
        if arn.service == "kms" and arn.kind == "alias":
            return self._alias(text, action)
        return self._resource(text, "key" if arn.service == "kms" and arn.kind == "key" else UNKNOWN)

    def _by_id(self, text: str, action: Action) -> Resource:
        if text.startswith("alias/") and self._keys:
            return self._alias(_beside(self._default, text), action)
        found = [access for access in self._keys if access.key.arn.endswith((f":{text}", f":key/{text}"))]
        return self._key(found[0]) if len(found) == 1 else Resource(text, UNKNOWN)

    def _alias(self, text: str, action: Action) -> Resource:
        if "alias" in action.resource_types:
            return self._resource(text, "alias")
        for access in self._keys:
            if has_alias(access.key, text) and carried("kms:requestalias", action.name):
                return replace(self._key(access), alias=text.split(":", 5)[5])
        return self._resource(text, UNKNOWN)

    def _key(self, access: KeyAccess) -> Resource:
        return replace(self._resource(access.key.arn, "key"), access=access)

    def _resource(self, arn: str, kind: str) -> Resource:
        region, account = region_and_account(arn)
        return Resource(arn, kind, region=region, account=account, organization=self._organizations.get(account))


def _is_re_encryption(request: Request) -> bool:
    return folded(request.action).removeprefix(PREFIX) == RE_ENCRYPT


def _any_alias(key: Resource) -> Resource:
    """Return an alias that the request does not name: any in the account and Region of `key`."""
    head = _beside(key.arn, "alias/")
    return replace(key, arn=f"{head}*", kind="alias", access=None, shape=(head, Some.WORD))


def has_alias(key: Key, alias: str) -> bool:
    """Return whether an alias, by its ARN, is one of a key's."""
    return any(_beside(key.arn, name) == alias for name in key.aliases)


def _beside(arn: str, resource: str) -> str:
    """Return the ARN of another resource in the account and Region of an ARN."""
    return ":".join([*arn.split(":", 5)[:5], resource])


def _marked(targets: list[Resource]) -> list[Resource]:
    """Mark the keys that UpdateAlias takes the alias away from: all but the last."""
    keys = [target for target in targets if target.kind == "key"]
    return [replace(target, leaving=True) if target in keys[:-1] else target for target in targets]


_OTHER_HALF = {"ReEncryptFrom": "kms:ReEncryptTo on the destination key", "ReEncryptTo": "kms:ReEncryptFrom on the source key"}
"""What a ReEncrypt needs besides either of its two permissions, where a request names that one as its action."""


def needed_beside(permissions: Sequence[Permission]) -> str | None:
    """Say what the whole call needs besides the permissions that were asked about; None if nothing."""
    if not permissions:
        return None
    action = permissions[0].action
    if {permission.action.name for permission in permissions} == {action.name} and action.name in _OTHER_HALF:
        return _OTHER_HALF[action.name]
    kinds = [permission.target.kind for permission in permissions]
    if action.policy_types == "both" and set(kinds) != {"alias", "key"}:
        other = "key" if "alias" in kinds else "alias"
        return f"kms:{action.name} on the {other}"
    if action.name == _PRIMARY and len(kinds) < 2:
        return "kms:UpdatePrimaryRegion on both keys"
    if action.name == _REPLICATE and "*" not in kinds:
        return "kms:CreateKey in the replica's Region"
    return None

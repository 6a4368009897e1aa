"""What each call needs: the permissions, on which resources, in which Region.

Whatever a request leaves out (an alias, the other key, the key to be made) is asked for as well.

Source: KMS Developer Guide, alias-access, multi-region-keys-auth, tag-permissions, kms-api-permissions-reference; KMS API
Reference, ReEncrypt, ReplicateKey, UpdatePrimaryRegion, CreateKey.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.reference import tables
from tests.reference.caller import Caller
from tests.reference.global_keys import request_tags
from tests.reference.held import OPEN, Held, known
from tests.reference.need import Need, region_of
from tests.reference.patterns import ANYTHING, WITHIN_SEGMENT, Pattern, literal, lower, text_of, wild

Data = Mapping[str, Any]
ALIAS_ACTIONS = ("CreateAlias", "DeleteAlias", "UpdateAlias")
# KMS Developer Guide, using-service-linked-roles
ROLE_OF_MULTI_REGION_KEYS = "role/aws-service-role/mrk.kms.amazonaws.com/AWSServiceRoleForKeyManagementServiceMultiRegionKeys"


def needs(scenario: Data, request: Data, caller: Caller) -> list[Need]:
    """Return all permissions that a request needs."""
    name = tables.canonical(request["action"])
    rule = RULES.get(name)
    if rule is not None:
        return list(rule(scenario, request, caller))
    if not tables.action_row(name)["resources"]:
        return [_nothing(name)]
    asked = resources(request) or [scenario["key"]["arn"]]
    return [_on_key(name, resource, scenario, request) for resource in asked]


def resources(request: Data) -> list[str]:
    """Return the resources that a request names; none where it is about the scenario's key."""
    found = request.get("resource")
    return [] if found is None else list(found) if isinstance(found, list | tuple) else [found]


def accesses(scenario: Data) -> list[Data]:
    """Return the keys of a scenario, each with its policy and grants; the first is the one asked about."""
    first = {name: scenario.get(name) for name in ("key", "policy", "grants")}
    return [_with_own_grants(access) for access in (first, *(scenario.get("keys") or ()))]


def _with_own_grants(access: Data) -> Data:
    """Leave out grants that name another key: a grant is for one."""
    arn = access["key"]["arn"]
    own = [one for one in access.get("grants") or () if one.get("KeyId") in (None, arn, arn.rpartition("/")[2])]
    return {**access, "grants": own}


def find(resource: str, scenario: Data) -> tuple[Data | None, str | None]:
    """Return the key of a key ARN or alias ARN, and the alias."""
    name = resource.split(":", 5)[-1]
    for access in accesses(scenario):
        arn = access["key"]["arn"]
        if arn == resource:
            return access, None
        if name in (access["key"].get("aliases") or ()) and arn.split(":")[1:5] == resource.split(":")[1:5]:
            return access, name
    return None, None


def _nothing(name: str, region: Held = OPEN) -> Need:
    return Need(name, "nothing", literal("*"), region)


def _on_key(name: str, resource: str, scenario: Data, request: Data, **more: Any) -> Need:
    access, alias = find(resource, scenario)
    context = request.get("encryption_context") or {}
    if access is None:
        return Need(name, "untold", wild(resource) if resource == "*" else literal(resource), OPEN, encryption_context=context)
    arn = access["key"]["arn"]
    return Need(name, "key", literal(arn), region_of(arn), access, alias, encryption_context=context, **more)


def _re_encrypt(scenario: Data, request: Data, _caller: Caller) -> Iterator[Need]:
    named = resources(request) or [scenario["key"]["arn"]]
    told = (request.get("parameters") or {}).get("DestinationKeyId")
    named = [*named, told] if told and len(named) == 1 else named
    found = [access["key"]["arn"] for access, _alias in (find(resource, scenario) for resource in named) if access]
    same = found[0] == found[1] if len(found) == 2 else None
    second = (request.get("parameters") or {}).get("DestinationEncryptionContext") or {}
    yield _on_key("ReEncryptFrom", named[0], scenario, request, same_key=same)
    if len(named) < 2:
        yield Need("ReEncryptTo", "untold", ANYTHING, OPEN, encryption_context=second)
        return
    to = _on_key("ReEncryptTo", named[1], scenario, {**request, "encryption_context": second}, same_key=same)
    yield to


def _alias(name: str) -> Callable[[Data, Data, Caller], Iterator[Need]]:
    """Ask for the alias (IAM policy), and every key that takes part: of UpdateAlias the present one and the new one."""

    def rule(scenario: Data, request: Data, _caller: Caller) -> Iterator[Need]:
        named = resources(request) or [scenario["key"]["arn"]]
        aliases = [resource for resource in named if ":alias/" in resource]
        keys = [resource for resource in named if ":alias/" not in resource]
        yield from (Need(name, "alias", literal(alias), region_of(alias)) for alias in aliases)
        if not aliases:
            yield Need(name, "alias", _some_alias(keys[0]), region_of(keys[0]))
        yield from (_on_key(name, key, scenario, request) for key in keys)
        holder = find(aliases[0], scenario)[0] if aliases and keys and name == "DeleteAlias" else None
        if holder is not None and holder["key"]["arn"] not in keys:
            yield _on_key(name, holder["key"]["arn"], scenario, request)
        if len(keys) < (2 if name == "UpdateAlias" else 1):
            present = _key_of_alias(name, aliases, scenario, request)
            yield present
            if name == "UpdateAlias" and set(keys) <= {text_of(present.resource)}:
                yield Need(name, "untold", ANYTHING, OPEN)  # which key the alias shall get is not told

    return rule


def _some_alias(key: str) -> Pattern:
    return (*literal(f"{key.rpartition(':')[0]}:alias/"), *WITHIN_SEGMENT)


def _key_of_alias(name: str, aliases: list[str], scenario: Data, request: Data) -> Need:
    """Return the key that an alias is known to belong to; one that nobody told where it is not."""
    access = find(aliases[0], scenario)[0] if aliases else None
    if access is None:
        return Need(name, "untold", ANYTHING, OPEN)
    return _on_key(name, access["key"]["arn"], scenario, request)


def _replicate(scenario: Data, request: Data, caller: Caller) -> Iterator[Need]:
    """Ask for the primary key by its key policy, and for making the replica by IAM policies in the replica's Region."""
    for resource in resources(request) or [scenario["key"]["arn"]]:
        yield _on_key("ReplicateKey", resource, scenario, request)
    region = (request.get("parameters") or {}).get("ReplicaRegion")
    yield _nothing("CreateKey", known(region) if region else OPEN)
    yield from _tags_of_new_key(request, caller, region)


def _create_key(_scenario: Data, request: Data, caller: Caller) -> Iterator[Need]:
    parameters = request.get("parameters") or {}
    yield _nothing("CreateKey")
    told = {lower(name): value for name, value in (request.get("context") or {}).items()}.get("aws:requestedregion")
    yield from _tags_of_new_key(request, caller, told if isinstance(told, str) else None)
    if str(parameters.get("MultiRegion", "false")).lower() == "true":
        role = f"arn:{caller.partition}:iam::{caller.account}:{ROLE_OF_MULTI_REGION_KEYS}"
        yield Need("iam:CreateServiceLinkedRole", "nothing" if not caller.account else "role", literal(role), OPEN)


def _tags_of_new_key(request: Data, caller: Caller, region: str | None) -> Iterator[Need]:
    """Tags need kms:TagResource on all keys of the account and Region: the key to be made has no ARN yet."""
    if request_tags(request.get("parameters") or {}):
        held = known(region) if region else OPEN
        yield Need("TagResource", "new-key", new_key(caller, region), held)


def new_key(caller: Caller, region: str | None) -> Pattern:
    """Return the resource that stands for a key to be made, `key/*`; in some Region where none is told."""
    head = literal(f"arn:{caller.partition}:kms:")
    return (*head, *(literal(region) if region else WITHIN_SEGMENT), *literal(f":{caller.account}:key/*"))


def _primary_region(scenario: Data, request: Data, _caller: Caller) -> Iterator[Need]:
    """Ask for the primary and the replica that is to be primary, each in its Region by its own key policy."""
    named = resources(request) or [scenario["key"]["arn"]]
    yield from (_on_key("UpdatePrimaryRegion", resource, scenario, request) for resource in named)
    if len(named) < 2:
        region = (request.get("parameters") or {}).get("PrimaryRegion")
        parts = named[0].split(":")
        yield _on_key("UpdatePrimaryRegion", ":".join([*parts[:3], str(region), *parts[4:]]), scenario, request)


RULES: dict[str, Callable[[Data, Data, Caller], Iterator[Need]]] = {
    "ReEncrypt": _re_encrypt,
    **{name: _alias(name) for name in ALIAS_ACTIONS},
    "ReplicateKey": _replicate,
    "CreateKey": _create_key,
    "UpdatePrimaryRegion": _primary_region,
}

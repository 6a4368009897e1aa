"""KMS refusals of an allowed call for its parameters, or for resources that do not fit together.

Source: KMS Developer Guide, encrypt_context, tagging-keys, alias-about; KMS API Reference, ScheduleKeyDeletion,
EnableKeyRotation, TagResource, CreateAlias, UpdateAlias, UpdatePrimaryRegion, PutKeyPolicy, Encrypt, RevokeGrant,
ReplicateKey, ReEncrypt.
"""

from collections.abc import Callable, Iterator, Sequence

from kmsgen.arn import REGION, parse_arn
from kmsgen.authorizer.context import parameters
from kmsgen.authorizer.context.permissions import Permission, has_alias
from kmsgen.authorizer.context.view import Resource, View
from kmsgen.authorizer.evaluation.grant_errors import CREATE, bad_grant
from kmsgen.authorizer.evaluation.refusal import Refusal, invalid
from kmsgen.catalogue import grants as catalogue
from kmsgen.catalogue.key_specs import algorithms, key_type
from kmsgen.catalogue.parameters import RANGES
from kmsgen.catalogue.regions import PARTITION_OF
from kmsgen.policy.bundle import Key, KeyAccess
from kmsgen.policy.letter_case import folded

_OF_ENCRYPTION = "kms:encryptionalgorithm"
_DEFAULT_ALGORITHM = ("SYMMETRIC_DEFAULT",)
_ALGORITHMS = (
    _OF_ENCRYPTION,
    "kms:signingalgorithm",
    "kms:macalgorithm",
    "kms:keyagreementalgorithm",
    "kms:encapsulationalgorithm",
)
_RESERVED_TAG = "aws:"
_DIGITS = 19  # of the largest number that the API takes


def refusal_of_request(view: View) -> Refusal | None:
    """Return why KMS refuses what the request holds (algorithm, encryption context, grant, tag, number); None if it does not."""
    return next(_refusals_of_request(view), None)


def _refusals_of_request(view: View) -> Iterator[Refusal]:
    if len(view.request.grant_tokens) > catalogue.MAX_TOKENS_PER_REQUEST:
        yield invalid("grant-tokens", "a request takes at most 10 grant tokens")
    yield from _bad_tags(view)
    yield from _out_of_range(view)
    yield from _bad_creation(view)
    yield from _managed_policy(view)
    key = view.target.key
    if key is None:
        return
    if view.action.encryption_context and view.encryption_context and key.spec != "SYMMETRIC_DEFAULT":
        yield invalid("encryption-context", "only symmetric encryption keys take an encryption context")
    yield from _wrong_algorithm(view, key)
    yield from _missing_grant(view)
    if view.action.name == CREATE and view.request.create_grant is not None:
        yield from bad_grant(view.request.create_grant, key)


def _bad_tags(view: View) -> Iterator[Refusal]:
    for name in parameters.tag_keys(view.request.parameters) or ():
        if folded(name).startswith(_RESERVED_TAG):
            yield Refusal("TagException", "request", f"the tag `{name}` begins with `{_RESERVED_TAG}`, which is AWS's own")


def _out_of_range(view: View) -> Iterator[Refusal]:
    if view.action.name not in RANGES:
        return
    name, least, greatest = RANGES[view.action.name]
    text = parameters.text_of(view.request.parameters.get(name))
    number = int(text) if text and text.isascii() and text.isdigit() and len(text) <= _DIGITS else None
    if text is not None and (number is None or not least <= number <= greatest):
        yield invalid("request", f"{name} is a number from {least} to {greatest}, not `{text}`")


def _bad_creation(view: View) -> Iterator[Refusal]:
    told = view.request.parameters
    if view.action.name != "CreateKey" or view.target.copied is not None:
        return
    spec = parameters.key_spec(told) or "SYMMETRIC_DEFAULT"
    usage = parameters.text_of(told.get("KeyUsage")) or "ENCRYPT_DECRYPT"
    if key_type(spec, usage) is None:
        yield invalid("request", f"there is no key of spec {spec} and usage {usage}")


def _managed_policy(view: View) -> Iterator[Refusal]:
    """PutKeyPolicy takes the policy name `default` only; AWS_RAM is put by AWS RAM."""
    name = parameters.text_of(view.request.parameters.get("PolicyName"))
    if view.action.name == "PutKeyPolicy" and name not in (None, "default"):
        yield invalid("request", f"`default` is the only key policy that can be put, not `{name}`", "S17")


def _missing_grant(view: View) -> Iterator[Refusal]:
    """RevokeGrant is refused where the key has no such grant."""
    told = view.request.grant_id or parameters.text_of(view.request.parameters.get("GrantId"))
    access = view.target.access
    if view.action.name == "RevokeGrant" and told and access and told not in {grant.id for grant in access.grants}:
        yield Refusal("NotFoundException", "request", f"the key has no grant `{told}`")


def _wrong_algorithm(view: View, key: Key) -> Iterator[Refusal]:
    for name in _ALGORITHMS:
        asked = parameters.of(name, view.action.name, view.request.parameters) if name in view.action.condition_keys else None
        if name == _OF_ENCRYPTION and name in view.action.condition_keys:
            asked = asked or _DEFAULT_ALGORITHM
        if asked and asked[0] not in algorithms(key.spec, key.usage):
            yield Refusal("InvalidKeyUsageException", "key-type", f"a key of spec {key.spec} has no algorithm `{asked[0]}`")


def refusal_of_call(permissions: Sequence[Permission], keys: Sequence[KeyAccess]) -> Refusal | None:
    """Return why KMS refuses a call for how its resources fit together and what keys there are (`keys`); None if it does not."""
    rule = _OF_CALLS.get(permissions[0].action.name)
    existing = frozenset(access.key for access in keys if access.creation is None)
    return next(rule([permission.target for permission in permissions], existing), None) if rule else None


def _bad_alias(targets: Sequence[Resource], _existing: frozenset[Key]) -> Iterator[Refusal]:
    if len({(target.region, target.account) for target in targets}) > 1:
        yield invalid("alias", "an alias and its key are of one account and Region", "S17")
    if len({_kind(target) for target in targets if target.kind == "key" and target.key is not None}) > 1:
        yield invalid("alias", "the old and the new key of an alias have the same type and the same usage", "S17")


def _bad_new_alias(targets: Sequence[Resource], existing: frozenset[Key]) -> Iterator[Refusal]:
    """Yield why no alias can be made: in an account and Region one key has the name, this one or another."""
    yield from _bad_alias(targets, existing)
    for alias in (target.arn for target in targets if target.kind == "alias" and target.shape is None):
        if any(has_alias(key, alias) for key in existing):
            yield Refusal("AlreadyExistsException", "alias", f"a key has the alias `{alias}` already")


def _bad_replica(targets: Sequence[Resource], existing: frozenset[Key]) -> Iterator[Refusal]:
    """Yield why no replica can be made: "in a different Region than its primary key and other replicas", of the partition."""
    wanted = next((target.region for target in targets if target.copied is not None), "")
    primaries = [arn for arn in (parse_arn(target.arn) for target in targets if target.kind == "key") if arn is not None]
    for primary in primaries if wanted else ():
        if not REGION.match(wanted):
            yield invalid("request", f"the ReplicaRegion `{wanted}` is no Region")
        elif PARTITION_OF.get(wanted, primary.partition) != primary.partition:
            yield invalid("request", f"the ReplicaRegion {wanted} is of another partition than the primary key")
        elif wanted == primary.region:
            yield invalid("request", f"the ReplicaRegion {wanted} is the primary key's own Region")
        elif str(primary._replace(region=wanted)) in {key.arn for key in existing}:
            yield Refusal("AlreadyExistsException", "request", f"there is a replica of the key in {wanted} already")


def _apart(targets: Sequence[Resource], _existing: frozenset[Key]) -> Iterator[Refusal]:
    """Refuse a ReEncrypt of two Regions: a request goes to KMS in one Region, which has none of the other's keys."""
    if len({target.region for target in targets if target.region}) > 1:
        yield Refusal("NotFoundException", "request", "ReEncrypt names keys of two Regions, and a request reaches those of one")


def _not_the_primary(targets: Sequence[Resource], _existing: frozenset[Key]) -> Iterator[Refusal]:
    """UpdatePrimaryRegion must name the current primary key, so a replica is refused."""
    key = targets[0].key
    if key is not None and key.multi_region_key_type == "REPLICA":
        yield Refusal("UnsupportedOperationException", "key-type", "UpdatePrimaryRegion names the current primary key", "S17")


def _kind(target: Resource) -> tuple[str, str]:
    """Return the key's type (symmetric, asymmetric, hmac) and usage, as UpdateAlias compares them."""
    key = target.key or Key("")
    family = "symmetric" if key.spec == "SYMMETRIC_DEFAULT" else ("hmac" if key.spec.startswith("HMAC_") else "asymmetric")
    return family, key.usage


_OF_CALLS: dict[str, Callable[[Sequence[Resource], frozenset[Key]], Iterator[Refusal]]] = {
    "UpdatePrimaryRegion": _not_the_primary,
    "ReplicateKey": _bad_replica,
    "ReEncryptFrom": _apart,
    "CreateAlias": _bad_new_alias,
    **dict.fromkeys(("UpdateAlias", "DeleteAlias"), _bad_alias),
}

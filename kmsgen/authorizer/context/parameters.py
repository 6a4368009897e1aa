"""Request parameters that condition keys see. Source: KMS Developer Guide, conditions-kms.

A parameter that is absent is seen with the value that KMS takes for it, but for the two keys that the guide tests with Null.
"""

from collections.abc import Mapping
from typing import NamedTuple

Values = tuple[str, ...]
Parameters = Mapping[str, object]


class Parameter(NamedTuple):
    """The name of a parameter, and the value that KMS takes where it is absent."""

    name: str
    default: str | None = None


PARAMETERS: Mapping[str, Parameter] = {
    "kms:signingalgorithm": Parameter("SigningAlgorithm"),
    "kms:messagetype": Parameter("MessageType", "RAW"),
    "kms:macalgorithm": Parameter("MacAlgorithm"),
    "kms:keyagreementalgorithm": Parameter("KeyAgreementAlgorithm"),
    "kms:encapsulationalgorithm": Parameter("EncapsulationAlgorithm"),
    "kms:datakeypairspec": Parameter("KeyPairSpec"),
    "kms:wrappingalgorithm": Parameter("WrappingAlgorithm"),
    "kms:wrappingkeyspec": Parameter("WrappingKeySpec"),
    "kms:rotationperiodindays": Parameter("RotationPeriodInDays", "365"),
    "kms:schedulekeydeletionpendingwindowindays": Parameter("PendingWindowInDays", "30"),
    "kms:primaryregion": Parameter("PrimaryRegion"),
    "kms:replicaregion": Parameter("ReplicaRegion"),
    "kms:expirationmodel": Parameter("ExpirationModel"),
    "kms:validto": Parameter("ValidTo"),
    "kms:bypasspolicylockoutsafetycheck": Parameter("BypassPolicyLockoutSafetyCheck"),
    "kms:policyname": Parameter("PolicyName", "default"),
}
_ENCRYPTION_ALGORITHM = {"ReEncryptFrom": "SourceEncryptionAlgorithm", "ReEncryptTo": "DestinationEncryptionAlgorithm"}
_CREATION: Mapping[str, Parameter] = {
    "kms:keyspec": Parameter("KeySpec", "SYMMETRIC_DEFAULT"),
    "kms:keyusage": Parameter("KeyUsage", "ENCRYPT_DECRYPT"),
    "kms:keyorigin": Parameter("Origin", "AWS_KMS"),
    "kms:multiregion": Parameter("MultiRegion", "false"),
}


def text_of(value: object) -> str | None:
    """Return a scalar parameter as conditions see it; None where it is absent or no scalar."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


def flag(parameters: Parameters, name: str) -> bool:
    """Return whether a parameter is true."""
    return text_of(parameters.get(name)) in ("true", "True")


def of(key: str, action: str, parameters: Parameters) -> Values | None:
    """Return the values of a condition key that a parameter gives."""
    if not parameters:
        return None
    row = PARAMETERS.get(key)
    name = row.name if row else _ENCRYPTION_ALGORITHM.get(action, "EncryptionAlgorithm")
    text = text_of(parameters.get(name))
    return None if text is None else (text,)


def default(key: str) -> Values | None:
    """Return the values of a condition key whose parameter is absent."""
    found = PARAMETERS[key].default
    return None if found is None else (found,)


def of_creation(key: str, parameters: Parameters, given: Values | None) -> Values | None:
    """Return what CreateKey's conditions see of the key to create."""
    if key == "kms:multiregionkeytype":
        return ("PRIMARY",) if flag(parameters, "MultiRegion") else given
    row = _CREATION.get(key)
    if row is None:
        return None
    text = text_of(parameters.get(row.name))
    if text is not None:
        return (text,)
    return given or ((row.default,) if row.default else None)


def pairs(parameters: Parameters, name: str) -> Mapping[str, str] | None:
    """Return a parameter that maps texts to texts; None where it is absent."""
    raw = parameters.get(name)
    return {str(key): str(value) for key, value in raw.items()} if isinstance(raw, Mapping) else None


def tags(parameters: Parameters) -> tuple[tuple[str, str], ...] | None:
    """Return the Tags parameter as pairs; None where it is absent. Takes a list of `{TagKey, TagValue}` or a mapping."""
    raw = parameters.get("Tags")
    if isinstance(raw, Mapping):
        return tuple((str(name), str(value)) for name, value in raw.items())
    if not isinstance(raw, list | tuple):
        return None
    items = [item for item in raw if isinstance(item, Mapping)]
    return tuple((str(item.get("TagKey", "")), str(item.get("TagValue", ""))) for item in items)


def tag_keys(parameters: Parameters) -> Values | None:
    """Return the names of the tags that the request sets or removes; None where it has none of these parameters."""
    raw = parameters.get("TagKeys")
    if isinstance(raw, list | tuple):
        return tuple(str(item) for item in raw)
    pairs = tags(parameters)
    return None if pairs is None else tuple(name for name, _value in pairs)


def alias_in(parameters: Parameters) -> Values | None:
    """Return the alias name that the KeyId parameter holds, from a name or an alias ARN."""
    text = text_of(parameters.get("KeyId")) or ""
    name = text.rpartition(":")[2]
    return (name,) if name.startswith("alias/") else None

"""Request parameters read as condition keys: which parameter gives which key, and in which form.

Source: KMS Developer Guide, conditions-kms; KMS API Reference. What a key holds where its parameter is absent is in the catalogue
(`availability`).
"""

from collections.abc import Mapping

from kmsgen.catalogue.availability import availability
from kmsgen.catalogue.model import Values

Parameters = Mapping[str, object]

_OF_RE_ENCRYPT = {"ReEncryptFrom": "SourceEncryptionAlgorithm", "ReEncryptTo": "DestinationEncryptionAlgorithm"}


def text_of(value: object) -> str | None:
    """Return a scalar parameter as conditions see it; None where it is absent or no scalar."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


def flag(parameters: Parameters, name: str) -> bool:
    """Return whether a parameter is true."""
    return text_of(parameters.get(name)) in ("true", "True")


def of(key: str, action: str, parameters: Parameters) -> Values | None:
    """Return the values of a condition key that a request parameter gives; None where it is absent."""
    if not parameters:
        return None
    row = availability(key)
    name = row.parameter if row else ""
    name = _OF_RE_ENCRYPT.get(action, name) if key == "kms:encryptionalgorithm" else name
    text = key_spec(parameters) if name == "KeySpec" else text_of(parameters.get(name))
    return None if text is None else (text,)


def key_spec(parameters: Parameters) -> str | None:
    """Return the KeySpec parameter, or the older CustomerMasterKeySpec: both "work the same way" (CreateKey)."""
    return text_of(parameters.get("KeySpec", parameters.get("CustomerMasterKeySpec")))


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
    """Return aws:TagKeys: the names of the tags that a request sets or removes; None without such a parameter."""
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

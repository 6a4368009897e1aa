"""Import of conditions, as fields of `when`, or literally where it has no field for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kmsgen.catalogue.condition_keys import ENCRYPTION_CONTEXT, PRINCIPAL_TAG
from kmsgen.policy.document import Condition
from kmsgen.policy.letter_case import folded

When = dict[str, Any]
_DOMAIN = ".amazonaws.com"
_LISTS = {
    ("StringEquals", "aws:sourcevpce"): "source_vpce",
    ("IpAddress", "aws:sourceip"): "source_ip",
    ("StringEquals", "kms:requestalias"): "request_alias",
    ("StringLike", "kms:requestalias"): "request_alias",
    ("StringEquals", "aws:principalorgid"): "organization",
}
_GRANT = {
    ("ForAllValues:StringEquals", "kms:grantoperations"): "operations",
    ("StringEquals", "kms:granteeprincipal"): "grantees",
    ("StringEquals", "kms:granteeserviceprincipal"): "grantees",
    ("StringEquals", "kms:retiringprincipal"): "retiring",
    ("StringEquals", "kms:retiringserviceprincipal"): "retiring",
    ("StringEquals", "kms:grantconstrainttype"): "constraint",
    ("Bool", "kms:grantisforawsresource"): "for_aws",
    ("BoolIfExists", "kms:grantisforawsresource"): "for_aws",
}
_FOR_AWS = {"Bool": "true", "BoolIfExists": "false"}  # what the field says of it, by operator
_ORDER = (
    *("encryption_context", "via", "from", "until", "source_vpce", "source_ip", "mfa"),
    *("request_alias", "principal_tags", "organization", "grant"),
)
_CONSTRAINTS = {"EncryptionContextEquals": "equals", "EncryptionContextSubset": "subset"}
_DATES = {("DateGreaterThanEquals", "aws:currenttime"): "from", ("DateLessThan", "aws:currenttime"): "until"}


def whens_of(conditions: Iterable[Condition], region: str) -> Iterator[When]:
    """Yield the ways to write conditions as `when`: by its fields first, then literally."""
    conditions = tuple(conditions)
    in_words = _in_words(conditions, region)
    yield in_words
    raw = _raw(conditions)
    if raw != in_words:
        yield raw


def _in_words(conditions: tuple[Condition, ...], region: str) -> When:
    found: When = {}
    for condition in conditions:
        if not any(say(condition, found, region) for say in _SAYINGS):
            _add_raw(condition, found)
    return _in_order(found)


def _raw(conditions: tuple[Condition, ...]) -> When:
    found: When = {}
    for condition in conditions:
        _add_raw(condition, found)
    return _in_order(found)


def _in_order(found: When) -> When:
    """Return `when` with its fields in the documented order and literal conditions last."""
    raw = {operator: dict(sorted(keys.items())) for operator, keys in sorted(found.get("conditions", {}).items())}
    said = {word: found[word] for word in _ORDER if word in found}
    return said | ({"conditions": raw} if raw else {})


def _add_raw(condition: Condition, found: When) -> None:
    found.setdefault("conditions", {}).setdefault(condition.operator, {})[condition.key] = list(condition.values)


def _say_list(condition: Condition, found: When, _region: str) -> bool:
    word = _LISTS.get((condition.operator, folded(condition.key)))
    return word is not None and _put(found, word, list(condition.values))


def _say_date(condition: Condition, found: When, _region: str) -> bool:
    word = _DATES.get((condition.operator, folded(condition.key)))
    return word is not None and len(condition.values) == 1 and _put(found, word, condition.values[0])


def _say_mfa(condition: Condition, found: When, _region: str) -> bool:
    is_mfa = (condition.operator, folded(condition.key)) == ("Bool", "aws:multifactorauthpresent")
    return is_mfa and [folded(value) for value in condition.values] == ["true"] and _put(found, "mfa", True)  # noqa: FBT003 - YAML's


def _say_grant(condition: Condition, found: When, _region: str) -> bool:
    word = _GRANT.get((condition.operator, folded(condition.key)))
    if word is None or word in found.get("grant", {}):
        return False
    values = [_CONSTRAINTS.get(value, value) for value in condition.values]
    if word == "for_aws" and [folded(value) for value in values] != [_FOR_AWS[condition.operator]]:
        return False
    found.setdefault("grant", {})[word] = folded(values[0]) == "true" if word == "for_aws" else values
    return True


def _say_via(condition: Condition, found: When, region: str) -> bool:
    ending = f".{region}{_DOMAIN}"
    if folded(condition.key) != "kms:viaservice" or condition.operator not in ("StringEquals", "StringLike"):
        return False
    prefixes = [value.removesuffix(ending) for value in condition.values]
    plain = all(value.endswith(ending) for value in condition.values) and not any("*" in one for one in prefixes)
    return plain and _put(found, "via", prefixes)


def _say_context(condition: Condition, found: When, _region: str) -> bool:
    return _say_pair("encryption_context", ENCRYPTION_CONTEXT, condition, found)


def _say_tag(condition: Condition, found: When, _region: str) -> bool:
    return _say_pair("principal_tags", PRINCIPAL_TAG, condition, found)


def _say_pair(word: str, prefix: str, condition: Condition, found: When) -> bool:
    name = condition.key[len(prefix) :]
    if condition.operator != "StringEquals" or not folded(condition.key).startswith(prefix) or name in found.get(word, {}):
        return False
    found.setdefault(word, {})[name] = list(condition.values)
    return True


def _put(found: When, word: str, value: object) -> bool:
    if word in found:
        return False
    found[word] = value
    return True


_SAYINGS: tuple[Callable[[Condition, When, str], bool], ...] = (
    _say_list,
    _say_date,
    _say_mfa,
    _say_via,
    _say_context,
    _say_tag,
    _say_grant,
)

"""In which Regions the key of a bare key policy can be, where nothing tells: those that conditions speak of, and another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from kmsgen.arn import REGION
from kmsgen.catalogue.regions import ENABLED_BY_DEFAULT
from kmsgen.policy.bundle import Bundle, Key
from kmsgen.policy.document import Condition

_REQUESTED, _VIA = "aws:requestedregion", "kms:viaservice"
_OF_PARTITION = {"aws-cn": ("cn-north-1", "cn-northwest-1"), "aws-us-gov": ("us-gov-east-1", "us-gov-west-1")}
_VIA_REGION = re.compile(r"[^.]*\.([^.]+)\.")


def every_region(bundle: Bundle) -> tuple[Bundle, ...]:
    """Return the bundle once for each Region that conditions tell from others, and for one more; the first is as given."""
    first, *others = bundle.keys
    own = first.key.arn.split(":")[3]
    patterns = list(_patterns(bundle))
    named = dict.fromkeys(_meant(one.lower(), first.key) for one in patterns)
    other = [region for region in _offered(first.key) if not any(fnmatchcase(region, one.lower()) for one in patterns)]
    regions = [region for region in (*named, *(other[:1] if patterns else ())) if region != own and REGION.match(region)]
    found = [in_region(first.key, region) for region in regions]
    return (bundle, *(bundle._replace(keys=(first._replace(key=key), *others)) for key in found))


def in_region(key: Key, region: str) -> Key:
    """Return a key in another Region."""
    parts = key.arn.split(":", 5)
    return key._replace(arn=":".join((*parts[:3], region, *parts[4:])))


def _meant(pattern: str, key: Key) -> str:
    """Return a Region that a pattern matches: one there is, or one that the pattern spells."""
    if not {"*", "?"} & set(pattern):
        return pattern
    matching = (region for region in _offered(key) if fnmatchcase(region, pattern))
    return next(matching, pattern.replace("*", "any-1").replace("?", "1"))


def _offered(key: Key) -> tuple[str, ...]:
    """Return Regions of a key's partition."""
    return _OF_PARTITION.get(key.arn.split(":")[1], tuple(sorted(ENABLED_BY_DEFAULT)))


def _patterns(bundle: Bundle) -> Iterator[str]:
    for condition in _conditions(bundle):
        if condition.key.lower() == _REQUESTED:
            yield from condition.values
        elif condition.key.lower() == _VIA:
            yield from (match[1] for value in condition.values if (match := _VIA_REGION.match(value)) and match[1] != "*")


def _conditions(bundle: Bundle) -> Iterator[Condition]:
    for policies in bundle.principals.values():
        for document in policies.identity_policies:
            yield from (one for statement in document.statements for one in statement.conditions)
    yield from (one for statement in bundle.keys[0].policy.statements for one in statement.conditions)

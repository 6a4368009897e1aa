"""Conditions in words: what a class of values of a condition key means to a reader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kmsgen.catalogue import condition_keys
from kmsgen.prover.search.search import Known, Values
from kmsgen.prover.values.cells import Wanted, matching

_VIA = r"([a-z0-9*?-]+)\.([a-z0-9*?-]+)\.amazonaws\.com\Z"  # compiled when first used
_SHOWN = 3


def title(key: str) -> str:
    """Return a condition key as the documentation spells it."""
    found = condition_keys.find(key)
    family = condition_keys.family_of(key)
    if found is None:
        return key
    return found.name + key[len(family) :] if family else found.name


def say(key: str, values: Values | None, wishes: Sequence[Wanted], known: Known) -> str:
    """Say what a class means: the patterns that its witness matches, else that it is none of those."""
    if key in _FLAGS and values:
        return _FLAGS[key][values == ("true",)]
    if values is None:
        return _ABSENT.get(key, f"without {title(key)}")
    named = [text for wanted in wishes for text in wanted.values]
    found = list(dict.fromkeys(text for wanted in wishes for text in matching(wanted, values, known)))
    if key == "kms:viaservice":
        return _via(found, values)
    if found:
        return f"{title(key)} {'=' if set(found) <= set(values) else 'like'} {_listed(found)}"
    if named and not any("${" in text for text in named):
        return f"{title(key)} other than {_listed(dict.fromkeys(named))}"
    return f"{title(key)} = {_listed(values)}"


_FLAGS = {
    "aws:viaawsservice": ("", "through an AWS service"),
    "aws:securetransport": ("without TLS", "over TLS"),
    "aws:multifactorauthpresent": ("without a second factor", "with a second factor"),
    "kms:grantisforawsresource": ("not for an AWS resource", "for an AWS resource"),
    "kms:bypasspolicylockoutsafetycheck": ("", "bypassing the lockout check"),
}
_ABSENT = {
    "kms:viaservice": "called directly",
    "aws:sourcevpce": "through no VPC endpoint",
    "aws:principalorgid": "in no organization",
    "aws:multifactorauthpresent": "with long-term credentials",
}


def _via(found: Sequence[str], values: Values) -> str:
    match = re.match(_VIA, found[0]) if found else None
    if match is None:
        return f"via {found[0]}" if found else f"via any other service, such as {values[0]}"
    service, region = match.groups()
    place = "any Region" if region == "*" else region
    return f"via {'any service' if service == '*' else service} in {place}"


def _listed(texts: Iterable[str]) -> str:
    every = list(texts)
    shown = ", ".join(f"`{text}`" for text in every[:_SHOWN])
    return f"{shown} and {len(every) - _SHOWN} more" if len(every) > _SHOWN else shown

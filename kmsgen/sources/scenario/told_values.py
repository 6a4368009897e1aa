"""Impossible values of condition keys in a request: wrong type, several for a single-valued key, a key told twice.

Source: IAM User Guide, reference_policies_condition-keys, reference_policies_elements_condition (names of keys without case);
KMS Developer Guide, conditions-kms (kms:ViaService).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from kmsgen.authorizer.language.operators import parse_date, parse_number
from kmsgen.catalogue import condition_keys, value_forms
from kmsgen.catalogue.condition_keys import VIA_SERVICE
from kmsgen.catalogue.model import Values
from kmsgen.policy.addresses import parse_address
from kmsgen.policy.letter_case import folded


class _TypeForm(NamedTuple):
    """The form of a type's values: `fits` is true of valid ones, `name` describes it."""

    fits: Callable[[str], object]
    name: str


_FORMS = {
    "Bool": _TypeForm(lambda text: folded(text) in ("true", "false"), "`true` or `false`"),
    "Numeric": _TypeForm(parse_number, "a number"),
    "Date": _TypeForm(parse_date, "a date (`2026-01-01T00:00:00Z`) or seconds since 1970"),
    "IPAddress": _TypeForm(parse_address, "an IP address"),
}
_SERVICE_OF_REGION = re.compile(value_forms.FORMS[VIA_SERVICE].pattern)
_FORMS_OF_KEYS = {VIA_SERVICE: _TypeForm(_SERVICE_OF_REGION.fullmatch, "SERVICE.REGION.amazonaws.com")}


@lru_cache(maxsize=4096)
def _form(name: str) -> tuple[_TypeForm | None, bool]:
    """Return the form of a condition key's values (None if any text will do), and whether it is single-valued."""
    key = condition_keys.find(name)
    if key is None:
        return None, False
    return _FORMS_OF_KEYS.get(folded(name)) or _FORMS.get(key.type), not key.multi_valued


def impossible(context: Mapping[str, Values]) -> Iterator[tuple[str, str, str, str]]:
    """Yield each condition key that no request can hold as told, with a code, a message and a hint."""
    for name, values in context.items():
        form, single = _form(name)
        if single and len(values) > 1:
            yield name, "several-values", f"`{name}` has one value, and the request tells {len(values)}", ""
        for text in values if form is not None else ():
            if form is not None and not form.fits(text):
                yield name, "bad-value", f"`{text}` is no value of `{name}`: {form.name}", _hint(name)
    if len(context) > 1:
        yield from _told_twice(context)


def _told_twice(context: Mapping[str, Values]) -> Iterator[tuple[str, str, str, str]]:
    first: dict[str, str] = {}
    for name in context:
        other = first.setdefault(folded(name), name)
        if other != name:
            yield name, "told-twice", f"`{name}` and `{other}` are one condition key in two spellings", ""


def _hint(name: str) -> str:
    return f"such as {value_forms.FORMS[VIA_SERVICE].example}" if folded(name) == VIA_SERVICE else ""

"""Condition keys that a request does not tell: AWS sends some of them always, others sometimes.

Source: the availability of condition keys in the catalogue, each row with its pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from kmsgen.authorizer.context.request_kind import RequestKind
from kmsgen.authorizer.context.view import View
from kmsgen.authorizer.language.open_value import OpenValue, Seen
from kmsgen.authorizer.language.principal import Caller, CallerKind
from kmsgen.authorizer.language.shapes import ANY_TEXT, Shape, Some
from kmsgen.catalogue import condition_keys
from kmsgen.catalogue.availability import Occurrence, Presence, Untold, availability
from kmsgen.catalogue.condition_keys import ENCRYPTION_CONTEXT, ENCRYPTION_CONTEXT_KEYS, GRANT_KEYS, title
from kmsgen.catalogue.model import Values

_PLACEHOLDER = re.compile(r"\$\{(\w+)\}|\*")
_FLAG = ("false", "true")


def untold(view: View, key: str) -> Seen:
    """Return what a condition key holds of which the request tells nothing, and nothing that it could be derived from."""
    found = view.occurrence(key)
    if found is None:
        return None
    consequences = view.consequences
    if key in consequences.excluded:
        return None
    implied = consequences.implied.get(key)
    if implied:
        return (implied,)
    if found.untold is Untold.ABSENT and implied is None:
        return None
    if found.untold is Untold.DERIVED:
        only = found.values or _default(key)
        if len(only) == 1:
            return only
    return None if view.request.complete else _open(view, key, present=implied is not None)


def open_among(view: View, key: str, readings: Iterable[Values]) -> Seen:
    """Return an open condition key that can hold one of `readings` only; absent where the request is complete."""
    if view.occurrence(key) is None or view.request.complete:
        return None
    frame = _frame(view.request_kind, key, present=False)
    return replace(frame, readings=(*frame.readings, *readings))


def open_any(view: View, key: str) -> Seen:
    """Return an open condition key with all values that the catalogue gives it; absent where the request is complete."""
    return None if view.occurrence(key) is None or view.request.complete else _open(view, key, present=False)


def open_of_shape(view: View, key: str, shape: Shape) -> Seen:
    """Return a condition key that is present with some text of a shape; absent where the request is complete."""
    if view.occurrence(key) is None or view.request.complete:
        return None
    return replace(_frame(view.request_kind, key, present=True), shape=shape)


def _open(view: View, key: str, *, present: bool) -> OpenValue:
    found = view.occurrence(key)
    shape = None if found is None or not found.shape else _shape(found.shape, view.caller)
    return _limited(view.request_kind, key, shape, present=present)


@lru_cache(maxsize=4096)
def _limited(kind: RequestKind, key: str, shape: Shape | None, *, present: bool) -> OpenValue:
    """Return an open condition key: with the closed list of its values, else with its shape, else with any text."""
    frame, found = _frame(kind, key, present=present), kind.occurrence[key]
    values = () if found is None else found.values or _closed(key, found)
    if values and not frame.multi_valued:
        return replace(frame, readings=(*frame.readings, *((value,) for value in values)))
    if frame.multi_valued and shape is not None and len(shape) == 1 and isinstance(shape[0], str):
        return replace(frame, shape=ANY_TEXT, members=(shape[0],))
    return replace(frame, shape=shape or ANY_TEXT)


@lru_cache(maxsize=4096)
def _frame(kind: RequestKind, key: str, *, present: bool) -> OpenValue:
    """Return an open condition key without values yet: whether it may be absent, whether it is a set, and the note on why."""
    found, row = kind.occurrence[key], condition_keys.find(key)
    always = present or (found is not None and found.presence is Presence.ALWAYS)
    why = f"P11:{title(key)}" if present or found is None else _note(key, kind.action, found)
    return OpenValue(() if always else (None,), multi_valued=row is not None and row.multi_valued, why=why)


def _note(key: str, action: str, found: Occurrence) -> str:
    """Return the note on an open condition key: AWS's contradiction or silence (C.., S..), or that it is untold (P..)."""
    if found.presence is Presence.CONTRADICTION:
        dispute = condition_keys.disputed(key, action)
        return "C11" if dispute and not dispute.settled else f"C16:{title(key)}"
    of_grant = key in GRANT_KEYS or key.startswith((ENCRYPTION_CONTEXT, ENCRYPTION_CONTEXT_KEYS))
    if of_grant and action in ("CreateGrant", "RetireGrant"):
        return "P10" if action == "CreateGrant" else "S8"
    if found.presence is Presence.UNDOCUMENTED:
        return f"S15:{title(key)}"
    return f"{'P11' if found.presence is Presence.ALWAYS else 'P12'}:{title(key)}"


def _closed(key: str, found: Occurrence) -> Values:
    """Return all values that a condition key can have (closed list, true and false, parameter default); empty for any text."""
    row = condition_keys.find(key)
    if found.presence is Presence.UNDOCUMENTED and _default(key):
        return _default(key)
    return () if row is None else row.values or (_FLAG if row.type == "Bool" else ())


def _default(key: str) -> Values:
    row = availability(key)
    return (row.default,) if row is not None and row.default else ()


def _shape(text: str, caller: Caller) -> Shape:
    """Fill a shape of the catalogue, such as `*:${session}`, with what is known of a caller."""
    found: list[str | Some] = [""]
    end = 0
    for match in _PLACEHOLDER.finditer(text):
        for part in (text[end : match.start()], _part(match[1], caller)):
            found += _joined(found.pop(), part)
        end = match.end()
    return tuple(part for part in (*found[:-1], *_joined(found[-1], text[end:])) if part)


def _joined(left: str | Some, right: str | Some) -> Shape:
    return (left + right,) if isinstance(left, str) and isinstance(right, str) else (left, right)


def _part(name: str | None, caller: Caller) -> str | Some:
    if name == "account":
        return caller.account or Some.WORD
    if name == "session":
        return caller.session if caller.kind is CallerKind.SESSION else Some.WORD
    return caller.name if name in ("name", "service") else Some.WORD

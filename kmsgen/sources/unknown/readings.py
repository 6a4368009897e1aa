"""Two readings of a policy with unknown values: with the most access that it may give, and with the least.

What the most does not allow is never allowed; what the least allows always is. For the most, an Allow is read as wide and a Deny
as narrow as possible; for the least, the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from kmsgen.policy.document import Document
from kmsgen.policy.json_form import parse_document
from kmsgen.reading import Steps, Where
from kmsgen.sources.unknown.named_accounts import with_named_accounts
from kmsgen.sources.unknown.narrowest import narrowest
from kmsgen.sources.unknown.unknown import Absent, OneOf, Text, Unknown, has_unknown, is_marker, unknown_in
from kmsgen.sources.unknown.widest import widest

_EVERYTHING: dict[str, Any] = {"Action": "*", "Resource": "*"}
_VARIABLE = "${"
_POLICY = (dict, OneOf, Unknown, Text)
"""Forms of data that can be a policy; others are refused, whatever is unknown in them."""


class PolicyReading(NamedTuple):
    """One reading of a policy, with the places of its statements."""

    document: Document
    where: Where


class Readings(NamedTuple):
    """The readings of a policy with the most and the least access; the same if nothing is unknown.

    `named`: the most, if every unknown account is one that the policy names; None if that makes no difference.
    """

    most: PolicyReading
    least: PolicyReading
    unknown: tuple[Unknown, ...] = ()
    named: PolicyReading | None = None


class _Statements(NamedTuple):
    """Statements as plain data, each with the steps to the statement that it comes from."""

    data: list[Any]
    steps: list[Steps]


def known(document: Document, where: Where) -> Readings:
    """Return the readings of a policy in which nothing is unknown."""
    return Readings(PolicyReading(document, where), PolicyReading(document, where))


def read_policy(data: object, where: Where, principals: str) -> Readings:
    """Read a policy from plain data with markers. Raises InputError.

    `principals`: "required", "optional" or "forbidden", as in `parse_document`.
    """
    if not has_unknown(data) or not isinstance(data, _POLICY):
        return known(parse_document(data, where, principals), where)
    bare = principals == "forbidden"
    most = _parsed(data, _most(data, bare=bare), where, principals)
    least = _parsed(data, _least(data, bare=bare), where, principals)
    told = with_named_accounts(data)
    named = None if told == data else _parsed(told, _most(told, bare=bare), where, principals)
    return Readings(most, least, tuple(dict.fromkeys(unknown_in(_mattering(data)))), named)


def _parsed(data: object, statements: _Statements, where: Where, principals: str) -> PolicyReading:
    def place(steps: Steps) -> Any:  # noqa: ANN401 - a Location
        if len(steps) > 1 and steps[0] == "Statement" and isinstance(steps[1], int) and steps[1] < len(statements.steps):
            return where((*statements.steps[steps[1]], *steps[2:]))
        return where(steps)

    head = _head(data)
    if not statements.data:
        version = head.get("Version")
        return PolicyReading(Document((), version if isinstance(version, str) else "2008-10-17"), place)
    return PolicyReading(parse_document({**head, "Statement": statements.data}, place, principals), place)


def _head(data: object) -> dict[str, Any]:
    """Return the known elements of a policy besides its statements."""
    if not isinstance(data, dict):
        return {"Version": "2012-10-17"}
    head = {name: value for name, value in data.items() if name != "Statement" and not has_unknown(value)}
    return head if "Version" in head or "Version" not in data else {**head, "Version": "2012-10-17"}


def _mattering(data: object) -> object:
    """Return the policy without Id and Sid, which decide nothing."""
    if not isinstance(data, dict):
        return data
    raw = data.get("Statement")
    items = raw if isinstance(raw, list) else [raw]
    bare = [{name: value for name, value in one.items() if name != "Sid"} if isinstance(one, dict) else one for one in items]
    return [{name: value for name, value in data.items() if name not in ("Id", "Statement")}, *bare]


def _whole(data: object) -> bool:
    """Return whether a whole policy is unknown, or its Version while it has policy variables."""
    if isinstance(data, Unknown | Text):
        return True
    return isinstance(data, dict) and is_marker(data.get("Version")) and _VARIABLE in repr(data.get("Statement"))


def _other_variables(data: object) -> bool:
    """Return whether `${...}` in the policy is literal, as before version 2012-10-17."""
    return isinstance(data, dict) and data.get("Version") != "2012-10-17" and _VARIABLE in repr(data.get("Statement"))


def _listed(data: object) -> Iterator[tuple[Steps, Any]]:
    """Yield the statements of a policy with their steps."""
    if isinstance(data, dict):
        raw = data.get("Statement")
        if isinstance(raw, list):
            yield from ((("Statement", number), one) for number, one in enumerate(raw))
        elif raw is not None:
            yield ("Statement",), raw


def _most(data: object, *, bare: bool) -> _Statements:
    return _read(data, "Allow", bare=bare)


def _least(data: object, *, bare: bool) -> _Statements:
    return _read(data, "Deny", bare=bare)


def _read(data: object, wide: str, *, bare: bool) -> _Statements:
    """Return the statements: those with the effect `wide` as wide as possible, the others as narrow as possible."""
    found = _Statements([], [])
    if isinstance(data, OneOf):
        return _of_options(data, wide, bare=bare)
    if _whole(data):
        _add(found, [_everything(wide, bare=bare)], ())
        return found
    for steps, statement in _listed(data):
        _add(found, _of_statement(statement, wide, bare=bare), steps)
    return found


def _of_options(data: OneOf, wide: str, *, bare: bool) -> _Statements:
    """Return the statements of a choice among policies: wide ones of any option, narrow ones that all options share."""
    found = _Statements([], [])
    possible = (*_POLICY, Absent) if bare else _POLICY  # a key is never without a policy
    options = [one if isinstance(one, possible) and not _other_variables(one) else Unknown(data.what) for one in data.options]
    read = [_read(one, wide, bare=bare) for one in options]
    for one in read:
        _add(found, [statement for statement in one.data if _effect(statement) == wide], ())
    narrow = [statement for statement in read[0].data if _effect(statement) != wide] if read else []
    _add(found, [one for one in narrow if all(one in other.data for other in read)], ())
    return found


def _of_statement(data: object, wide: str, *, bare: bool) -> list[Any]:
    if isinstance(data, Unknown | Text):
        return [_everything(wide, bare=bare)]
    if isinstance(data, OneOf):
        return [one for option in data.options for one in _of_statement(option, wide, bare=bare) if _effect(one) == wide]
    if not isinstance(data, dict) or not has_unknown(data):
        return [data] if isinstance(data, dict) or not isinstance(data, tuple) else []
    if is_marker(data.get("Effect")):
        data = {**data, "Effect": wide}
    if data.get("Effect") == wide:
        return widest(data)
    narrow = narrowest(data)
    return [] if narrow is None else [narrow]


def _add(found: _Statements, statements: list[Any], steps: Steps) -> None:
    found.data.extend(statements)
    found.steps.extend(steps for _ in statements)


def _effect(statement: object) -> object:
    return statement.get("Effect") if isinstance(statement, dict) else None


def _everything(effect: str, *, bare: bool) -> dict[str, Any]:
    """Return a statement on every action and resource (and every principal, unless `bare`)."""
    who = {} if bare else {"Principal": "*"}
    return {"Effect": effect, **who, **_EVERYTHING}

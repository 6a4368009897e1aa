"""Import of permissions of AWS services, and of principals through them, as `services` lines of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from kmsgen.catalogue import services
from kmsgen.catalogue.condition_keys import VIA_SERVICE
from kmsgen.catalogue.model import Service, ServiceStatement
from kmsgen.importer.allowed import StatementPart
from kmsgen.importer.draft import DraftLine
from kmsgen.importer.people import can_and_when, short
from kmsgen.importer.when import whens_of
from kmsgen.policy.bundle import Key
from kmsgen.policy.document import Condition, Principal
from kmsgen.policy.letter_case import folded

SOURCE_ACCOUNT = "aws:sourceaccount"
_SERVICE_LINKED = re.compile(r":role/aws-service-role/([a-z0-9-]+)\.")


def service_lines(part: StatementPart, key: Key) -> Iterator[DraftLine]:
    """Yield `services` lines that may say what a part allows: services of the catalogue, then the bare service principal."""
    if len(part.principals) != 1:
        yield from _through(part, key)
        return
    principal = part.principals[0]
    for row in rows_of(principal):
        yield from (DraftLine("services", line) for line in _named(row, principal, part, key))
    yield from _through(part, key)
    if principal.kind == "Service":
        yield from (DraftLine("services", {"principal": principal.value, **rest}) for rest in can_and_when(part, key))


def rows_of(principal: Principal) -> Iterator[Service]:
    """Yield the services with a statement for this principal: the one with its name first, then those with fewest statements."""
    names = [name for kind, shape, name in _shapes() if kind == principal.kind and shape.fullmatch(principal.value)]
    for name in dict.fromkeys(sorted(names, key=lambda name: not _is_called(name, principal))):
        found = services.find(name)
        if found is not None:
            yield found


def _is_called(identifier: str, principal: Principal) -> bool:
    """Return whether a service has the principal's name: `logs` for `logs.us-west-2.amazonaws.com`, or of its role."""
    role = _SERVICE_LINKED.search(principal.value)
    if role is not None:
        return role[1] in identifier
    found = services.find(principal.value.partition(".")[0]) or services.find(principal.value)
    return found is not None and found.id == identifier


@lru_cache(maxsize=1)
def _shapes() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    """Return kind, pattern and service of every principal in the catalogue's statements."""
    preferred = set(services.SHORT_NAMES.values())
    rows = sorted(services.SERVICES.values(), key=lambda row: (row.id not in preferred, len(row.statements)))
    named = ((one.principal_kind, name, row.id) for row in rows for one in row.statements for name in (one.principal, one.opt_in))
    unique = dict.fromkeys(one for one in named if one[1])
    return tuple((kind, _pattern(name), row) for kind, name, row in unique)


def _pattern(template: str) -> re.Pattern[str]:
    """Return a catalogue template as a regular expression; each placeholder is a named group."""
    parts = re.split(r"(\$\{[a-z0-9_]+\})", template)
    seen: set[str] = set()
    return re.compile("".join(_group(part, seen) for part in parts), re.DOTALL)


def _group(text: str, seen: set[str]) -> str:
    hole = services.PLACEHOLDER.fullmatch(text)
    if hole is None:
        return re.escape(text)
    if hole[1] in seen:
        return f"(?P={hole[1]})"
    seen.add(hole[1])
    return f"(?P<{hole[1]}>.+)" if hole[1].endswith("_arn") else f"(?P<{hole[1]}>[^:]+)"


def _is_of(statement: ServiceStatement, principal: Principal) -> bool:
    names = (name for name in (statement.principal, statement.opt_in) if name)
    return statement.principal_kind == principal.kind and any(_pattern(name).fullmatch(principal.value) for name in names)


def _named(row: Service, principal: Principal, part: StatementPart, key: Key) -> Iterator[dict[str, Any]]:
    """Yield lines for a service: with the actions of its page; if it has the principal's name, also with exactly these."""
    own = [statement for statement in row.statements if _is_of(statement, principal)]
    others = _others(own, part)
    for told in _told(own, part):
        line = {"service": _short_name(row), **told}
        yield from (line | rest for rest in _whens(others, key))
        if _is_called(row.id, principal):
            yield from (line | rest for rest in can_and_when(part._replace(conditions=others), key))


def _whens(conditions: tuple[Condition, ...], key: Key) -> Iterator[dict[str, Any]]:
    yield from ({"when": when} if when else {} for when in whens_of(conditions, key.arn.split(":")[3]))


def _told(own: list[ServiceStatement], part: StatementPart) -> Iterator[dict[str, Any]]:
    """Yield the fields (resources, source_account, variables) that conditions tell, the fullest first."""
    resources: dict[str, None] = {}
    variables: dict[str, str] = {}
    for statement in own:
        for row in statement.conditions:
            for held in _on(row.condition.key, part):
                if row.resources:
                    resources.update(dict.fromkeys(value for value in held.values if services.fits(row, value)))
                else:
                    variables |= _variables(row.condition.values, held.values)
    accounts = [value for held in _on(SOURCE_ACCOUNT, part) for value in held.values]
    told = {"resources": list(resources), "source_account": accounts, "variables": variables}
    options = [told, told | {"variables": {}}, told | {"source_account": []}, told | {"resources": []}, {}]
    seen: list[dict[str, Any]] = []
    for one in options:
        full = {name: value for name, value in one.items() if value}
        if full not in seen:
            seen.append(full)
            yield full


def _variables(templates: tuple[str, ...], values: tuple[str, ...]) -> dict[str, str]:
    for template in templates:
        for value in values:
            found = _pattern(template).fullmatch(value)
            if found is not None:
                return {name: text for name, text in found.groupdict().items() if name not in services.SCOPE_PLACEHOLDERS}
    return {}


def _on(key: str, part: StatementPart) -> Iterator[Condition]:
    return (one for one in part.conditions if folded(one.key) == folded(key))


def _others(own: list[ServiceStatement], part: StatementPart) -> tuple[Condition, ...]:
    """Return the conditions that the service's statements do not have."""
    known = {folded(row.condition.key) for statement in own for row in statement.conditions} | {SOURCE_ACCOUNT}
    return tuple(one for one in part.conditions if folded(one.key) not in known)


def _through(part: StatementPart, key: Key) -> Iterator[DraftLine]:
    """Yield lines for principals who use the key through a service (kms:ViaService)."""
    if any(principal.kind != "AWS" or principal.value == "*" for principal in part.principals):
        return
    names = [short(principal.value, key) for principal in part.principals]
    prefixes = {value.partition(".")[0] for held in _on(VIA_SERVICE, part) for value in held.values}
    rows = [row for prefix in sorted(prefixes) if (row := services.find(prefix)) is not None and prefix in row.via]
    for row in rows:
        for word, _ in row.who:
            own = [statement for statement in row.statements if word in statement.who]
            who: Any = names if len(row.who) == 1 else {word: names}
            line = {"service": _short_name(row), "principals": who}
            yield from (DraftLine("services", line | rest) for rest in _whens(_others(own, part), key))


def _short_name(row: Service) -> str:
    """Return the shortest name of a service that users may write."""
    short = [name for name, identifier in services.SHORT_NAMES.items() if identifier == row.id]
    return min((*short, row.id), key=len)

"""What of a service's statements a line asks for, and in which form each stands for what the line names.

What a line says under `can` and `when` is about the principals that it names; where it names none, about the service itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kmsgen.arn import parse_arn
from kmsgen.catalogue import services
from kmsgen.catalogue.model import Service, ServiceStatement
from kmsgen.compiler.permit import Conditions
from kmsgen.compiler.services.filling import Filling, is_closed, is_open, name_of, readable, takes
from kmsgen.compiler.services.sources import sourced_conditions
from kmsgen.errors import input_error
from kmsgen.intent.intent import ServiceUse

Values = tuple[str, ...]


class ServicePart(NamedTuple):
    """What of a statement a line asks for: actions of it or beside it, and the ARNs for its words."""

    statement: ServiceStatement
    actions: Values
    principals: Values = ()
    narrowed: bool = False  # whether the line's `when` is about it
    beside: str | None = None  # of actions that `can` adds to what the catalogue has for a word or a principal: which


def asked_parts(use: ServiceUse, service: Service) -> Iterator[ServicePart]:
    """Yield the parts of the service's statements that a line asks for, in every form that they have."""
    for statement in service.statements:
        names = tuple(arn for word, arn in use.principals if word in statement.who)
        if statement.who and not names:
            continue
        about = statement.caller is bool(use.principals)
        chosen = tuple(action for action in statement.actions if action in use.actions)
        if not (about and use.actions):
            chosen = () if statement.optional else statement.actions
        if chosen:
            yield ServicePart(statement, chosen, names, about)
    for subject, names, own in _subjects(use, service) if use.actions else ():
        known = {action for statement in own for action in statement.actions}
        for action in use.actions:
            if action not in known:
                yield from (ServicePart(statement, (action,), names, narrowed=True, beside=subject) for statement in own)


def _subjects(use: ServiceUse, service: Service) -> Iterator[tuple[str, Values, list[ServiceStatement]]]:
    """Yield whom `can` is about: each word with its principals, or each principal of the service, with its statements."""
    for word in dict.fromkeys(word for word, _ in use.principals):
        names = tuple(arn for other, arn in use.principals if other == word)
        yield word, names, [statement for statement in service.statements if word in statement.who]
    own = [statement for statement in service.statements if not statement.caller and not use.principals]
    for name in dict.fromkeys(statement.principal for statement in own):
        yield name, (), [statement for statement in own if statement.principal == name]


def standing(service: Service, parts: tuple[ServicePart, ...], filling: Filling) -> list[tuple[ServicePart, Conditions]]:
    """Return the parts that stand for one filling, each with its conditions.

    What `can` adds stands under the narrowest that the catalogue has for the same principal.
    """
    found = [
        (part, sourced_conditions(service, part.statement, filling)) for part in parts if not _is_left_out(part, parts, filling)
    ]
    return [(part, held) for part, held in found if part.beside is None or not _is_wider(part, held, found)]


def _is_wider(part: ServicePart, held: Conditions, found: list[tuple[ServicePart, Conditions]]) -> bool:
    same = (others for other, others in found if (other.beside, other.actions) == (part.beside, part.actions))
    return any(set(held) < set(others) for others in same)


def check_resources(use: ServiceUse, parts: tuple[ServicePart, ...], known: Mapping[str, str]) -> None:
    """Refuse a resource that no condition of the line's statements is about: it would be dropped without a word.

    `known` are values of placeholders, for the message.
    """
    shaped = [row for part in parts for row in part.statement.conditions if row.resources]
    for resource in use.resources:
        if not any(services.fits(row, resource) for row in shaped):
            shapes = sorted({readable(value, known) for row in shaped for value in row.condition.values})
            raise input_error(
                use.location,
                "service-resource",
                f"`{resource}` is nothing that `{name_of(use)}` acts for",
                f"it acts for: {', '.join(shapes)}" if shapes else "leave `resources` out: no condition can name them",
            )


def check_accounts(use: ServiceUse, parts: tuple[ServicePart, ...]) -> None:
    """Refuse source accounts where neither the service tells one nor a statement has room for it: they would be dropped."""
    if use.source_accounts and not any(_tells_account(part.statement) for part in parts):
        message = f"`{name_of(use)}` acts for whoever calls it: no statement of it tells the account of a resource"
        hint = "leave `source_account` out; whose principals use the key stands in `principals`"
        raise input_error(use.location, "service-account", message, hint)
    told = [arn.account for text in use.resources if (arn := parse_arn(text)) is not None]
    lost = [account for account in use.source_accounts if account not in told]
    if told and all(told) and lost:
        message = f"`resources` names nothing of the source account {', '.join(lost)}, which would have nothing"
        raise input_error(use.location, "service-account", message, "name its resources too, or leave the account out")


def _tells_account(statement: ServiceStatement) -> bool:
    texts = (statement.principal, *(text for row in statement.conditions for text in row.condition.values))
    return statement.principal_kind == "Service" or any("${account}" in text for text in texts)


def check_coverage(use: ServiceUse, parts: tuple[ServicePart, ...], known: Mapping[str, str]) -> None:
    """Refuse resources that leave a statement of the service without any: the service would not work."""
    for part in parts if use.resources else ():
        same = [other for other in parts if (_added(other) == _added(part) if part.beside else _form(other) == _form(part))]
        if not any(takes(other.statement, resource) for other in same for resource in use.resources):
            rows = [row for row in part.statement.conditions if row.resources]
            shapes = [readable(value, known) for row in rows for value in row.condition.values]
            raise input_error(
                use.location,
                "service-resource",
                f"`resources` names nothing for `{', '.join(part.actions)}` of `{name_of(use)}`",
                f"add one such as {shapes[0]}" if shapes else "",
            )


def _added(part: ServicePart) -> tuple[str | None, Values]:
    return part.beside, part.actions if part.beside else ()


def _form(part: ServicePart) -> tuple[object, ...]:
    """Return what is the same in the forms of one statement: all but its conditions."""
    statement = part.statement
    return (*_added(part), statement.principal_kind, statement.principal, statement.who, statement.actions)


def _is_left_out(part: ServicePart, parts: tuple[ServicePart, ...], filling: Filling) -> bool:
    """Return whether this statement is not the form for the filling: another says the same, of it or more narrowly."""
    others = [other.statement for other in parts if other is not part and _form(other) == _form(part)]
    if filling.resource is not None and not takes(part.statement, filling.resource):
        return True
    if is_open(part.statement, filling):
        return any(not is_open(other, filling) for other in others)
    narrower = (other for other in others if not is_closed(other) and not is_open(other, filling))
    return is_closed(part.statement) and any(filling.resource is None or takes(other, filling.resource) for other in narrower)

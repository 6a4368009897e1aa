"""`services` to permits: the catalogue's statements for one line and one key, and what the line changes of them.

No condition is added that neither the documentation nor the line has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kmsgen.catalogue import services
from kmsgen.catalogue.model import Service
from kmsgen.catalogue.regions import is_opt_in
from kmsgen.catalogue.service_names import name_in
from kmsgen.compiler.accesses import halves
from kmsgen.compiler.conditions import conditions_of, conjoin
from kmsgen.compiler.permit import Conditions, Permit, canonical
from kmsgen.compiler.principals import has_identity_policies, is_account
from kmsgen.compiler.services.filling import Filling, fillings, for_caller, name_of, readable
from kmsgen.compiler.services.parts import ServicePart, asked_parts, check_accounts, check_coverage, check_resources, standing
from kmsgen.compiler.services.sources import check_organizations
from kmsgen.compiler.services.when import check_apart, check_said, conditions_on, holds_with
from kmsgen.compiler.target import Target
from kmsgen.compiler.wide_principals import is_wide, placed
from kmsgen.errors import input_error
from kmsgen.intent.intent import Intent, ServiceUse
from kmsgen.policy.document import Principal

Values = tuple[str, ...]


def service_permits(use: ServiceUse, target: Target, intent: Intent) -> Iterator[Permit]:
    """Yield what one line of `services` needs on one key. Raises InputError where the line leaves something open."""
    service = service_of(use) if target.governed else services.for_callers(service_of(use))
    _check_line(use, service, target)
    check_organizations(service, use)
    parts = tuple(asked_parts(use, service))
    if not parts and not any(word in service.grants.who for word, _ in use.principals):
        message = f"`{name_of(use)}` acts for whoever calls it, and the line names nobody"
        words = ", ".join(word for word, _ in service.who)
        raise input_error(use.location, "service-principals", message, f"give `principals` for: {words}")
    known = {"partition": target.partition, "region": target.regions[0], "account": intent.scope.account}
    check_accounts(use, parts)
    check_resources(use, parts, known)
    check_coverage(use, parts, known)
    said = conditions_of(use.when, target.regions, use.location)
    for part in parts:
        check_said(service, part, said, use, known)
    anywhere = fillings(use, service, target.everywhere, intent)
    ways = [(filling, standing(service, parts, filling)) for filling in anywhere]
    check_apart((pair for _, found in ways for pair in found), said, use)
    here = [(filling, found) for filling, found in ways if filling.values["region"] in target.regions]
    lines = [(_FilledLine(service, filling, target, intent.delegation), pair) for filling, found in here for pair in found]
    yield from _merged([permit for line, pair in lines for permit in _permits(line, *pair, said)])


def service_of(use: ServiceUse) -> Service:
    """Return the row of a line. Raises InputError where no statement is known that lets the service use a key."""
    service = services.find(use.service)
    if service is None or not service.statements:
        message = f"no statement is known that lets `{name_of(use)}` use a key"
        hint = "say under `users` who may do what" if service and service.mechanism == "unknown" else ""
        raise input_error(use.location, "service-unsupported", message, hint)
    return service


def grantees(use: ServiceUse, target: Target) -> Values:
    """Return the users and roles, or patterns of them, that grants of the service name: no file tells what those hold."""
    service = services.find(use.service)
    if service is None:
        return ()
    values = {"partition": target.partition, "account": target.account}
    named = (services.PLACEHOLDER.sub(lambda hole: values.get(hole[1], "*"), text) for text in service.grants.to)
    roles = [arn for arn in named if ":iam:" in arn]
    return tuple(dict.fromkeys([*roles, *(arn for word, arn in use.principals if word in service.grants.who)]))


def _check_line(use: ServiceUse, service: Service, target: Target) -> None:
    """Refuse a line that says nothing of what the service may do, and a key that it does not take."""
    if not use.actions and not any(each.actions for each in service.statements):
        raise input_error(use.location, "service-can", f"of `{name_of(use)}` the line must say what it may do", "give `can`")
    if not service.multi_region and target.key.multi_region:
        hint = "give it a single-Region key"
        raise input_error(use.location, "service-key", f"{service.title} takes no multi-Region key", hint)


class _FilledLine(NamedTuple):
    """One filling of a line, and where the permissions of the principals that it names live."""

    service: Service
    filling: Filling
    target: Target
    delegation: str


class _Named(NamedTuple):
    """A principal of a line: the Principal element, what of the caller must hold, and the pattern or organization it is for."""

    principal: Principal
    name: str
    callers: Conditions = ()
    meant: str = ""


def _principals(part: ServicePart, line: _FilledLine) -> Iterator[_Named]:
    statement, filling = part.statement, line.filling
    if statement.caller:
        for name in part.principals:
            principal, callers = placed(name, line.target, line.delegation)
            yield _Named(principal, name, callers, name if is_wide(name) else "")
        return
    elsewhere = statement.opt_in and is_opt_in(filling.values["partition"], filling.values["source_region"])
    text = filling.text(statement.opt_in if elsewhere else statement.principal)
    if text is None:
        names = sorted(name for name in services.PLACEHOLDER.findall(statement.principal) if name not in filling.values)
        message = f"`{name_of(filling.use)}` must be told who it is: {readable(statement.principal, filling.values)}"
        raise input_error(filling.use.location, "service-open", message, f"give `variables` with {', '.join(names)}")
    name = name_in(line.target.partition, text) if statement.principal_kind == "Service" else text
    yield _Named(Principal(statement.principal_kind, name), name)


def _permits(line: _FilledLine, part: ServicePart, conditions: Conditions, said: Conditions) -> Iterator[Permit]:
    use = line.filling.use
    for who in _principals(part, line) if holds_with(part, conditions, said) else ():
        by_iam = not who.meant and (has_identity_policies(who.principal) or is_account(who.principal))
        if part.statement.iam_only and not by_iam:
            continue
        for action in part.actions:
            held = conditions_on(action, part, for_caller(conditions, who.name), said, use)
            bound = canonical(conjoin((*held, *who.callers), use.location))
            for half in halves(action):
                yield Permit(who.principal, action, half, bound, "serve", (use.location,), line.service.id, meant=who.meant)


def _merged(permits: list[Permit]) -> list[Permit]:
    """Put permits into one where they differ in the values of one condition only: then nothing else varies with it."""
    found: list[Permit] = []
    for permit in dict.fromkeys(permits):
        place = next((i for i, other in enumerate(found) if _differs_in_one_value(other, permit)), None)
        if place is None:
            found.append(permit)
        else:
            found[place] = _union(found[place], permit)
    return found


def _differs_in_one_value(one: Permit, other: Permit) -> bool:
    if one._replace(conditions=()) != other._replace(conditions=()) or len(one.conditions) != len(other.conditions):
        return False
    pairs = list(zip(one.conditions, other.conditions, strict=True))
    same_keys = all((a.operator, a.key) == (b.operator, b.key) for a, b in pairs)
    different = [a for a, b in pairs if a.values != b.values]
    return same_keys and len(different) == 1 and different[0].operator in ("StringEquals", "StringLike", "ArnLike", "ArnEquals")


def _union(one: Permit, other: Permit) -> Permit:
    pairs = zip(one.conditions, other.conditions, strict=True)
    return one._replace(conditions=canonical(a._replace(values=(*a.values, *b.values)) for a, b in pairs))

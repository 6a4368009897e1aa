"""`services` to permits: the catalogue's statements for one line and one key, and what the line changes of them.

What a line says under `can` and `when` is about the principals that it names; where it names none, about the service itself.
No condition is added that neither the documentation nor the line has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kmsgen.catalogue import services
from kmsgen.catalogue.model import Service, ServiceStatement
from kmsgen.catalogue.regions import is_opt_in
from kmsgen.compiler.accesses import halves
from kmsgen.compiler.conditions import carries, conditions_of, conjoin, fails_when_absent, is_context_key, reads_metadata
from kmsgen.compiler.permit import Conditions, Permit, canonical
from kmsgen.compiler.principals import has_identity_policies, is_account
from kmsgen.compiler.service_filling import Filling, conditions_for, fillings, is_closed, is_open, refuse_broken, takes
from kmsgen.compiler.target import Target
from kmsgen.errors import input_error
from kmsgen.intent.intent import IntentScope, ServiceUse
from kmsgen.policy.document import Condition, Principal

Values = tuple[str, ...]


class Part(NamedTuple):
    """What of a statement a line asks for: actions of it or beside it, and the ARNs for its words."""

    statement: ServiceStatement
    actions: Values
    principals: Values = ()
    narrowed: bool = False  # whether the line's `when` is about it
    added: bool = False  # whether the line's `can` adds the actions to what the catalogue has


def service_permits(use: ServiceUse, target: Target, scope: IntentScope) -> Iterator[Permit]:
    """Yield what one line of `services` needs on one key. Raises InputError where the line leaves something open."""
    service = service_of(use)
    _check_line(use, service, target)
    parts = tuple(asked_parts(use, service))
    if not parts and not any(word in service.grants.who for word, _ in use.principals):
        message = f"`{use.service}` acts for whoever calls it, and the line names nobody"
        words = ", ".join(word for word, _ in service.who)
        raise input_error(use.location, "service-principals", message, f"give `principals` for: {words}")
    _check_resources(use, parts)
    _check_coverage(use, parts)
    said = conditions_of(use.when, target.regions, use.location)
    found = [
        permit
        for filling in fillings(use, service, target, scope)
        for part in parts
        if not _is_left_out(part, parts, filling)
        for permit in _permits(service, part, filling, said)
    ]
    yield from _merged(found)


def service_of(use: ServiceUse) -> Service:
    """Return the row of a line. Raises InputError where no statement is known that lets the service use a key."""
    service = services.find(use.service)
    if service is None or not service.statements:
        message = f"no statement is known that lets `{use.service}` use a key"
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
        raise input_error(use.location, "service-can", f"of `{use.service}` the line must say what it may do", "give `can`")
    if not service.multi_region and target.key.multi_region:
        hint = "give it a single-Region key"
        raise input_error(use.location, "service-key", f"{service.title} takes no multi-Region key", hint)


# --- what the line asks for ---------------------------------------------------------------------------------------------


def asked_parts(use: ServiceUse, service: Service) -> Iterator[Part]:
    """Yield the parts of the service's statements that a line asks for."""
    for statement in service.statements:
        names = tuple(arn for word, arn in use.principals if word in statement.who)
        if statement.who and not names:
            continue
        about = statement.caller is bool(use.principals)
        chosen = tuple(action for action in statement.actions if action in use.actions)
        if not (about and use.actions):
            chosen = () if statement.optional else statement.actions
        if chosen:
            yield Part(statement, chosen, names, about)
    if use.actions:
        yield from _added(use, service)


def _added(use: ServiceUse, service: Service) -> Iterator[Part]:
    """Yield what `can` adds: under the conditions that the principal has already, in their narrowest forms."""
    if use.principals:
        for word in dict.fromkeys(word for word, _ in use.principals):
            own = [statement for statement in service.statements if word in statement.who]
            yield from _beside(use, own, tuple(arn for other, arn in use.principals if other == word))
        return
    for subject in dict.fromkeys((each.principal_kind, each.principal) for each in service.statements if not each.caller):
        yield from _beside(use, [each for each in service.statements if (each.principal_kind, each.principal) == subject], ())


def _beside(use: ServiceUse, own: list[ServiceStatement], names: Values) -> Iterator[Part]:
    missing = [action for action in use.actions if not any(action in statement.actions for statement in own)]
    for action in missing:
        forms = {statement: _sure(statement) for statement in own}
        for statement, rows in forms.items():
            if not any(rows < others for others in forms.values()):
                yield Part(statement, (action,), names, narrowed=True, added=True)


def _sure(statement: ServiceStatement) -> frozenset[Condition]:
    """Return the conditions that a statement has whatever the line says."""
    rows = (row for row in statement.conditions if statement.generic or row.status != services.RECOMMENDED)
    return frozenset(row.condition for row in rows)


def _check_resources(use: ServiceUse, parts: tuple[Part, ...]) -> None:
    """Refuse a resource that no condition of the line's statements is about: it would be dropped without a word."""
    shaped = [row for part in parts for row in part.statement.conditions if row.resources]
    for resource in use.resources:
        if not any(services.fits(row, resource) for row in shaped):
            shapes = sorted({value for row in shaped for value in row.condition.values})
            raise input_error(
                use.location,
                "service-resource",
                f"`{resource}` is nothing that `{use.service}` acts for",
                f"it acts for: {', '.join(shapes)}" if shapes else "leave `resources` out: no condition can name them",
            )


def _check_coverage(use: ServiceUse, parts: tuple[Part, ...]) -> None:
    """Refuse resources that leave a statement of the service without any: the service would not work."""
    for part in parts if use.resources else ():
        forms = [other.statement for other in parts if _says_the_same(other, part)]
        if not any(takes(form, resource) for form in forms for resource in use.resources):
            shapes = [value for row in part.statement.conditions if row.resources for value in row.condition.values]
            raise input_error(
                use.location,
                "service-resource",
                f"`resources` names nothing for `{', '.join(part.actions)}` of `{use.service}`",
                f"add one such as {shapes[0]}" if shapes else "",
            )


def _is_left_out(part: Part, parts: tuple[Part, ...], filling: Filling) -> bool:
    """Return whether this statement is not the form for the filling: another says the same, of it or more narrowly."""
    others = [other.statement for other in parts if other is not part and _says_the_same(other, part)]
    if filling.resource is not None and not takes(part.statement, filling.resource):
        return True
    if is_open(part.statement, filling):
        return any(not is_open(other, filling) for other in others)
    narrower = (other for other in others if not is_closed(other) and not is_open(other, filling))
    return is_closed(part.statement) and any(filling.resource is None or takes(other, filling.resource) for other in narrower)


def _says_the_same(one: Part, other: Part) -> bool:
    a, b = one.statement, other.statement
    return (a.principal_kind, a.principal, one.principals, one.actions) == (
        b.principal_kind,
        b.principal,
        other.principals,
        other.actions,
    )


# --- permits ------------------------------------------------------------------------------------------------------------


def _principals(part: Part, filling: Filling) -> Iterator[Principal]:
    statement = part.statement
    if statement.caller:
        yield from (Principal("AWS", name) for name in part.principals)
        return
    elsewhere = statement.opt_in and is_opt_in(filling.values["partition"], filling.values["source_region"])
    text = filling.text(statement.opt_in if elsewhere else statement.principal)
    if text is None:
        names = sorted(name for name in services.PLACEHOLDER.findall(statement.principal) if name not in filling.values)
        message = f"`{filling.use.service}` must be told who it is: {statement.principal}"
        raise input_error(filling.use.location, "service-open", message, f"give `variables` with {', '.join(names)}")
    yield Principal(statement.principal_kind, text)


def _permits(service: Service, part: Part, filling: Filling, said: Conditions) -> Iterator[Permit]:
    conditions = conditions_for(service, part.statement, filling)
    if part.narrowed:
        _check_said(service, part.statement, said, filling.use)
    for principal in _principals(part, filling):
        if part.statement.iam_only and not (has_identity_policies(principal) or is_account(principal)):
            continue
        for action in part.actions:
            held = [
                *_that_hold(part, action, conditions, filling.use),
                *(_narrowed(action, said, filling.use) if part.narrowed else ()),
            ]
            bound = canonical(conjoin(held, filling.use.location))
            for half in halves(action):
                yield Permit(principal, action, half, bound, "serve", (filling.use.location,), service.id)


def _that_hold(part: Part, action: str, conditions: Conditions, use: ServiceUse) -> Iterator[Condition]:
    """Yield the conditions that requests for the action carry; an action that is added must not slip past the others."""
    for condition in conditions:
        if carries(action, condition.key):
            yield condition
        elif part.added and fails_when_absent(condition) and not _goes_without(action, condition):
            message = f"`{action}` never carries `{condition.key}`, under which the catalogue lets `{use.service}` in"
            raise input_error(use.location, "service-can", message, "say it under `users`, without the service")


def _check_said(service: Service, statement: ServiceStatement, said: Conditions, use: ServiceUse) -> None:
    """Refuse a condition of `when` that breaks the service, or that no request of these principals can carry."""
    for condition in said:
        refuse_broken(service, statement, condition.key, use)
        by_service = statement.principal_kind == "Service"
        if fails_when_absent(condition) and services.is_foreign(condition.key, by_service=by_service):
            who = "a service that calls KMS itself" if by_service else "a principal of an account"
            message = f"`{condition.key}` is never in a request of {who}, so `when` can never hold"
            raise input_error(use.location, "when-never-holds", message, "leave the condition out")


def _narrowed(action: str, said: Conditions, use: ServiceUse) -> Iterator[Condition]:
    """Yield the conditions of `when` on an action. Metadata goes without those that it never carries."""
    for condition in said:
        if carries(action, condition.key):
            yield condition
        elif fails_when_absent(condition) and not _goes_without(action, condition):
            message = f"`{action}` never carries `{condition.key}`, so it could never be allowed under this condition"
            raise input_error(use.location, "when-never-holds", message, "leave the action out with `can`, or the condition")


def _goes_without(action: str, condition: Condition) -> bool:
    """Return whether a condition does not concern an action: one on grants, or on the context of a call that has none."""
    return condition.key.lower().startswith("kms:grant") or (is_context_key(condition.key) and reads_metadata(action))


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

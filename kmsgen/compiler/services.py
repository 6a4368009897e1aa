"""`services` to permits: the catalogue's statements, filled in for one line and one key.

Values that belong together stay together: each Region and each resource gets its own permit, with its own account.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from kmsgen.arn import account_of, parse_arn
from kmsgen.catalogue import services
from kmsgen.catalogue.model import Service, ServiceCondition, ServiceStatement
from kmsgen.compiler.accesses import halves
from kmsgen.compiler.conditions import FOR_AWS_RESOURCE, carries, conjoin, has_wildcard
from kmsgen.compiler.permit import Conditions, Permit, canonical
from kmsgen.compiler.target import Target
from kmsgen.errors import InputError, input_error
from kmsgen.intent.intent import IntentScope, ServiceUse
from kmsgen.policy.document import Condition, Principal

PLACEHOLDER = re.compile(r"\$\{([a-z0-9_]+)\}")
SOURCE_ACCOUNT = "aws:SourceAccount"
GRANT_KEYS = ("kms:grantisforawsresource", "kms:granteeprincipal", "kms:granteeserviceprincipal")
PATTERNED = {"StringEquals": "StringLike", "ArnEquals": "ArnLike"}


class _Filling(NamedTuple):
    """One way to fill a service's placeholders: the resource it acts for, if any, and every value that goes with it."""

    use: ServiceUse
    resource: str | None
    values: dict[str, str]
    organization: str | None

    def text(self, template: str, *, rest: str | None = None) -> str | None:
        """Fill a template; None if a placeholder has no value and there is no `rest` to put in its place."""
        names = PLACEHOLDER.findall(template)
        if rest is None and any(name not in self.values for name in names):
            return None
        filled = PLACEHOLDER.sub(lambda match: self.values.get(match[1], rest or ""), template)
        filled = filled.replace("${aws:ResourceAccount}", self.values["key_account"])
        return filled.replace("${aws:ResourceOrgID}", self.organization) if self.organization else filled


def service_permits(use: ServiceUse, target: Target, scope: IntentScope) -> Iterator[Permit]:
    """Yield what one line of `services` needs on one key. Raises InputError where the line leaves something open."""
    service = services.find(use.service)
    if service is None or not service.statements:
        raise input_error(use.location, "service-unsupported", f"no statement is known that lets `{use.service}` use a key")
    _check_resources(use, service)
    _check_coverage(use, service)
    found = [permit for filling in _fillings(use, target, scope) for permit in _filled(service, filling)]
    if not found:
        raise input_error(
            use.location,
            "service-principals",
            f"`{use.service}` acts for whoever calls it, and the line names nobody",
            "give `principals`",
        )
    yield from _merged(found)


def _check_resources(use: ServiceUse, service: Service) -> None:
    """Refuse a resource that no condition of the service is about: it would be dropped without a word."""
    shaped = [row for statement in service.statements for row in statement.conditions if row.resources]
    for resource in use.resources:
        if not any(services.fits(row, resource) for row in shaped):
            shapes = sorted({value for row in shaped for value in row.condition.values})
            raise input_error(
                use.location,
                "service-resource",
                f"`{resource}` is nothing that `{use.service}` acts for",
                f"it acts for: {', '.join(shapes)}" if shapes else "leave `resources` out: no condition can name them",
            )


def _fillings(use: ServiceUse, target: Target, scope: IntentScope) -> Iterator[_Filling]:
    for region in target.regions:
        for resource in use.resources or (None,):
            arn = parse_arn(resource) if resource else None
            account = (arn.account if arn else "") or use.source_account or target.account
            if use.source_account and account != use.source_account:
                message = f"`{resource}` is not of the source account {use.source_account}"
                raise input_error(use.location, "service-account", message, "name only its resources")
            values = {**dict(use.variables), "partition": target.partition, "region": region, "account": account}
            values["key_account"] = target.account
            yield _Filling(use, resource, values, scope.organization)


def _filled(service: Service, filling: _Filling) -> Iterator[Permit]:
    for statement in service.statements:
        if not _is_left_out(service, statement, filling):
            for principal in _principals(statement, filling):
                yield from _permits(service, statement, principal, filling)


def _check_coverage(use: ServiceUse, service: Service) -> None:
    """Refuse resources that leave a statement of the service without any: the service would not work."""
    for statement in service.statements:
        forms = [other for other in service.statements if _says_the_same(other, statement)]
        if use.resources and not any(_takes(form, resource) for form in forms for resource in use.resources):
            shapes = [value for row in statement.conditions if row.resources for value in row.condition.values]
            raise input_error(
                use.location,
                "service-resource",
                f"`resources` names nothing for `{', '.join(statement.actions)}` of `{use.service}`",
                f"add one such as {shapes[0]}" if shapes else "",
            )


def _is_left_out(service: Service, statement: ServiceStatement, filling: _Filling) -> bool:
    """Return whether this statement is not the form for the resource: another says the same, of it or more narrowly."""
    others = [other for other in service.statements if other is not statement and _says_the_same(other, statement)]
    if filling.resource is not None and not _takes(statement, filling.resource):
        return True
    if _is_open(statement, filling):
        return any(not _is_open(other, filling) for other in others)
    narrower = (other for other in others if not _is_closed(other) and not _is_open(other, filling))
    return _is_closed(statement) and any(filling.resource is None or _takes(other, filling.resource) for other in narrower)


def _takes(statement: ServiceStatement, resource: str) -> bool:
    """Return whether each condition about resources either fits this one or has a form of its own."""
    return all(services.fits(row, resource) or row.wide for row in statement.conditions if row.resources)


def _says_the_same(one: ServiceStatement, other: ServiceStatement) -> bool:
    return (one.principal_kind, one.principal, one.actions) == (other.principal_kind, other.principal, other.actions)


def _is_closed(statement: ServiceStatement) -> bool:
    """Return whether a statement stands without a resource."""
    return all(row.wide or not row.resources for row in statement.conditions)


def _is_open(statement: ServiceStatement, filling: _Filling) -> bool:
    """Return whether the line leaves a condition open that has no form of its own."""
    rows = [row for row in statement.conditions if row.resources and row.required and not row.wide]
    return filling.resource is None and any(filling.text(value) is None for row in rows for value in row.condition.values)


def _principals(statement: ServiceStatement, filling: _Filling) -> list[Principal]:
    if statement.caller:
        return [Principal("AWS", name) for name in filling.use.principals]
    text = filling.text(statement.principal)
    if text is None:
        raise _open(filling, statement.principal)
    return [Principal(statement.principal_kind, text)]


def _permits(service: Service, statement: ServiceStatement, principal: Principal, filling: _Filling) -> Iterator[Permit]:
    conditions = _conditions(statement, principal, filling)
    for action in statement.actions:
        held = [condition for condition in conditions if carries(action, condition.key)]
        if len(held) < len(conditions) and not _goes_without(action, conditions):
            continue
        if action == "kms:CreateGrant" and not any(condition.key.lower() in GRANT_KEYS for condition in held):
            held.append(FOR_AWS_RESOURCE)
        bound = canonical(conjoin(held, filling.use.location))
        for half in halves(action):
            yield Permit(principal, action, half, bound, "serve", (filling.use.location,), service.id)


def _goes_without(action: str, conditions: Conditions) -> bool:
    """Return whether the conditions that an action lacks are about grants only: they bind CreateGrant beside it."""
    return all(carries(action, condition.key) or condition.key.lower().startswith("kms:grant") for condition in conditions)


def _conditions(statement: ServiceStatement, principal: Principal, filling: _Filling) -> Conditions:
    found = [condition for row in statement.conditions if (condition := _value(row, filling)) is not None]
    account = filling.use.source_account
    if account and principal.kind == "Service" and not any(_pins_account(condition, account) for condition in found):
        if statement.source_account == "unsupported":
            message = f"`{filling.use.service}` does not support {SOURCE_ACCOUNT}: with it the service could not use the key"
            raise input_error(filling.use.location, "service-account", message, "leave `source_account` out")
        found.append(Condition("StringEquals", SOURCE_ACCOUNT, (account,)))
    return tuple(found)


def _pins_account(condition: Condition, account: str) -> bool:
    return all(value == account or account_of(value) == account for value in condition.values)


def _value(row: ServiceCondition, filling: _Filling) -> Condition | None:
    """Return a condition filled in; None where it falls away. Raises InputError where the line must say more."""
    key = filling.text(row.condition.key)
    if key is None:
        raise _open(filling, row.condition.key)
    if row.resources and filling.resource is not None:
        return _as_written(row, key, (filling.resource,)) if services.fits(row, filling.resource) else _unasked(row, key, filling)
    values = [filling.text(value) for value in row.condition.values]
    if all(value is not None for value in values):
        return _as_written(row, key, tuple(value for value in values if value is not None))
    if not row.resources:
        raise _open(filling, *row.condition.values)
    return _unasked(row, key, filling)


def _unasked(row: ServiceCondition, key: str, filling: _Filling) -> Condition | None:
    """Return the widest form of a condition that the line leaves open; what it must pin is pinned to the source account."""
    wide = [value for value in (filling.text(text) for text in row.wide) if value is not None]
    if wide:
        return _as_written(row, key, tuple(wide))
    if not row.required:
        return None
    with_account = [value for value in row.condition.values if "${account}" in value]
    if filling.use.source_account is None or not with_account:
        raise _open(filling, *row.condition.values)
    return _as_written(row, key, tuple(filling.text(value, rest="*") or "" for value in with_account))


def _as_written(row: ServiceCondition, key: str, values: tuple[str, ...]) -> Condition:
    operator = row.condition.operator
    if any(has_wildcard(value) for value in values):
        operator = PATTERNED.get(operator, operator)
    return Condition(operator, key, values)


def _open(filling: _Filling, *templates: str) -> InputError:
    names = sorted({name for text in templates for name in PLACEHOLDER.findall(text) if name not in filling.values})
    return input_error(
        filling.use.location,
        "service-open",
        f"`{filling.use.service}` must be told what it acts for: {', '.join(templates)}",
        f"give `resources`, or `variables` with {', '.join(names)}" if names else "give `resources`",
    )


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

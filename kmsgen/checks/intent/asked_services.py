"""Accesses that `services` of an intent asks for: the catalogue's statements for each key, resource and source account."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import product
from typing import NamedTuple

from kmsgen.arn import parse_arn
from kmsgen.catalogue import regions, services
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.condition_keys import ENCRYPTION_CONTEXT, ENCRYPTION_CONTEXT_KEYS, FOR_AWS_RESOURCE
from kmsgen.catalogue.model import Service, ServiceCondition, ServiceStatement
from kmsgen.catalogue.service_names import name_in
from kmsgen.checks.intent.asked_access import (
    BY_GRANT_ONLY,
    Expected,
    expected,
    is_reached,
    kinds_of_resource,
    principal_of,
    regions_of,
)
from kmsgen.checks.intent.asked_conditions import conditions_of, limits_of_grants
from kmsgen.intent.intent import ORGANIZATION, Intent, ServiceUse
from kmsgen.policy.bundle import Key
from kmsgen.policy.document import Condition, Principal
from kmsgen.policy.letter_case import folded

HOLE = re.compile(r"\$\{([a-z0-9_]+)\}")
_CALLER = "<caller>"  # until it is known of whom a condition speaks
SERVICE_LINKED = ":role/aws-service-role/"
Values = tuple[str, ...]


def intended_by_services(intent: Intent, key: Key) -> Iterator[Expected]:
    """Yield the accesses that each `services` line asks for on one key; without key policies those of its principals alone."""
    for use in intent.services:
        service = services.find(use.service)
        for reading in _readings(intent, use, service, key) if service else ():
            for wish in _wishes(reading):
                if intent.governed or wish.statement.who:
                    yield from _expected(reading, wish)


class _ServiceReading:
    """One `services` line for one key, Region, resource and source account, with the values of placeholders."""

    def __init__(self, intent: Intent, use: ServiceUse, service: Service, key: Key, region: str) -> None:
        own = parse_arn(key.arn)
        self.intent, self.use, self.service, self.key, self.region = intent, use, service, key, region
        self.resource: str | None = None
        self.organization: str | None = None
        self.own_account = own.account if own else ""
        self.values = {"region": region, "partition": own.partition if own else "", **dict(use.variables)}

    def about(self, resource: str | None, account: str, organization: str | None = None) -> _ServiceReading:
        """Return the reading for one resource, its account, and the organization that the service acts for."""
        arn = parse_arn(resource or "")
        found = _ServiceReading(self.intent, self.use, self.service, self.key, self.region)
        found.resource, found.organization = resource, organization
        found.values |= {"account": account, "source_region": (arn.region if arn else "") or self.region}
        found.values |= {"key_account": self.own_account, "caller_account": _CALLER}
        return found

    def filled(self, text: str) -> str:
        """Fill the placeholders of a catalogue text; an unknown one becomes `*`."""
        text = HOLE.sub(lambda hole: self.values.get(hole[1], "*"), text).replace("${aws:ResourceAccount}", self.own_account)
        organization = self.intent.scope.organization
        return text.replace("${aws:ResourceOrgID}", organization) if organization else text

    def lacks(self, row: ServiceCondition) -> bool:
        """Return whether a condition has a placeholder without a value."""
        return any(hole not in self.values for text in _texts(row) for hole in HOLE.findall(text))


class _Wish(NamedTuple):
    """One action of a catalogue statement, for the principals that the line names for it."""

    statement: ServiceStatement
    action: str
    named: Values
    said: bool  # whether the line's `when` is about it


def _readings(intent: Intent, use: ServiceUse, service: Service, key: Key) -> Iterator[_ServiceReading]:
    for region in regions_of(intent, key):
        if service.regions and region not in service.regions:
            continue
        reading = _ServiceReading(intent, use, service, key, region)
        for resource in use.resources or (None,):
            arn = parse_arn(resource or "")
            apart = service.same_region and arn is not None and arn.region not in ("", region) and "*" not in arn.region
            accounts = (arn.account,) if arn and arn.account else use.source_accounts or (intent.scope.account,)
            for account, organization in () if apart else product(accounts, use.source_organizations or (None,)):
                yield reading.about(resource, account, organization)


# --- which statements and actions ---------------------------------------------------------------------------------------


def _wishes(reading: _ServiceReading) -> Iterator[_Wish]:
    """Yield the actions of a line: those of the catalogue, or of its `can` where the line names whom it is about."""
    use = reading.use
    for statement in reading.service.statements:
        named = tuple(arn for word, arn in use.principals if word in statement.who)
        about = bool(statement.who) == bool(use.principals)
        narrowed = about and bool(use.actions)
        for action in statement.actions if named or not statement.who else ():
            if (action in use.actions) if narrowed else not statement.optional:
                yield _Wish(statement, action, named, about)
    yield from _beside(reading)


def _beside(reading: _ServiceReading) -> Iterator[_Wish]:
    """Yield actions of `can` that the catalogue does not list, under the strictest statements that it has for the principal."""
    for named, own in _subjects(reading):
        known = {action for statement in own for action in statement.actions}
        for action in reading.use.actions:
            for statement in _tightest(reading, own) if action not in known else ():
                yield _Wish(statement, action, named, said=True)


def _subjects(reading: _ServiceReading) -> Iterator[tuple[Values, list[ServiceStatement]]]:
    """Yield the principals that `can` is about, with their catalogue statements; () for the service's own principals."""
    statements, principals = reading.service.statements, reading.use.principals
    for word in dict.fromkeys(word for word, _ in principals):
        yield tuple(arn for other, arn in principals if other == word), [each for each in statements if word in each.who]
    own = [each for each in statements if not each.who and not principals]
    for name in dict.fromkeys(each.principal for each in own):
        yield (), [each for each in own if each.principal == name]


def _tightest(reading: _ServiceReading, statements: list[ServiceStatement]) -> Iterator[ServiceStatement]:
    """Yield the statements with most conditions: those whose conditions are not a proper subset of another's."""
    held = {each: frozenset(_conditions(each, reading)) for each in statements if _stands(reading, each)}
    yield from (each for each, own in held.items() if not any(own < other for other in held.values()))


def _stands(reading: _ServiceReading, statement: ServiceStatement) -> bool:
    """Return whether a catalogue statement is the form for this line: of several forms, the one that the line can fill."""
    shaped = [row for row in statement.conditions if row.resources]
    if reading.resource and not all(services.fits(row, reading.resource) or row.wide for row in shaped):
        return False
    forms = [each for each in reading.service.statements if each[:3] == statement[:3] and each.who == statement.who]
    filled = [form for form in forms if any(_holes(row) for row in form.conditions) and not _waits(reading, form)]
    if any(_holes(row) and not row.wide for row in statement.conditions):
        return len(forms) == 1 or not _waits(reading, statement)
    return not any(form is not statement and not all(row.wide for row in form.conditions if _holes(row)) for form in filled)


def _waits(reading: _ServiceReading, statement: ServiceStatement) -> bool:
    """Return whether a form requires a placeholder that the line does not give."""
    rows = [row for row in statement.conditions if row.required and not row.wide]
    return any(
        not services.fits(row, reading.resource) if row.resources and reading.resource else reading.lacks(row) for row in rows
    )


def _texts(row: ServiceCondition) -> Values:
    return (row.condition.key, *row.condition.values)


def _holes(row: ServiceCondition) -> bool:
    names = {hole for text in _texts(row) for hole in HOLE.findall(text)}
    return bool(names - services.SCOPE_PLACEHOLDERS)


# --- what is expected of them -------------------------------------------------------------------------------------------


def _expected(reading: _ServiceReading, wish: _Wish) -> Iterator[Expected]:
    statement = wish.statement
    if not _stands(reading, statement):
        return
    said = tuple(conditions_of(reading.use.when, regions_of(reading.intent, reading.key))) if wish.said else ()
    conditions = (*_conditions(statement, reading), *said)
    kind = "AWS" if statement.who else statement.principal_kind
    for name in wish.named if statement.who else (_principal(statement, reading),):
        who, callers = principal_of(name) if statement.who else (Principal(kind, name), ())
        limits = limits_of_grants(reading.use.when.grant) if wish.said and wish.action == "kms:CreateGrant" else ()
        held = (*_for_action(_of_caller(name, conditions), wish.action, reading, Principal(kind, name)), *limits)
        for half in kinds_of_resource(wish.action):
            stated = expected(who, wish.action, half, reading.key.arn, (*held, *callers))
            yield Expected(reading.use.location, reading.key.arn, half, stated, _is_required(statement, reading, wish.action))


def _of_caller(name: str, conditions: Iterable[Condition]) -> Iterator[Condition]:
    arn = parse_arn(name)
    for condition in conditions:
        if arn is None and _CALLER in condition.values:
            continue  # an organization has many accounts
        yield condition._replace(values=tuple(arn.account if arn and value == _CALLER else value for value in condition.values))


def _principal(statement: ServiceStatement, reading: _ServiceReading) -> str:
    apart = statement.opt_in and regions.is_opt_in(reading.values["partition"], reading.values["source_region"])
    name = reading.filled(statement.opt_in if apart else statement.principal)
    return name_in(reading.values["partition"], name) if statement.principal_kind == "Service" else name


def _is_required(statement: ServiceStatement, reading: _ServiceReading, action: str) -> bool:
    """Return whether the access must be shown to work: not if its form needs a resource and the line names none.

    Nor for a service's own calls under kms:ViaService: the service's page prints that, but by conditions-kms only calls for other
    principals carry the key, so whether it ever matches cannot be confirmed.
    """
    own = statement.principal_kind == "Service" or SERVICE_LINKED in statement.principal
    by_itself = own or any(row.condition.key == "aws:PrincipalIsAWSService" for row in statement.conditions)
    if by_itself and any(row.condition.key == "kms:ViaService" for row in statement.conditions):
        return False
    needed = (row for row in statement.conditions if row.resources and row.required and not row.wide)
    open_ended = reading.resource is None and any(map(reading.lacks, needed))
    return action not in BY_GRANT_ONLY and not open_ended


def _conditions(statement: ServiceStatement, reading: _ServiceReading) -> Iterator[Condition]:
    if reading.organization is None or statement.principal_kind != "Service":
        yield from _of_account(statement, reading)
        return
    arn, sources = parse_arn(reading.resource or ""), reading.use.source_accounts
    told = bool(sources) or (arn is not None and arn.account)
    anywhere = reading.about(reading.resource, reading.values["account"] if told else "*", reading.organization)
    for condition in _of_account(statement, anywhere):
        if told or condition.key != "aws:SourceAccount" or condition.values != ("*",):
            yield condition
    whole, _, unit = reading.organization.removeprefix(ORGANIZATION).partition("/")
    if unit:
        yield Condition("ForAnyValue:StringLike", "aws:SourceOrgPaths", (f"{whole}/{unit}/*",))
    else:
        yield Condition("StringEquals", "aws:SourceOrgID", (whole,))


def _of_account(statement: ServiceStatement, reading: _ServiceReading) -> Iterator[Condition]:
    rows = (row for row in statement.conditions if _is_asked(row, statement, reading))
    found = [condition for row in rows if (condition := _condition(row, reading)) is not None]
    yield from found
    account = reading.values["account"]
    told = any(account in value for condition in found for value in condition.values)
    if reading.use.source_accounts and statement.principal_kind == "Service" and not told:
        yield Condition("StringEquals", "aws:SourceAccount", (account,))


def _is_asked(row: ServiceCondition, statement: ServiceStatement, reading: _ServiceReading) -> bool:
    """Return whether a condition applies: it is documented, or recommended and the line gives its values."""
    if row.status != services.RECOMMENDED or statement.generic:
        return True
    if row.condition.key == "aws:SourceAccount":
        return bool(reading.use.source_accounts)
    if row.resources and reading.resource:
        return services.fits(row, reading.resource)
    return _holes(row) and not reading.lacks(row)


def _condition(row: ServiceCondition, reading: _ServiceReading) -> Condition | None:
    values = row.condition.values
    if row.resources and reading.resource and services.fits(row, reading.resource):
        filled: Values = (reading.resource,)
    elif row.resources and (reading.resource or reading.lacks(row)):
        if not row.wide and not row.required:
            return None
        filled = tuple(map(reading.filled, row.wide or values))
    elif reading.lacks(row) and not row.required:
        return None
    else:
        filled = tuple(map(reading.filled, values))
    patterned = row.condition.operator.replace("StringEquals", "StringLike").replace("ArnEquals", "ArnLike")
    operator = patterned if any("*" in value or "?" in value for value in filled) else row.condition.operator
    return Condition(operator, reading.filled(row.condition.key), filled)


def _for_action(conditions: Iterable[Condition], action: str, reading: _ServiceReading, who: Principal) -> Iterator[Condition]:
    """Yield the conditions that apply to an action: those on grants and encryption contexts only where requests carry them.

    Where `deny-grants-to-principals` reaches the caller, its CreateGrant must also be for an AWS resource.
    """
    row = ACTIONS.get(action.removeprefix("kms:"))
    shown = row.condition_keys if row else frozenset()
    for condition in conditions:
        key = folded(condition.key)
        if key.startswith("kms:grant") and key not in shown:
            continue
        if key.startswith((ENCRYPTION_CONTEXT, ENCRYPTION_CONTEXT_KEYS)) and ENCRYPTION_CONTEXT not in shown:
            continue
        yield condition
    if action == "kms:CreateGrant" and _left_for_services(reading, who):
        yield FOR_AWS_RESOURCE


def _left_for_services(reading: _ServiceReading, who: Principal) -> bool:
    rails = [line for line in reading.intent.guardrails if line.name == "deny-grants-to-principals"]
    reached = any(is_reached(line, who.value, reading.intent) for line in rails)
    return reached and who.kind == "AWS" and FOR_AWS_RESOURCE.key not in reading.service.unsupported

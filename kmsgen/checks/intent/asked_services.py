"""What `services` asks for: the catalogue's statements read for one key, each resource on its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kmsgen.arn import parse_arn
from kmsgen.catalogue import services
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.model import ServiceCondition, ServiceStatement
from kmsgen.checks.intent.asked_access import BY_GRANT_ONLY, FOR_SERVICES, Expected, expected, kinds_of_resource, regions_of
from kmsgen.intent.intent import Intent, ServiceUse
from kmsgen.policy.bundle import Key
from kmsgen.policy.document import Condition, Principal

HOLE = re.compile(r"\$\{([a-z0-9_]+)\}")
PINS = frozenset({"kms:grantisforawsresource", "kms:granteeprincipal", "kms:granteeserviceprincipal"})
Values = tuple[str, ...]


def intended_by_services(intent: Intent, key: Key) -> Iterator[Expected]:
    """Yield what each line of `services` asks for on one key."""
    for use in intent.services:
        service = services.find(use.service)
        for statement in service.statements if service else ():
            for region in regions_of(intent, key):
                for resource in use.resources or (None,):
                    yield from _of_statement(_Reading(intent, use, key, region, resource), statement)


class _Reading:
    """One line of `services` for one key, Region and resource."""

    def __init__(self, intent: Intent, use: ServiceUse, key: Key, region: str, resource: str | None) -> None:
        arn, own = parse_arn(resource or ""), parse_arn(key.arn)
        self.intent, self.use, self.key, self.resource = intent, use, key, resource
        self.own_account = own.account if own else ""
        account = (arn.account if arn else "") or use.source_account or self.own_account
        self.values = dict(use.variables) | {"region": region, "account": account, "partition": own.partition if own else ""}

    def filled(self, text: str) -> str:
        """Fill a text of the catalogue; a placeholder that nothing fills becomes a wildcard."""
        text = HOLE.sub(lambda hole: self.values.get(hole[1], "*"), text).replace("${aws:ResourceAccount}", self.own_account)
        organization = self.intent.scope.organization
        return text.replace("${aws:ResourceOrgID}", organization) if organization else text

    def is_open(self, text: str) -> bool:
        """Return whether a text has a placeholder that nothing fills."""
        return any(hole not in self.values for hole in HOLE.findall(text))


def _of_statement(reading: _Reading, statement: ServiceStatement) -> Iterator[Expected]:
    rows = [row for row in statement.conditions if row.resources]
    if reading.resource and rows and not any(services.fits(row, reading.resource) or row.wide for row in rows):
        return
    conditions = tuple(_conditions(statement, reading))
    names = reading.use.principals if statement.caller else (reading.filled(statement.principal),)
    kind = "AWS" if statement.caller else statement.principal_kind
    for name in names:
        for action in statement.actions:
            held = tuple(_for_action(conditions, action))
            for half in kinds_of_resource(action):
                stated = expected(Principal(kind, name), action, half, reading.key.arn, held)
                required = _is_required(statement, reading, action)
                yield Expected(reading.use.location, reading.key.arn, half, stated, required)


def _is_required(statement: ServiceStatement, reading: _Reading, action: str) -> bool:
    """Return whether the access must be shown to work.

    Not for forms of a statement that need a resource where none is named. Nor for a service's own calls under kms:ViaService: the
    service's page prints that, where conditions-kms knows the key in calls for principals of accounts only. Such a statement is
    written as it is documented; whether it ever matches cannot be confirmed.
    """
    by_itself = statement.principal_kind == "Service" or any(
        r.condition.key == "aws:PrincipalIsAWSService" for r in statement.conditions
    )
    if by_itself and any(row.condition.key == "kms:ViaService" for row in statement.conditions):
        return False
    needed = (row for row in statement.conditions if row.resources and row.required and not row.wide)
    open_ended = reading.resource is None and any(reading.is_open(value) for row in needed for value in row.condition.values)
    return action not in BY_GRANT_ONLY and not open_ended


def _conditions(statement: ServiceStatement, reading: _Reading) -> Iterator[Condition]:
    found = [condition for row in statement.conditions if (condition := _condition(row, reading)) is not None]
    yield from found
    account = reading.use.source_account
    told = any(account and account in value for condition in found for value in condition.values)
    if account and statement.principal_kind == "Service" and not statement.caller and not told:
        yield Condition("StringEquals", "aws:SourceAccount", (account,))


def _condition(row: ServiceCondition, reading: _Reading) -> Condition | None:
    values = row.condition.values
    if row.resources and reading.resource and services.fits(row, reading.resource):
        filled: Values = (reading.resource,)
    elif row.resources and (reading.resource or any(map(reading.is_open, values))):
        if not row.wide and not row.required:
            return None
        filled = tuple(map(reading.filled, row.wide or values))
    else:
        filled = tuple(map(reading.filled, values))
    patterned = row.condition.operator.replace("StringEquals", "StringLike").replace("ArnEquals", "ArnLike")
    operator = patterned if any("*" in value or "?" in value for value in filled) else row.condition.operator
    return Condition(operator, reading.filled(row.condition.key), filled)


def _for_action(conditions: tuple[Condition, ...], action: str) -> Iterator[Condition]:
    """Yield the conditions on an action: those about grants concern the calls that show them; CreateGrant never goes without."""
    row = ACTIONS.get(action.removeprefix("kms:"))
    shown = row.condition_keys if row else frozenset()
    held = [c for c in conditions if not c.key.lower().startswith("kms:grant") or c.key.lower() in shown]
    yield from held
    if action == "kms:CreateGrant" and not any(condition.key.lower() in PINS for condition in held):
        yield FOR_SERVICES

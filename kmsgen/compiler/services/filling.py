"""What a line of `services` puts into the conditions of the catalogue's statements.

Values that belong together stay together: each Region, resource and source account is a filling of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kmsgen.arn import parse_arn
from kmsgen.catalogue.model import Service, ServiceCondition, ServiceStatement
from kmsgen.catalogue.services import BY_NAME, PLACEHOLDER, RECOMMENDED, SCOPE_PLACEHOLDERS, breaks, fits
from kmsgen.compiler.conditions import has_wildcard
from kmsgen.compiler.permit import Conditions
from kmsgen.compiler.target import Target
from kmsgen.errors import InputError, input_error
from kmsgen.intent.intent import Intent, ServiceUse
from kmsgen.policy.document import Condition

SOURCE_ACCOUNT = "aws:SourceAccount"
ANY_ACCOUNT = "*"
CALLER_ACCOUNT = "${caller_account}"
PATTERNED = {"StringEquals": "StringLike", "ArnEquals": "ArnLike"}
Values = tuple[str, ...]


def name_of(use: ServiceUse) -> str:
    """Return the name of a line's service for users to read."""
    return use.service.removeprefix(BY_NAME)


class Filling(NamedTuple):
    """One way to fill a service's placeholders: the resource it acts for, if any, and every value that goes with it."""

    use: ServiceUse
    resource: str | None
    values: dict[str, str]
    organization: str | None
    source: str | None = None  # organization, or unit, of the accounts that it acts for

    def text(self, template: str, *, rest: str | None = None) -> str | None:
        """Fill a template; None if a placeholder has no value and there is no `rest` to put in its place."""
        names = PLACEHOLDER.findall(template)
        if rest is None and any(name not in self.values for name in names):
            return None
        filled = PLACEHOLDER.sub(lambda match: self.values.get(match[1], rest or ""), template)
        filled = filled.replace("${aws:ResourceAccount}", self.values["key_account"])
        return filled.replace("${aws:ResourceOrgID}", self.organization) if self.organization else filled

    @property
    def anywhere(self) -> Filling:
        """The filling in which the account is any of an organization's, where neither a resource nor the line tells it."""
        arn = parse_arn(self.resource) if self.resource else None
        told = self.source is None or self.use.source_accounts or (arn is not None and arn.account)
        return self if told else self._replace(values={**self.values, "account": ANY_ACCOUNT})


def readable(template: str, values: Mapping[str, str]) -> str:
    """Return a template for users to read: what is known is filled in, and the rest are words to fill in, in capitals."""
    return PLACEHOLDER.sub(lambda hole: values.get(hole[1]) or hole[1].upper(), template)


def fillings(use: ServiceUse, service: Service, target: Target, intent: Intent) -> Iterator[Filling]:
    """Yield each way to fill the statements. Raises InputError for a resource or a Region that cannot go with the key."""
    regions = tuple(region for region in target.regions if not service.regions or region in service.regions)
    if not regions:
        raise input_error(
            use.location,
            "service-region",
            f"{service.title} takes a key in {', '.join(service.regions)}, not in {', '.join(target.regions)}",
            "give the key that Region",
        )
    for resource in use.resources or (None,):
        for region in _regions_for(use, service, resource, regions, intent):
            for account in _accounts_for(use, resource, intent.scope.account):
                values = {**dict(use.variables), "partition": target.partition, "region": region, "account": account}
                values |= {"key_account": target.account, "source_region": _region_of(resource) or region}
                values["caller_account"] = CALLER_ACCOUNT
                _check_account(use, service, account, target)
                for source in use.source_organizations or (None,):
                    yield Filling(use, resource, values, intent.scope.organization, source)


def _check_account(use: ServiceUse, service: Service, account: str, target: Target) -> None:
    """Refuse an account in which the service cannot use the key whatever the key policy says."""
    if service.across_accounts and account != target.account:
        message = (
            f"no key policy lets `{name_of(use)}` of account {account} use a key of {target.account}: {service.across_accounts}"
        )
        raise input_error(use.location, "service-account", message, "such as a line of `grants`, with that role as `grantee`")


def _region_of(resource: str | None) -> str:
    arn = parse_arn(resource) if resource else None
    return arn.region if arn else ""


def _regions_for(use: ServiceUse, service: Service, resource: str | None, regions: Values, intent: Intent) -> Values:
    """Return the Regions of the key that a resource is used in: where both must be in one Region, its own.

    None where the resource is for another key of the intent.
    """
    place = _region_of(resource)
    if not service.same_region or not place or has_wildcard(place):
        return regions
    if place not in regions and place in {_region_of(arn) for arn in intent.keys}:
        return ()
    if place not in regions:
        message = f"`{resource}` is in {place}, and {service.title} takes a key of its own Region only"
        raise input_error(use.location, "service-resource-region", message, f"the key is in {', '.join(regions)}")
    return (place,)


def _accounts_for(use: ServiceUse, resource: str | None, own: str) -> Values:
    arn = parse_arn(resource) if resource else None
    if arn is None or not arn.account:
        return use.source_accounts or (own,)
    if use.source_accounts and arn.account not in use.source_accounts:
        message = f"`{resource}` is not of the source account {', '.join(use.source_accounts)}"
        raise input_error(use.location, "service-account", message, "name only its resources")
    return (arn.account,)


# --- which form of a statement the line fills ---------------------------------------------------------------------------


def takes(statement: ServiceStatement, resource: str) -> bool:
    """Return whether each condition about resources either fits this one or has a form of its own."""
    return all(fits(row, resource) or row.wide for row in statement.conditions if row.resources)


def is_closed(statement: ServiceStatement) -> bool:
    """Return whether a statement stands without anything that the line gives."""
    return all(row.wide or not _needs(row) for row in statement.conditions)


def is_open(statement: ServiceStatement, filling: Filling) -> bool:
    """Return whether the line leaves a condition open that the statement cannot do without."""
    waiting = (row for row in statement.conditions if row.required and not row.wide)
    return any(not _is_filled(row, filling) for row in waiting if not (row.resources and filling.resource))


def _needs(row: ServiceCondition) -> set[str]:
    texts = (row.condition.key, *row.condition.values)
    return {name for text in texts for name in PLACEHOLDER.findall(text)} - SCOPE_PLACEHOLDERS


def _is_filled(row: ServiceCondition, filling: Filling) -> bool:
    return all(name in filling.values for name in _needs(row))


# --- the conditions -----------------------------------------------------------------------------------------------------


def conditions_for(statement: ServiceStatement, filling: Filling) -> Conditions:
    """Return the conditions of a statement: what is documented, and what the line asks for."""
    return tuple(condition for row in statement.conditions if (condition := _value(row, statement, filling)) is not None)


def for_caller(conditions: Conditions, principal: str) -> Conditions:
    """Put the principal's own account where a condition is about the account of the caller; an organization has many."""
    arn = parse_arn(principal)
    account = arn.account if arn else ""
    held = (row for row in conditions if account or not any(CALLER_ACCOUNT in value for value in row.values))
    return tuple(row._replace(values=tuple(value.replace(CALLER_ACCOUNT, account) for value in row.values)) for row in held)


def refuse_broken(service: Service, statement: ServiceStatement, key: str, use: ServiceUse) -> None:
    """Refuse a condition under which the service could not use the key."""
    if breaks(service, statement, key):
        message = f"`{name_of(use)}` does not support {key}: with it the service could not use the key"
        raise input_error(use.location, "service-condition", message, "leave it out")


def is_asked(row: ServiceCondition, filling: Filling) -> bool:
    """Return whether the line asks for a recommended condition: by a resource, by the source account, by its variables."""
    if row.condition.key == SOURCE_ACCOUNT:
        return bool(filling.use.source_accounts)
    if row.resources and filling.resource is not None:
        return fits(row, filling.resource)
    return bool(_needs(row)) and _is_filled(row, filling)


def _value(row: ServiceCondition, statement: ServiceStatement, filling: Filling) -> Condition | None:
    """Fill one condition of the catalogue; None where it falls away or is not asked for."""
    if row.status == RECOMMENDED and not statement.generic and not is_asked(row, filling):
        return None
    key = filling.text(row.condition.key)
    if row.resources and filling.resource is not None and key is not None:
        return _written(row, key, (filling.resource,)) if fits(row, filling.resource) else _unasked(row, key, filling)
    values = [filling.text(value) for value in row.condition.values]
    if key is not None and all(value is not None for value in values):
        return _written(row, key, tuple(value for value in values if value is not None))
    if key is not None and row.resources:
        return _unasked(row, key, filling)
    if row.required:
        raise _open(filling, row)
    return None


def _unasked(row: ServiceCondition, key: str, filling: Filling) -> Condition | None:
    """Return the widest form of a condition that the line leaves open; what it must pin is pinned to the source account."""
    wide = [value for value in (filling.text(text) for text in row.wide) if value is not None]
    if wide:
        return _written(row, key, tuple(wide))
    if not row.required:
        return None
    with_account = [value for value in row.condition.values if "${account}" in value]
    if not (filling.use.source_accounts or filling.source) or not with_account:
        raise _open(filling, row)
    return _written(row, key, tuple(filling.text(value, rest="*") or "" for value in with_account))


def _written(row: ServiceCondition, key: str, values: Values) -> Condition:
    operator = row.condition.operator
    if any(has_wildcard(value) for value in values):
        operator = PATTERNED.get(operator, operator)
    return Condition(operator, key, values)


def _open(filling: Filling, row: ServiceCondition) -> InputError:
    names = sorted(name for name in _needs(row) if name not in filling.values)
    values = [readable(value, filling.values) for value in row.condition.values]
    wanted = ", ".join(values if row.resources else (f"{readable(row.condition.key, filling.values)} = {' or '.join(values)}",))
    by_name = f"`variables` with {', '.join(names)}"
    return input_error(
        filling.use.location,
        "service-open",
        f"`{name_of(filling.use)}` must be told what it acts for: {wanted}",
        f"give `resources`, or {by_name}" if row.resources else f"give {by_name}",
    )

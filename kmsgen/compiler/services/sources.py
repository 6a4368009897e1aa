"""For whose resources an AWS service acts: aws:SourceAccount, aws:SourceOrgID and aws:SourceOrgPaths in its statements.

Not every service sends them with its calls. Source: IAM User Guide, reference_policies_condition-keys, confused-deputy.
"""

from __future__ import annotations

from kmsgen.arn import parse_arn
from kmsgen.catalogue.model import Service, ServiceStatement
from kmsgen.compiler.permit import Conditions
from kmsgen.compiler.services.filling import ANY_ACCOUNT, SOURCE_ACCOUNT, Filling, conditions_for, name_of, refuse_broken
from kmsgen.errors import input_error
from kmsgen.intent.intent import ORGANIZATION, ServiceUse
from kmsgen.policy.document import Condition

UNSUPPORTED = "unsupported"


def sourced_conditions(service: Service, statement: ServiceStatement, filling: Filling) -> Conditions:
    """Return the conditions of a statement, and those on whose resources the line lets the service act for.

    Raises InputError for a source that the service does not tell.
    """
    if statement.principal_kind != "Service":
        return conditions_for(statement, filling)
    filling = filling.anywhere
    found = list(conditions_for(statement, filling))
    if filling.use.source_accounts and not any(_pins(condition, filling) for condition in found):
        _check_account(service, statement, found, filling)
        found.append(Condition("StringEquals", SOURCE_ACCOUNT, (filling.values["account"],)))
    if filling.source is None:
        return tuple(found)
    source = source_condition(filling.source)
    kept = [condition for condition in found if not (condition.key == SOURCE_ACCOUNT and condition.values == (ANY_ACCOUNT,))]
    _check_organization(service, statement, kept, source, filling)
    return tuple(dict.fromkeys((*kept, source)))


def source_condition(name: str) -> Condition:
    """Return the condition that holds for calls for the resources of an organization, or of a unit with the units below it."""
    path = name.removeprefix(ORGANIZATION)
    if "/" not in path:
        return Condition("StringEquals", "aws:SourceOrgID", (path,))
    return Condition("ForAnyValue:StringLike", "aws:SourceOrgPaths", (f"{path}/*",))


def check_organizations(service: Service, use: ServiceUse) -> None:
    """Refuse source organizations of a service that makes no call of its own."""
    if use.source_organizations and not any(each.principal_kind == "Service" for each in service.statements):
        message = f"`{name_of(use)}` acts for whoever calls it: it tells no organization of its own"
        hint = "name `organization` as a principal, or say `when: {organization: [...]}`"
        raise input_error(use.location, "service-condition", message, hint)


def _check_account(service: Service, statement: ServiceStatement, found: list[Condition], filling: Filling) -> None:
    """Refuse a source account that the service does not tell, or that its page does not have there."""
    refuse_broken(service, statement, SOURCE_ACCOUNT, filling.use)
    said = next((row for row in found if row.key == SOURCE_ACCOUNT), None)
    if said is not None:
        message = f"`{name_of(filling.use)}` acts for the account {', '.join(said.values)}, not for {filling.values['account']}"
        raise input_error(filling.use.location, "service-account", message, "leave `source_account` out")


def _check_organization(
    service: Service, statement: ServiceStatement, found: list[Condition], source: Condition, filling: Filling
) -> None:
    """Refuse an organization that the service does not tell, or that its page has otherwise.

    A service that tells no account tells no organization either.
    """
    broken = statement._replace(unsupported=(source.key,)) if statement.source_account == UNSUPPORTED else statement
    refuse_broken(service, broken, source.key, filling.use)
    pinned = (source.key, SOURCE_ACCOUNT) if filling.values["account"] == ANY_ACCOUNT else (source.key,)
    said = next((row for row in found if row.key in pinned and row != source), None)
    if said is not None:
        message = f"`{name_of(filling.use)}` acts for {', '.join(said.values)} alone ({said.key})"
        raise input_error(filling.use.location, "service-account", message, "leave `source_organization` out")


def _pins(condition: Condition, filling: Filling) -> bool:
    """Return whether a condition admits the source account, or only resources of it."""
    account = filling.values["account"]
    if condition.key == SOURCE_ACCOUNT:
        return account in condition.values
    arns = (parse_arn(value) for value in condition.values if value != account)
    return all(arn is not None and arn.account == account for arn in arns)

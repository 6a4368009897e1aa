"""What a line of `services` fills the catalogue's statements with: resources, source accounts, variables."""

from __future__ import annotations

import re

from kmsgen.arn import ACCOUNT_ID, parse_arn
from kmsgen.catalogue import services
from kmsgen.catalogue.model import Service
from kmsgen.intent.files.suggestion import did_you_mean
from kmsgen.intent.form.model import ServiceFile
from kmsgen.intent.resolve.context import Context
from kmsgen.intent.resolve.wide_principals import FORMS, is_organization, resolve_organization
from kmsgen.reading import Steps

Values = tuple[str, ...]


def check_values(line: ServiceFile, service: Service, steps: Steps, context: Context) -> None:
    """Report resources, accounts and variables that no statement could hold."""
    _check_variables(service, line, steps, context)
    for index, text in enumerate(line.resources or ()):
        _check_resource(text, (*steps, "resources", index), context)
    for index, text in enumerate(line.source_account or ()):
        if not ACCOUNT_ID.match(text):
            message = f"`{text}` is no account id of 12 digits"
            context.refuse((*steps, "source_account", index), "account-id", message, "such as 111122223333")


def resolve_source_organizations(line: ServiceFile, steps: Steps, context: Context) -> Values:
    """Return the organizations and units for whose accounts the service acts, as a principal is named; reports what is none."""
    found: dict[str, None] = {}
    for index, text in enumerate(line.source_organization or ()):
        here: Steps = (*steps, "source_organization", index)
        if is_organization(text):
            named = resolve_organization(text, here, context)
            found |= {named.arn: None} if named else {}
        else:
            context.refuse(here, "organization-id", f"`{text}` names no organization and no unit of one", f"such as {FORMS}")
    return tuple(found)


def variables_of(service: Service) -> Values:
    """Return the placeholders in a service's statements that a line may fill, sorted."""
    texts = [text for row in service.statements for text in (row.principal, row.opt_in)]
    for row in service.statements:
        texts.extend(text for entry in row.conditions for text in (entry.condition.key, *entry.condition.values))
    named = {name for text in texts for name in services.PLACEHOLDER.findall(text)}
    named.update(name for row in service.statements for name in row.needs)
    return tuple(sorted(named - services.SCOPE_PLACEHOLDERS))


def _check_variables(service: Service, line: ServiceFile, steps: Steps, context: Context) -> None:
    known = variables_of(service)
    for name, value in line.variables.items():
        here: Steps = (*steps, "variables", name)
        if name not in known:
            hint = did_you_mean(name, known) or (f"it has: {', '.join(known)}" if known else "it has none")
            context.problems.add_key(here, "unknown-variable", f"{service.title} has no variable `{name}`", hint)
        if not value or "${" in value:
            context.refuse(here, "variable-value", f"`{value}` is no value for a variable", "a plain text")
        context.check_policy_text(value, here)


def _check_resource(text: str, steps: Steps, context: Context) -> None:
    """Report an ARN that names no resource of one account in the intent's partition."""
    arn = parse_arn(text)
    context.check_policy_text(text, steps)
    if arn is None or not re.fullmatch(r"[a-z0-9-]+", arn.service, re.ASCII):
        hint = "such as arn:aws:logs:us-west-2:111122223333:log-group:/payments/*"
        context.refuse(steps, "resource-arn", f"`{text}` is no ARN of a resource", hint)
    elif arn.partition != context.partition:
        hint = f"this intent is in the partition `{context.partition}`"
        context.refuse(steps, "wrong-partition", f"`{text}` is in the partition `{arn.partition}`", hint)
    elif "${" in text:
        context.refuse(steps, "resource-arn", f"`{text}` holds a variable", "write the resource out")
    elif arn.account and not ACCOUNT_ID.match(arn.account):
        hint = "give the account: any other could make the service use the key for it"
        context.refuse(steps, "resource-account", f"`{text}` names no account", hint)
    elif not arn.account and arn.resource.startswith("*"):
        context.refuse(steps, "resource-account", f"`{text}` is a resource of any account", "give the resource's name")

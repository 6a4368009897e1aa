"""AWS services that use the key: each line checked against the catalogue of services."""

from __future__ import annotations

import re

from kmsgen.arn import ACCOUNT_ID, parse_arn
from kmsgen.catalogue import services
from kmsgen.catalogue.model import Service
from kmsgen.intent.files.suggestion import did_you_mean
from kmsgen.intent.form.model import ServiceFile
from kmsgen.intent.intent import ServiceUse
from kmsgen.intent.resolve.context import Context
from kmsgen.intent.resolve.principals import resolve_principal
from kmsgen.reading import Steps


def resolve_service(line: ServiceFile, steps: Steps, context: Context) -> tuple[ServiceUse, ...]:
    """Return the AWS service of a line, what it acts for and for whom; nothing after reporting that there is no such service."""
    service = services.find(line.service)
    if service is None:
        hint = did_you_mean(line.service, services.SERVICES) or "`kmsgen schema` lists the services"
        context.refuse((*steps, "service"), "unknown-service", f"`{line.service}` is no service of the catalogue", hint)
        return ()
    _check_service(service, (*steps, "service"), context)
    _check_variables(service, line, steps, context)
    for index, text in enumerate(line.resources or ()):
        check_resource(text, (*steps, "resources", index), context)
    if line.source_account is not None and not ACCOUNT_ID.match(line.source_account):
        message = f"`{line.source_account}` is no account id of 12 digits"
        context.refuse((*steps, "source_account"), "account-id", message, "such as 111122223333")
    who = [resolve_principal(text, (*steps, "principals", index), context) for index, text in enumerate(line.principals or ())]
    use = ServiceUse(
        location=context.where(steps),
        service=service.id,
        resources=tuple(dict.fromkeys(line.resources or ())),
        source_accounts=(line.source_account,) if line.source_account else (),
        principals=tuple(dict.fromkeys((_only_word(service), found.arn) for found in who if found)),
        variables=tuple(line.variables.items()),
    )
    return (use,)


def _check_service(service: Service, steps: Steps, context: Context) -> None:
    if service.mechanism == "unsupported":
        hint = service.notes[0] if service.notes else ""
        context.refuse(steps, "service-unsupported", f"{service.title} cannot use a customer managed key", hint)
    fits = context.spec in service.key_specs if service.key_specs else context.key_type == "symmetric"
    fits = fits and context.usage == (service.key_usage or context.usage)
    if context.key_type and not fits:
        wanted = f"{', '.join(service.key_specs) or 'SYMMETRIC_DEFAULT'} {service.key_usage}".rstrip()
        context.refuse(
            steps,
            "service-key-spec",
            f"{service.title} cannot use a key of {context.spec} ({context.usage})",
            f"it needs: {wanted}",
        )


def _only_word(service: Service) -> str:
    return service.who[0][0] if service.who else ""


def variables_of(service: Service) -> tuple[str, ...]:
    """Return the placeholders in a service's statements that a line may fill, sorted."""
    texts = [row.principal for row in service.statements]
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


def check_resource(text: str, steps: Steps, context: Context) -> None:
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

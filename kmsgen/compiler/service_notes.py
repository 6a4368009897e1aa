"""Notes on the lines of `services`: what the documentation leaves open, and what a line could ask for beside it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from kmsgen.arn import parse_arn
from kmsgen.catalogue import services
from kmsgen.catalogue.model import Service, ServiceCondition, ServiceStatement
from kmsgen.compiler.conditions import FOR_AWS_RESOURCE, carries
from kmsgen.compiler.service_filling import SOURCE_ACCOUNT
from kmsgen.compiler.service_parts import asked_parts
from kmsgen.errors import Diagnostic
from kmsgen.intent.intent import Intent, ServiceUse

CREATE_GRANT = "kms:CreateGrant"
GRANT_LIMITS = ("kms:grantisforawsresource", "kms:grantoperations", "kms:granteeprincipal", "kms:granteeserviceprincipal")
S3_CONTEXT = "kms:EncryptionContext:aws:s3:arn"


def notes_on_services(intent: Intent) -> Iterator[Diagnostic]:
    """Yield the notes on every line of `services`, each once: words with conditions make several uses of a line."""
    yield from dict.fromkeys(_notes(intent))


def _notes(intent: Intent) -> Iterator[Diagnostic]:
    for use in intent.services:
        service = services.find(use.service)
        if service is not None:
            yield from _on_row(use, service)
            yield from _on_partition(use, service, intent.scope.partition)
            yield from _on_statements(use, service)
            yield from _on_buckets(use, service)
    for _, line in groupby(intent.services, key=lambda use: use.location):
        uses = tuple(line)
        service = services.find(uses[0].service)
        if service is not None and uses[0].actions:
            yield from _on_actions(uses, service)


def _on_row(use: ServiceUse, service: Service) -> Iterator[Diagnostic]:
    if service.unconfirmed:
        message = f"what `{use.service}` needs could not be confirmed: {service.unconfirmed}"
        yield Diagnostic(use.location, "service-unconfirmed", message, "try the service before you rely on it")
    if use.principals and (use.actions or use.when != type(use.when)()) and any(not each.caller for each in service.statements):
        message = f"`can` and `when` of this line are about its principals; what `{use.service}` itself may do is not changed"
        yield Diagnostic(use.location, "service-itself", message, "a line without `principals` is about the service")


def _on_partition(use: ServiceUse, service: Service, partition: str) -> Iterator[Diagnostic]:
    names = {each.principal for each in service.statements if each.principal_kind == "Service"}
    if names and partition != "aws" and not use.service.startswith(services.BY_NAME):
        message = (
            f"the pages of `{use.service}` name {', '.join(sorted(names))} for the partition aws; for {partition} none was found"
        )
        yield Diagnostic(use.location, "service-partition", message, "try the service before you rely on it")


def _on_statements(use: ServiceUse, service: Service) -> Iterator[Diagnostic]:
    for part in asked_parts(use, service):
        statement = part.statement
        yield from _on_own_calls(use, statement)
        if statement.gap and not statement.caller and not _names_sources(use, statement):
            message = f"`{use.service}` is let in as AWS documents it: {statement.gap}"
            hint = "check whether `source_account` works for it, and add that"
            hint = hint if not services.breaks(service, statement, SOURCE_ACCOUNT) else "the page does not support one"
            yield Diagnostic(use.location, "service-gap", message, hint)
        if CREATE_GRANT in part.actions and not _limits_grants(use, statement):
            yield _bare_grant(use, service, statement)
        for row in statement.conditions if part.beside is None else ():
            if row.status == services.RECOMMENDED and not statement.generic and not _is_said(use, row, part.actions):
                yield _recommended(use, statement, row, part.actions)
    yield from _on_optional(use, service)


def _names_sources(use: ServiceUse, statement: ServiceStatement) -> bool:
    """Return whether the line says for whom the service may act."""
    named = any(row.resources and row.condition.key == "aws:SourceArn" for row in statement.conditions) and use.resources
    return bool(named or use.source_accounts or use.when.conditions)


def _on_own_calls(use: ServiceUse, statement: ServiceStatement) -> Iterator[Diagnostic]:
    keys = {row.condition.key for row in statement.conditions}
    by_itself = statement.principal_kind == "Service" or "aws:PrincipalIsAWSService" in keys
    if by_itself and "kms:ViaService" in keys:
        message = f"`{use.service}` calls KMS itself under kms:ViaService, which KMS documents for other callers"
        yield Diagnostic(use.location, "service-unconfirmed", message, "try the service before you rely on it")


def _limits_grants(use: ServiceUse, statement: ServiceStatement) -> bool:
    rows = (row for row in statement.conditions if row.status != services.RECOMMENDED or statement.generic)
    keys = {row.condition.key.lower() for row in rows} | {condition.key.lower() for condition in use.when.conditions}
    return bool(keys & set(GRANT_LIMITS))


def _bare_grant(use: ServiceUse, service: Service, statement: ServiceStatement) -> Diagnostic:
    message = (
        f"no page limits the grants that `{use.service}` needs kms:CreateGrant for: with them anything can be given to anybody"
    )
    flag = FOR_AWS_RESOURCE.key
    if services.breaks(service, statement, flag):
        hint = f"{flag}, the usual limit, breaks this service"
    else:
        hint = f'if the service works with it: `when: {{conditions: {{Bool: {{"{flag}": "true"}}}}}}`'
    return Diagnostic(use.location, "service-bare-grant", message, hint)


def _is_said(use: ServiceUse, row: ServiceCondition, actions: tuple[str, ...]) -> bool:
    """Return whether the line has a recommended condition already, or none of the actions can carry it."""
    if not any(carries(action, row.condition.key) for action in actions):
        return True
    if row.condition.key == SOURCE_ACCOUNT:
        return bool(use.source_accounts)
    said = {condition.key.lower() for condition in use.when.conditions}
    via = bool(use.when.via) and row.condition.key == "kms:ViaService"
    return via or row.condition.key.lower() in said or (row.resources and bool(use.resources))


def _recommended(use: ServiceUse, statement: ServiceStatement, row: ServiceCondition, actions: tuple[str, ...]) -> Diagnostic:
    names = ", ".join(action.removeprefix("kms:") for action in actions)
    whose = ", ".join(statement.who) or statement.principal
    message = f"{names} of `{use.service}` ({whose}) goes without {row.condition.key}, which its page does not print"
    return Diagnostic(use.location, "service-recommended", message, f"{_asking(row)}; speaks for it: {row.basis}")


def _asking(row: ServiceCondition) -> str:
    """Return how a line asks for a recommended condition."""
    key, values = row.condition.key, row.condition.values
    if key == SOURCE_ACCOUNT:
        return "ask for it with `source_account`"
    if row.resources:
        return f"ask for it with `resources`, such as {values[0]}"
    if key == "kms:ViaService":
        return f"ask for it with `when: {{via: [{', '.join(value.partition('.')[0] for value in values)}]}}`"
    return f"ask for it with `when: {{conditions: {{{row.condition.operator}: {{{key}: {', '.join(values)}}}}}}}`"


def _on_optional(use: ServiceUse, service: Service) -> Iterator[Diagnostic]:
    for statement in service.statements:
        named = not statement.caller or any(word in statement.who for word, _ in use.principals)
        if statement.optional and named and not use.actions:
            names = ", ".join(action.removeprefix("kms:") for action in statement.actions)
            message = f"`{use.service}` is not let do {names}, which it needs where {statement.optional}"
            yield Diagnostic(use.location, "service-optional", message, "then say so with `can` on a line of its own")


def _on_actions(uses: tuple[ServiceUse, ...], service: Service) -> Iterator[Diagnostic]:
    """Tell what `can` leaves out of what the documentation asks for."""
    given = {action for use in uses for action in use.actions}
    words = {word for word, _ in uses[0].principals}
    about = [each for each in service.statements if not each.optional and (words & set(each.who) if words else not each.who)]
    missing = dict.fromkeys(action for each in about for action in each.actions if action not in given)
    if missing and given & {action for each in about for action in each.actions}:
        names = ", ".join(action.removeprefix("kms:") for action in missing)
        message = f"`can` leaves out what the page of `{uses[0].service}` asks for: {names}"
        yield Diagnostic(uses[0].location, "service-narrowed", message)


def _on_buckets(use: ServiceUse, service: Service) -> Iterator[Diagnostic]:
    """Tell where only one of the two encryption contexts of S3 is let in: that of objects, or that of an S3 Bucket Key."""
    rows = [row for each in service.statements for row in each.conditions if row.condition.key == S3_CONTEXT and row.resources]
    both = any(len(row.condition.values) > 1 for row in rows)
    arns = [arn for text in use.resources if (arn := parse_arn(text)) is not None and arn.service == "s3"]
    buckets = {arn.resource for arn in arns if "/" not in arn.resource}
    objects = {arn.resource.partition("/")[0] for arn in arns if "/" in arn.resource}
    for name in sorted(buckets ^ objects) if both else ():
        works, other = ("an S3 Bucket Key", f"{name}/*") if name in buckets else ("no S3 Bucket Key", name)
        message = f"`{use.service}` is let in for objects of `{name}` that were written with {works} only"
        yield Diagnostic(use.location, "service-one-mode", message, f"name arn:...:s3:::{other} too, if it has both")

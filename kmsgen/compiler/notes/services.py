"""Notes on the lines of `services`: what the documentation leaves open, and what a line could ask for beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from kmsgen.arn import account_of, parse_arn
from kmsgen.catalogue import services
from kmsgen.catalogue.condition_keys import FOR_AWS_RESOURCE, GrantKey
from kmsgen.catalogue.model import Service, ServiceCondition, ServiceStatement
from kmsgen.catalogue.regions import PARTITION_OF
from kmsgen.catalogue.service_names import is_named_apart
from kmsgen.compiler.condition_reach import ALLOWED_WITHOUT, untouched
from kmsgen.compiler.conditions import carries, fails_when_absent, grant_conditions
from kmsgen.compiler.notes.conditions import key_regions
from kmsgen.compiler.notes.left_by_services import notes_on_what_is_left
from kmsgen.compiler.services.filling import SOURCE_ACCOUNT, name_of, readable
from kmsgen.compiler.services.parts import ServicePart, asked_parts
from kmsgen.compiler.services.sources import source_condition
from kmsgen.compiler.wide_principals import is_wide
from kmsgen.errors import Diagnostic
from kmsgen.intent.intent import Intent, ServiceUse
from kmsgen.policy.letter_case import folded

CREATE_GRANT, VIA_SERVICE = "kms:CreateGrant", "kms:ViaService"
GRANT_LIMITS = frozenset(
    {folded(FOR_AWS_RESOURCE.key), GrantKey.OPERATIONS, GrantKey.GRANTEE, GrantKey.GRANTEE_SERVICE, folded(VIA_SERVICE)}
)


def notes_on_services(intent: Intent) -> Iterator[Diagnostic]:
    """Yield the notes on every line of `services`, each once: words with conditions make several uses of a line."""
    yield from dict.fromkeys(_notes(intent))


def _notes(intent: Intent) -> Iterator[Diagnostic]:
    known = _known(intent)
    for use in intent.services:
        service = _row(use, intent)
        if service is not None:
            yield from _on_row(use, service)
            yield from _on_partition(use, service, known)
            yield from _on_statements(use, service, known)
            yield from _on_accounts(use, intent.scope.account)
            yield from _on_regions(use, service, key_regions(intent))
            yield from _on_organizations(use, service, known)
            yield from _on_calls_without(use, service)
            yield from _on_patterns(use, service)
            yield from _on_itself(use, intent)
    for _, line in groupby(intent.services, key=lambda use: use.location):
        uses = tuple(line)
        service = _row(uses[0], intent)
        if service is not None:
            yield from notes_on_what_is_left(uses, service, intent.services)


def _row(use: ServiceUse, intent: Intent) -> Service | None:
    """Return the row of a line, with what the intent can say of it: without key policies, what its principals may do."""
    found = services.find(use.service)
    return found if found is None or intent.governed else services.for_callers(found)


def _on_itself(use: ServiceUse, intent: Intent) -> Iterator[Diagnostic]:
    """Tell what the service itself needs of key policies that stay."""
    service = services.find(use.service) if not intent.governed else None
    own = [each for each in service.statements if not each.caller and not each.optional] if service else []
    names = ", ".join(dict.fromkeys(action.removeprefix("kms:") for each in own for action in each.actions))
    if own:
        message = f"taken for granted: the key policy lets `{name_of(use)}` itself do {names}, which no IAM policy can"
        whose = f', source_account: "{intent.scope.account}"' if _is_elsewhere(intent) else ""
        line = f"`{{service: {use.service}{whose}}}`"
        yield Diagnostic(use.location, "needs-key-policy", message, f"in the intent that writes the key policy: {line}")


def _is_elsewhere(intent: Intent) -> bool:
    return any(account_of(key) != intent.scope.account for key in intent.keys)


def _known(intent: Intent) -> dict[str, str]:
    """Return what is known of a resource that a line could name."""
    scope = intent.scope
    return {"partition": scope.partition, "account": scope.account, **({"region": scope.regions[0]} if scope.regions else {})}


def _on_row(use: ServiceUse, service: Service) -> Iterator[Diagnostic]:
    if service.unconfirmed:
        message = f"what `{name_of(use)}` needs could not be confirmed: {service.unconfirmed}"
        yield Diagnostic(use.location, "service-unconfirmed", message, "try the service before you rely on it")
    if use.principals and (use.actions or use.when != type(use.when)()) and any(not each.caller for each in service.statements):
        message = f"`can` and `when` of this line are about its principals; what `{name_of(use)}` itself may do is not changed"
        yield Diagnostic(use.location, "service-itself", message, "a line without `principals` is about the service")


def _on_partition(use: ServiceUse, service: Service, known: Mapping[str, str]) -> Iterator[Diagnostic]:
    anywhere = {name: value for name, value in known.items() if name != "region"}
    own = {readable(each.principal, anywhere) for each in service.statements if each.principal_kind == "Service"}
    names = {name for name in own if not is_named_apart(known["partition"], name)}
    names |= {f"{VIA_SERVICE} {prefix}" for each in service.statements for prefix in _prefixes(each)}
    partition = known["partition"]
    if names and partition != "aws" and not use.service.startswith(services.BY_NAME):
        message = (
            f"the pages of `{name_of(use)}` name {', '.join(sorted(names))} for the partition aws; for {partition} none was found"
        )
        yield Diagnostic(use.location, "service-partition", message, "try the service before you rely on it")


def _prefixes(statement: ServiceStatement) -> Iterator[str]:
    """Yield the names under which callers of a statement call through services."""
    for row in statement.conditions:
        if row.condition.key == VIA_SERVICE:
            yield from (value.partition(".")[0] for value in row.condition.values)


def _on_statements(use: ServiceUse, service: Service, known: Mapping[str, str]) -> Iterator[Diagnostic]:
    for part in asked_parts(use, service):
        statement = part.statement
        yield from _on_own_calls(use, statement)
        if statement.gap and not statement.caller and not _names_sources(use, statement):
            how = "as this line says" if use.service.startswith(services.BY_NAME) else "as AWS documents it"
            message = f"`{name_of(use)}` is let in {how}: {statement.gap}"
            hint = "check whether `source_account` works for it, and add that"
            hint = hint if not services.breaks(service, statement, SOURCE_ACCOUNT) else "the page does not support one"
            yield Diagnostic(use.location, "service-gap", message, hint)
        if CREATE_GRANT in part.actions and not _limits_grants(use, statement):
            yield _bare_grant(use, service, statement)
        for row in statement.conditions if part.beside is None else ():
            if row.status == services.RECOMMENDED and not statement.generic and not _is_said(use, row, part.actions):
                yield _recommended(use, part, row, known)


def _names_sources(use: ServiceUse, statement: ServiceStatement) -> bool:
    """Return whether the line says for whom the service may act."""
    named = any(row.resources and row.condition.key == "aws:SourceArn" for row in statement.conditions) and use.resources
    return bool(named or use.source_accounts or use.source_organizations or use.when.conditions)


def _on_own_calls(use: ServiceUse, statement: ServiceStatement) -> Iterator[Diagnostic]:
    keys = {row.condition.key for row in statement.conditions}
    via = (one for one in use.when.conditions if folded(one.key) == folded(VIA_SERVICE))
    asked = use.when.via or any(map(fails_when_absent, via))
    by_itself = statement.principal_kind == "Service" or "aws:PrincipalIsAWSService" in keys
    if by_itself and (VIA_SERVICE in keys or (asked and not use.principals)):
        message = f"`{name_of(use)}` calls KMS itself under kms:ViaService, which KMS documents for other callers"
        yield Diagnostic(use.location, "service-unconfirmed", message, "try the service before you rely on it")


def _limits_grants(use: ServiceUse, statement: ServiceStatement) -> bool:
    rows = (row for row in statement.conditions if row.status != services.RECOMMENDED or statement.generic)
    said = (*use.when.conditions, *grant_conditions(use.when.grant))
    keys = {folded(row.condition.key) for row in rows} | {folded(condition.key) for condition in said}
    return bool(use.when.via) or bool(keys & GRANT_LIMITS)


def _bare_grant(use: ServiceUse, service: Service, statement: ServiceStatement) -> Diagnostic:
    message = (
        f"no page limits the grants that `{name_of(use)}` needs kms:CreateGrant for: with them anything can be given to anybody"
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
        return bool(use.source_accounts or use.source_organizations)
    said = {folded(condition.key) for condition in use.when.conditions}
    via = bool(use.when.via) and row.condition.key == VIA_SERVICE
    return via or folded(row.condition.key) in said or (row.resources and bool(use.resources))


def _recommended(use: ServiceUse, part: ServicePart, row: ServiceCondition, known: Mapping[str, str]) -> Diagnostic:
    names = ", ".join(action.removeprefix("kms:") for action in part.actions)
    whose = ", ".join(part.statement.who) or readable(part.statement.principal, known)
    key = readable(row.condition.key, known)
    message = f"{names} of `{name_of(use)}` ({whose}) goes without {key}, which its page does not print"
    return Diagnostic(use.location, "service-recommended", message, f"{_asking(row, known)}; speaks for it: {row.basis}")


def _asking(row: ServiceCondition, known: Mapping[str, str]) -> str:
    """Return how a line asks for a recommended condition."""
    key, values = readable(row.condition.key, known), tuple(readable(value, known) for value in row.condition.values)
    if key == SOURCE_ACCOUNT:
        return "ask for it with `source_account`"
    if row.resources:
        return f"ask for it with `resources`, such as {values[0]}"
    if key == VIA_SERVICE:
        return f"ask for it with `when: {{via: [{', '.join(value.partition('.')[0] for value in values)}]}}`"
    return f"ask for it with `when: {{conditions: {{{row.condition.operator}: {{{key}: {', '.join(values)}}}}}}}`"


def _on_patterns(use: ServiceUse, service: Service) -> Iterator[Diagnostic]:
    """Tell what only an IAM policy can give, and is not given to whom a pattern or an organization stands for."""
    for part in asked_parts(use, service):
        for name in part.principals if part.statement.iam_only else ():
            if is_wide(name):
                names = ", ".join(action.removeprefix("kms:") for action in part.actions)
                message = f"only an IAM policy can give {names} of `{name_of(use)}`, and whom `{name}` matches is not known here"
                yield Diagnostic(use.location, "pattern-by-iam", message, "write it into their IAM policies, or name them")


def _on_accounts(use: ServiceUse, own: str) -> Iterator[Diagnostic]:
    """Tell of resources of accounts that the line does not name: another account then decides when the key is used."""
    accounts = (arn.account for text in use.resources if (arn := parse_arn(text)) is not None)
    for account in dict.fromkeys(accounts):
        if account not in ("", own, *use.source_accounts) and not use.source_organizations:
            message = f"`{name_of(use)}` is let in for resources of account {account}, which is not the intent's ({own})"
            yield Diagnostic(use.location, "service-other-account", message, f'if it is meant: `source_account: "{account}"`')


def _on_regions(use: ServiceUse, service: Service, told: frozenset[str]) -> Iterator[Diagnostic]:
    """Tell of resources in other Regions than the key; where a page says that both must be in one, the line is refused."""
    regions = {text: arn.region for text in use.resources if (arn := parse_arn(text)) is not None}
    for text, region in regions.items() if told and not service.same_region else ():
        if region in PARTITION_OF and region not in told:
            message = f"`{text}` is in {region}, and the key is in {', '.join(sorted(told))}"
            hint = "pages show services that use a key of their own Region: name resources of that, or try it first"
            yield Diagnostic(use.location, "service-elsewhere", message, hint)


def _on_organizations(use: ServiceUse, service: Service, known: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Tell that no page says that a service tells the organization for which it acts."""
    keys = {source_condition(name).key for name in use.source_organizations}
    for statement in service.statements if keys else ():
        printed = {row.condition.key for row in statement.conditions}
        if statement.principal_kind == "Service" and not printed & keys:
            who, what = readable(statement.principal, known), ", ".join(sorted(keys))
            message = f"no page says that {who} sends {what}: if it does not, it cannot use the key"
            yield Diagnostic(use.location, "service-unconfirmed", message, "try the service before you rely on it")


def _on_calls_without(use: ServiceUse, service: Service) -> Iterator[Diagnostic]:
    """Tell on which actions a condition of `when` does not hold."""
    parts = [part for part in asked_parts(use, service) if part.narrowed]
    actions = tuple(dict.fromkeys(action for part in parts for action in part.actions))
    for message in untouched(name_of(use), use.when, actions):
        yield Diagnostic(use.location, "when-not-on-action", message, ALLOWED_WITHOUT)

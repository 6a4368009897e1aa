"""Guard rails that take away what the same file says in so many words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from kmsgen.arn import parse_arn, role_of_session
from kmsgen.catalogue import services
from kmsgen.catalogue.condition_keys import FOR_AWS_RESOURCE
from kmsgen.catalogue.deployment_calls import ALIAS, CALLS, GRANT, MADE
from kmsgen.catalogue.guardrails import DENY
from kmsgen.compiler.guardrails.guardrails import DELETE
from kmsgen.compiler.guardrails.world import CREATE_GRANT
from kmsgen.compiler.permit import Permit
from kmsgen.compiler.principals import is_account
from kmsgen.errors import Diagnostic, RefusedError
from kmsgen.intent.intent import ORGANIZATION, GuardRailLine, Intent, When, account_named, account_of_everyone
from kmsgen.policy.document import Principal

# UpdateAlias moves an alias between two keys: the key of an intent is deployed without it
DEPLOYING = frozenset(
    f"kms:{call.operation}" for call in CALLS if call.phase != "delete" or MADE[call.resource] in (ALIAS, GRANT)
) - {"kms:UpdateAlias"}


def refuse_contradictions(intent: Intent, permits: Sequence[Permit]) -> None:
    """Raise RefusedError, naming both lines, for each permit that was asked for and that a guard rail denies altogether."""
    problems = [*_uncreatable_grants(intent), *_denying_the_named(intent, permits), *_denying_the_deployer(intent, permits)]
    for line in intent.guardrails:
        problems += [_contradiction(line, permit) for permit in permits if permit.explicit and takes_away(line, permit)]
    if problems:
        raise RefusedError(problems)


def _contradiction(line: GuardRailLine, permit: Permit) -> Diagnostic:
    asked = permit.origins[0]
    return Diagnostic(
        line.location,
        "contradiction",
        f"`{line.name}` takes away `{permit.action}` of `{permit.who}`, which {asked} asks for",
        "except the principal from the guard rail, or do not ask for the action",
    )


def _uncreatable_grants(intent: Intent) -> list[Diagnostic]:
    """Return the grants that a guard rail lets nobody create: no deployer is named, and nobody is excepted."""
    if intent.scope.deployer is not None:
        return []
    rails = [line for line in intent.guardrails if line.name == "deny-grants-to-principals" and not line.principals]
    found = []
    for line in rails:
        for asked in intent.grants if not line.exceptions else ():
            name = asked.grant.name or asked.grant.grantee
            message = f"`{line.name}` lets nobody create the grant `{name}`, which {asked.location} asks for"
            found.append(Diagnostic(line.location, "contradiction", message, "except whoever creates the grants"))
    return found


def _denying_the_named(intent: Intent, permits: Sequence[Permit]) -> Iterator[Diagnostic]:
    """Yield whom alone `deny-everyone-else` is to deny though the intent names them: it spares these, and would deny nobody."""
    asked = {permit.who: permit.origins[0] for permit in permits}
    for line in intent.guardrails if permits else ():
        for who in line.principals if line.name == "deny-everyone-else" else ():
            if who in asked:
                message = f"`{line.name}` spares `{who}`, which {asked[who]} names, so it denies it nothing"
                hint = "leave it out of `for`, or do not name it"
                yield Diagnostic(line.location, "contradiction", message, hint)


def _denying_the_deployer(intent: Intent, permits: Sequence[Permit]) -> Iterator[Diagnostic]:
    """Yield each `deny` that takes away what deploying takes; what else the deployer has goes as an administrator's does."""
    needed = [permit for permit in permits if permit.purpose == "deploy" and not permit.explicit and permit.action in DEPLOYING]
    for line in intent.guardrails:
        lost = [permit for permit in needed if line.name == DENY and takes_away(line, permit)]
        for who in dict.fromkeys(permit.who for permit in lost):
            actions = ", ".join(f"`{action}`" for action in sorted({permit.action for permit in lost if permit.who == who}))
            message = f"`{line.name}` takes away what the deployer `{who}` could not deploy without: {actions}"
            yield Diagnostic(line.location, "contradiction", message, "except the deployer from the guard rail")


def takes_away(line: GuardRailLine, permit: Permit) -> bool:
    """Return whether a guard rail denies a permit in every situation."""
    if not reaches(line, permit.who):
        return False
    if line.name == "deny-delete":
        return permit.action in DELETE
    if line.name == DENY:
        return line.when == When() and (not line.actions or permit.action in line.actions)
    if line.name == "deny-grants-to-principals":
        return permit.action in CREATE_GRANT and permit.principal.kind == "AWS" and not _is_for_aws_resource(permit)
    return line.name == "deny-everyone-else" and permit.who == "*"


def _is_for_aws_resource(permit: Permit) -> bool:
    """Return whether the grants of a permit are those that kms:GrantIsForAWSResource marks: a service makes them for itself."""
    service = services.find(permit.topic) if permit.purpose == "serve" else None
    by_service = service is not None and FOR_AWS_RESOURCE.key not in service.unsupported
    return by_service or FOR_AWS_RESOURCE in permit.conditions


def reaches(line: GuardRailLine, name: str) -> bool:
    """Return whether a guard rail denies all of a principal of the intent, no exception sparing it or some principal of it."""
    if line.principals and not any(fnmatchcase(name, pattern) for pattern in line.principals):
        return False
    return not any(_covers(exception, name) for exception in line.exceptions)


def _covers(exception: str, name: str) -> bool:
    """Return whether an exception spares a principal, or some principal of it; any may be in an organization."""
    if ORGANIZATION in (exception[: len(ORGANIZATION)], name[: len(ORGANIZATION)]):
        return True
    same_account = account_named(exception) == account_named(name)
    if any(is_account(Principal("AWS", one)) or account_of_everyone(one) for one in (exception, name)):
        return same_account
    arn = parse_arn(name)
    role = role_of_session(arn) if arn else None
    by_name = fnmatchcase(name, exception) or fnmatchcase(exception, name)
    return by_name or (same_account and role is not None and exception.rpartition("/")[2] == role)

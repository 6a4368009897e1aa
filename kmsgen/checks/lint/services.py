"""Lint rules on AWS services, as principals that a statement allows or denies.

Source: IAM User Guide, confused-deputy, reference_policies_condition-keys; KMS Developer Guide, conditions-aws.
"""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.condition_keys import ENCRYPTION_CONTEXT, ENCRYPTION_CONTEXT_KEYS
from kmsgen.checks.finding import ERROR, NOTE, WARNING
from kmsgen.checks.lint.rule import IAM_GUIDE, KMS_GUIDE, LintRule, Violation
from kmsgen.checks.lint.written import WrittenStatement
from kmsgen.policy.letter_case import folded

_SOURCE_KEYS = frozenset({"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"})
_IS_SERVICE = "aws:principalisawsservice"
_SERVICE_NAMES = frozenset({"aws:principalservicename", "aws:principalservicenameslist"})
_NETWORK = frozenset(
    {"aws:sourceip", "aws:vpcsourceip", "aws:sourcevpc", "aws:sourcevpcarn", "aws:sourcevpce",
     "aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths"}
)  # fmt: skip
_TELLS_OF_SERVICES = frozenset(
    {"aws:viaawsservice", "kms:viaservice", "aws:calledvia", "aws:calledviafirst", "aws:calledvialast"}
)


def confused_deputies(statement: WrittenStatement) -> Iterator[Violation]:
    """Find Allows of a service principal that do not say for which account or resource it acts (confused deputy)."""
    services = [one.value for one in statement.principals if one.kind == "Service"]
    services += _named_by_conditions(statement) if statement.names_everybody else []
    if statement.allows and services and not _tied(statement) and not statement.statement.not_principal:
        named = ", ".join(f"`{one}`" for one in services)
        problem = statement.problem(f"{named} may use the key for whomever the service acts", "Principal")
        yield problem._replace(severity=NOTE if _only_looks(statement) else "")


def _tied(statement: WrittenStatement) -> bool:
    keys = [folded(condition.key) for condition in statement.statement.conditions]
    return any(key in _SOURCE_KEYS or key.startswith((ENCRYPTION_CONTEXT, ENCRYPTION_CONTEXT_KEYS)) for key in keys)


def _named_by_conditions(statement: WrittenStatement) -> list[str]:
    """Return the service principals that conditions name where the Principal is `*`."""
    named = (
        condition.values
        for condition, operator in statement.conditions
        if folded(condition.key) in _SERVICE_NAMES and operator.base in ("StringEquals", "StringLike")
    )
    return [value for values in named for value in values]


def _only_looks(statement: WrittenStatement) -> bool:
    """Return whether a statement only lets read metadata of the key, which does no harm."""
    actions = [ACTIONS[name.removeprefix("kms:")] for name in statement.actions]
    return all(not action.cryptographic and set(action.access_levels) <= {"Read", "List"} for action in actions)


def any_services(statement: WrittenStatement) -> Iterator[Violation]:
    """Find Allows for everybody whose only limit on the caller is aws:PrincipalIsAWSService."""
    for condition, operator in statement.conditions if statement.allows and statement.names_everybody else ():
        if folded(condition.key) != _IS_SERVICE or operator.base != "Bool" or "true" not in condition.values:
            continue
        if not _tied(statement) and not _named_by_conditions(statement):
            yield statement.problem_of(condition, "every service of AWS may use the key, for whomever it acts")


def denies_of_services(statement: WrittenStatement) -> Iterator[Violation]:
    """Find Denies by network address or endpoint that also deny AWS services calling for a principal."""
    keys = {folded(condition.key) for condition in statement.statement.conditions}
    for condition, operator in () if statement.allows or keys & _TELLS_OF_SERVICES else statement.conditions:
        holds_for_services = "Not" in operator.base or (operator.base == "Null" and "true" in condition.values)
        if folded(condition.key) in _NETWORK and holds_for_services:
            message = f"`{condition.key}` is not the caller's where a service calls for it: calls of services are denied too"
            yield statement.problem_of(condition, message)


RULES = (
    LintRule(
        "confused-deputy",
        WARNING,
        meaning="An Allow names a service, and nothing says for which account or resource the service must act.",
        why="Whoever uses that service, in any account, may make it use the key for them.",
        mend="add a condition on aws:SourceArn or aws:SourceAccount where the service sends it",
        source=IAM_GUIDE.format("confused-deputy"),
        find=confused_deputies,
    ),
    LintRule(
        "any-service",
        ERROR,
        meaning="An Allow for everybody asks no more than aws:PrincipalIsAWSService.",
        why="Every service of AWS may then use the key, for every customer of AWS who makes it do so.",
        mend="name the services, and tie them with aws:SourceArn, aws:SourceAccount or aws:SourceOrgID",
        source=IAM_GUIDE.format("confused-deputy"),
        find=any_services,
    ),
    LintRule(
        "deny-hits-services",
        WARNING,
        meaning="A Deny of whoever comes from elsewhere than a network or an endpoint also takes calls that services make.",
        why="Where a service such as S3 or EBS uses the key for a caller, the caller's address and endpoint are not in its call:"
        " encrypted buckets and volumes stop working for everybody whom the Deny means.",
        mend='add `"BoolIfExists": {"aws:ViaAWSService": "false", "aws:PrincipalIsAWSService": "false"}`',
        source=KMS_GUIDE.format("conditions-aws"),
        find=denies_of_services,
    ),
)
"""The rules on AWS services."""

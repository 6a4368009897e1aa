"""IAM policies in JSON for a key that does not exist yet: its alias, in a condition, stands for its ARN.

A JSON policy cannot refer to a key whose id is not known. The documented way is every key of the account and Region, narrowed
with kms:ResourceAliases to the key that carries the alias. Source: KMS Developer Guide, alias-authorization.
"""

from __future__ import annotations

from collections.abc import Iterable

from kmsgen.arn import parse_arn
from kmsgen.policy.document import Condition, Document, Statement
from kmsgen.policy.json_form import format_document
from kmsgen.render.deployment import Deployment, holds_placeholder
from kmsgen.render.text.json_text import MANAGED_POLICY_LIMIT, counted_size

OPERATORS = ("ForAnyValue:StringEquals", "ForAnyValue:StringLike")
KEY = "kms:ResourceAliases"


def by_alias(document: Document, deployment: Deployment) -> Document:
    """Return an IAM policy with kms:ResourceAliases in place of the ARN of a key to create.

    Raises InputError where that cannot be said: the key has no alias, or NotResource names it.
    """
    if not any(holds_placeholder(resource) for statement in document.statements for resource in statement.resources):
        return document
    statements: list[Statement] = []
    for statement in document.statements:
        statements.extend(_split(statement, _alias(deployment), deployment))
    return document._replace(statements=tuple(statements))


def in_parts(document: Document, deployment: Deployment) -> list[Document]:
    """Return an IAM policy `by_alias`, in parts where that made it longer than IAM takes."""
    return _fitting(by_alias(document, deployment))


def _fitting(document: Document) -> list[Document]:
    if counted_size(format_document(document)) <= MANAGED_POLICY_LIMIT or len(document.statements) == 1:
        return [document]
    middle = len(document.statements) // 2
    halves = (document.statements[:middle], document.statements[middle:])
    return [part for half in halves for part in _fitting(Document(half, document.version, document.id))]


def _alias(deployment: Deployment) -> str:
    creation = deployment.new_key.creation if deployment.new_key else None
    if creation is None or creation.alias is None:
        raise deployment.refuse(
            "alias-needed",
            "an IAM policy in JSON cannot name a key that does not exist yet and has no alias",
            "give the key an `alias`, or render `--format terraform` or `--format cloudformation`, which refer to the key itself",
        )
    return creation.alias


def _split(statement: Statement, alias: str, deployment: Deployment) -> list[Statement]:
    """Return a statement's two halves: on the key to create, narrowed to its alias, and on its other resources."""
    new = [resource for resource in statement.resources if holds_placeholder(resource)]
    if not new:
        return [statement]
    if statement.not_resource:
        raise deployment.refuse("alias-needed", "an IAM policy in JSON cannot except a key that does not exist yet")
    rest = tuple(resource for resource in statement.resources if resource not in new)
    narrowed = statement._replace(
        resources=every_key_of(new),
        conditions=(*statement.conditions, Condition(_operator(statement, deployment), KEY, (alias,))),
    )
    if not rest:
        return [narrowed]
    sid = statement.sid and f"{statement.sid}Others"
    return [narrowed, statement._replace(resources=rest, sid=sid)]


def every_key_of(arns: Iterable[str]) -> tuple[str, ...]:
    """Return ARNs of all keys, `key/*`, one for each account and Region that the key ARNs name."""
    parsed = (parse_arn(arn) for arn in arns)
    return tuple(dict.fromkeys(str(arn._replace(resource="key/*")) for arn in parsed if arn))


def _operator(statement: Statement, deployment: Deployment) -> str:
    """Return a condition operator that the statement does not use on kms:ResourceAliases: JSON holds a key once an operator.

    An alias has no wildcard characters, so both operators say the same.
    """
    used = {condition.operator for condition in statement.conditions if condition.key == KEY}
    free = next((operator for operator in OPERATORS if operator not in used), None)
    if free is None:
        raise deployment.refuse("alias-needed", f"a statement already uses `{KEY}` in every form that could name the alias")
    return free

"""Lint rules on statements about grants.

Source: KMS Developer Guide, create-grant-overview, conditions-kms.
"""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.checks.finding import NOTE, WARNING
from kmsgen.checks.lint.rule import KMS_GUIDE, LintRule, Violation
from kmsgen.checks.lint.written import WrittenStatement
from kmsgen.policy.letter_case import folded

_NARROWING = frozenset({"kms:grantisforawsresource", "kms:granteeprincipal", "kms:grantoperations", "kms:viaservice"})


def bare_create_grants(statement: WrittenStatement) -> Iterator[Violation]:
    """Find CreateGrant without a narrowing condition; only a note if the same principals may change the key policy."""
    narrowed = any(folded(condition.key) in _NARROWING for condition in statement.statement.conditions)
    whole = {"*", "kms:*"} & set(statement.statement.actions)
    if statement.allows and "kms:CreateGrant" in statement.actions and not narrowed and not whole:
        message = "kms:CreateGrant without a condition gives every grant operation to whomever the caller wants"
        severity = NOTE if "kms:PutKeyPolicy" in statement.actions and statement.names_own_account else ""
        yield statement.problem(message, "Action")._replace(severity=severity)


RULES = (
    LintRule(
        "bare-create-grant",
        WARNING,
        meaning="An Allow gives kms:CreateGrant, and no condition narrows the grants.",
        why="Who may create any grant may give every grant operation to anyone, whatever the policies give to whom.",
        mend='add `"Bool": {"kms:GrantIsForAWSResource": "true"}`, or pin kms:GranteePrincipal and kms:GrantOperations',
        source=KMS_GUIDE.format("create-grant-overview"),
        find=bare_create_grants,
    ),
)
"""The rules on statements about grants."""

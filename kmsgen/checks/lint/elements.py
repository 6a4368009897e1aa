"""Lint rules on a statement's elements: which must be there, and what they may hold.

Source: KMS Developer Guide, key-policy-overview; IAM User Guide, reference_policies_elements_sid.
"""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.arn import parse_arn
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.checks.finding import ERROR, WARNING
from kmsgen.checks.lint.rule import IAM_GUIDE, KMS_GUIDE, LintRule, Violation
from kmsgen.checks.lint.written import WrittenStatement


def inert_statements(statement: WrittenStatement) -> Iterator[Violation]:
    """Find statements of a key policy that lack Action or Resource."""
    elements = (("Action", statement.statement.actions), ("Resource", statement.statement.resources))
    for element, values in elements if statement.in_key_policy else ():
        if not values:
            message = f"a statement without {element} does nothing, though KMS takes it"
            yield statement.problem(message, mend=f"add {element}")


def alias_resources(statement: WrittenStatement) -> Iterator[Violation]:
    """Find alias ARNs in a Resource element where the actions are on keys."""
    on_alias = any("alias" in ACTIONS[name.removeprefix("kms:")].resource_types for name in statement.actions)
    if on_alias and not statement.in_key_policy:
        return
    element = "NotResource" if statement.statement.not_resource else "Resource"
    for number, resource in enumerate(statement.statement.resources):
        arn = parse_arn(resource)
        if arn is not None and arn.service == "kms" and arn.kind == "alias":
            yield statement.problem(f"`{resource}` is an alias, and an alias never stands for its key", element, number)


def bad_sids(statement: WrittenStatement) -> Iterator[Violation]:
    """Find Sids that IAM refuses."""
    sid = statement.statement.sid
    if sid is not None and not statement.in_key_policy and not (sid.isascii() and sid.isalnum()):
        yield statement.problem(f"IAM takes letters and digits only in a Sid, not `{sid}`", "Sid")


RULES = (
    LintRule(
        "inert-statement",
        ERROR,
        meaning="A statement of a key policy has no Action or no Resource.",
        why="KMS takes the policy, and the statement does nothing: an Allow gives nothing, a Deny protects from nothing.",
        mend="add the element",
        source=KMS_GUIDE.format("key-policy-overview"),
        find=inert_statements,
    ),
    LintRule(
        "alias-resource",
        WARNING,
        meaning="A Resource element names an alias where the actions are about keys.",
        why="The alias never stands for its key there: an Allow gives nothing by it, a Deny protects from nothing.",
        mend="name the key by its ARN, or put a condition on kms:RequestAlias or kms:ResourceAliases",
        source=KMS_GUIDE.format("alias-authorization"),
        find=alias_resources,
    ),
    LintRule(
        "bad-sid",
        ERROR,
        meaning="A Sid of an IAM policy has other characters than letters and digits.",
        why="IAM refuses the policy. A key policy may have spaces there, so this is found where statements move from one to the"
        " other.",
        mend="drop the rest",
        source=IAM_GUIDE.format("reference_policies_elements_sid"),
        find=bad_sids,
    ),
)
"""The rules on the form of a statement."""

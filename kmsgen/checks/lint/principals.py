"""Lint rules on the Principal element.

Source: IAM User Guide, reference_policies_elements_principal, reference_policies_elements_notprincipal, confused-deputy; KMS
Developer Guide, key-policy-overview.
"""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.arn import ACCOUNT_ID, is_service_principal, parse_arn
from kmsgen.checks.finding import ERROR, WARNING
from kmsgen.checks.lint.rule import IAM_GUIDE, LintRule, Problem
from kmsgen.checks.lint.written import WrittenStatement
from kmsgen.policy.document import Principal

_SOURCE_KEYS = frozenset({"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"})


def bad_principals(statement: WrittenStatement) -> Iterator[Problem]:
    """Find principals that KMS refuses or that mean nothing."""
    element = "NotPrincipal" if statement.statement.not_principal else "Principal"
    for principal in statement.statement.principals or () if statement.in_key_policy else ():
        found = _wrong_principal(principal)
        if found:
            yield statement.problem(f"`{principal.value}` {found[0]}", element, mend=found[1])


def _wrong_principal(principal: Principal) -> tuple[str, str] | None:
    value = principal.value
    if principal.kind == "Service" and not is_service_principal(value):
        return "is no service principal", "such as `logs.us-west-2.amazonaws.com`"
    if principal.kind == "Federated":
        return "is an identity provider, which no key policy takes", "name the role that its users assume"
    if principal.kind != "AWS" or value == "*" or ACCOUNT_ID.match(value):
        return None
    if "*" in value or "?" in value:
        return "has a wildcard: no principal matches in part", "name the account, with ArnLike on aws:PrincipalArn"
    return _wrong_arn(value)


def _wrong_arn(value: str) -> tuple[str, str] | None:
    arn = parse_arn(value)
    if arn is None and value.startswith(("AIDA", "AROA")):
        return "is the id of a deleted user or role: the policy cannot be put again with it", "drop it"
    if arn is not None and arn.kind == "group":
        return "is a group, which is no principal", "name its users, or a role that they assume"
    return ("names no principal", "") if arn is None or arn.service not in ("iam", "sts") else None


def allows_with_not_principal(statement: WrittenStatement) -> Iterator[Problem]:
    """Find Allow with NotPrincipal."""
    if statement.allows and statement.statement.not_principal:
        yield statement.problem("an Allow with NotPrincipal may give access to everyone else there is", "NotPrincipal")


def denies_with_not_principal(statement: WrittenStatement) -> Iterator[Problem]:
    """Find Deny with NotPrincipal."""
    if not statement.allows and statement.statement.not_principal:
        message = "a Deny with NotPrincipal also denies sessions, and every principal with a permissions boundary"
        yield statement.problem(message, "NotPrincipal")


def confused_deputies(statement: WrittenStatement) -> Iterator[Problem]:
    """Find services that are let in for whomever they act."""
    services = [one.value for one in statement.statement.principals or () if one.kind == "Service"]
    keys = [condition.key.lower() for condition in statement.statement.conditions]
    tied = any(key in _SOURCE_KEYS or key.startswith("kms:encryptioncontext") for key in keys)
    if statement.allows and services and not tied and not statement.statement.not_principal:
        named = ", ".join(f"`{one}`" for one in services)
        yield statement.problem(f"{named} may use the key for whomever the service acts", "Principal")


RULES = (
    LintRule(
        "bad-principal",
        ERROR,
        meaning="A Principal element of a key policy names what is no principal there.",
        why="KMS refuses the whole policy (MalformedPolicyDocumentException), or nobody is ever meant by the name.",
        mend="use the ARN of a role or a user",
        source=IAM_GUIDE.format("reference_policies_elements_principal"),
        find=bad_principals,
    ),
    LintRule(
        "allow-not-principal",
        ERROR,
        meaning="An Allow says with NotPrincipal to whom it does not give.",
        why="It gives to everyone else, anonymous callers and other accounts included; AWS takes NotPrincipal with Deny only.",
        mend="name the principals",
        source=IAM_GUIDE.format("reference_policies_elements_notprincipal"),
        find=allows_with_not_principal,
    ),
    LintRule(
        "deny-not-principal",
        WARNING,
        meaning="A Deny says with NotPrincipal whom it spares.",
        why="The sessions of a role that is spared are denied unless they are named too, and so is every principal that has a"
        " permissions boundary.",
        mend="deny everyone with ArnNotEquals on aws:PrincipalArn in its place",
        source=IAM_GUIDE.format("reference_policies_elements_notprincipal"),
        find=denies_with_not_principal,
    ),
    LintRule(
        "confused-deputy",
        WARNING,
        meaning="An Allow names a service, and nothing says for which account or resource the service must act.",
        why="Whoever uses that service, in any account, may make it use the key for them.",
        mend="add a condition on aws:SourceArn or aws:SourceAccount where the service sends it",
        source=IAM_GUIDE.format("confused-deputy"),
        find=confused_deputies,
    ),
)
"""The rules on the Principal element."""

"""Lint rules on the Principal element.

Source: IAM User Guide, reference_policies_elements_principal, reference_policies_elements_notprincipal, reference-arns; KMS
Developer Guide, key-policy-overview.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from kmsgen.arn import ACCOUNT_ID, Arn, is_group, is_service_principal, is_unique_id, parse_arn
from kmsgen.checks.finding import ERROR, WARNING
from kmsgen.checks.lint.rule import IAM_GUIDE, LintRule, Violation
from kmsgen.checks.lint.written import WrittenStatement
from kmsgen.policy.document import Principal

_DIGITS = re.compile(r"[0-9]+\Z")
_KINDS = {"iam": ("root", "user", "role"), "sts": ("assumed-role", "federated-user")}


class _Wrong(NamedTuple):
    """One kind of invalid principal: its test, the message, and how to mend it."""

    holds: Callable[[Principal], bool]
    says: str
    mend: str = ""


def _arn(test: Callable[[Arn], bool]) -> Callable[[Principal], bool]:
    """Return a test of principals that are ARNs; any other principal fails it."""

    def holds(principal: Principal) -> bool:
        arn = parse_arn(principal.value)
        return arn is not None and test(arn)

    return holds


def _names_nobody(arn: Arn) -> bool:
    return arn.kind not in _KINDS.get(arn.service, ()) or (arn.resource != "root" if arn.kind == "root" else not arn.name)


_OF_SERVICES = (
    _Wrong(lambda one: not is_service_principal(one.value), "is no service principal", "such as `logs.us-west-2.amazonaws.com`"),
)
_OF_PROVIDERS = (
    _Wrong(lambda _: True, "is an identity provider, which no key policy takes", "name the role that its users assume"),
)
_OF_AWS = (
    _Wrong(
        lambda one: "*" in one.value or "?" in one.value,
        "has a wildcard: no principal matches in part",
        "name the account, with ArnLike on aws:PrincipalArn",
    ),
    _Wrong(
        lambda one: is_unique_id(one.value),
        "is the id of a deleted user or role: the policy cannot be put again with it",
        "drop it",
    ),
    _Wrong(lambda one: _DIGITS.match(one.value) is not None, "is no account id: that has 12 digits", "write it in full"),
    _Wrong(
        lambda one: is_group(one.value),
        "is a group, which is no principal",
        "name its users, or a role that they assume",
    ),
    _Wrong(
        _arn(lambda arn: arn.service == "iam" and arn.kind == "policy"),
        "is a policy, which is no principal",
        "name the role or the user that has it",
    ),
    _Wrong(
        _arn(lambda arn: arn.service == "iam" and arn.kind == "instance-profile"),
        "is an instance profile, which is no principal",
        "name the role in it",
    ),
    _Wrong(
        _arn(lambda arn: arn.service in _KINDS and bool(arn.region)),
        "has a Region, which no ARN of a principal has",
        "leave nothing between the two colons",
    ),
    _Wrong(
        _arn(lambda arn: arn.service in _KINDS and not ACCOUNT_ID.match(arn.account)),
        "names no account: its id has 12 digits",
        "write the account's id in full",
    ),
    _Wrong(
        _arn(lambda arn: arn.kind == "assumed-role" and not arn.name.partition("/")[2]),
        "names no session",
        "name the role by its ARN, or add the session's name",
    ),
    _Wrong(lambda one: parse_arn(one.value) is None, "names no principal"),
    _Wrong(_arn(_names_nobody), "names no principal"),
)
_VARIABLE = _Wrong(
    lambda one: "${" in one.value, "has a variable, and a principal is taken as it is written", "write out what it stands for"
)
_WRONG = {"AWS": (_VARIABLE, *_OF_AWS), "Service": (_VARIABLE, *_OF_SERVICES), "Federated": _OF_PROVIDERS}


def bad_principals(statement: WrittenStatement) -> Iterator[Violation]:
    """Find principals in a key policy that KMS refuses or that name nobody."""
    element = "NotPrincipal" if statement.statement.not_principal else "Principal"
    places: Counter[str] = Counter()
    for principal in statement.principals if statement.in_key_policy else ():
        number = places[principal.kind]
        places[principal.kind] += 1
        wrong = _wrong(principal)
        if wrong is not None:
            yield statement.problem(f"`{principal.value}` {wrong.says}", element, principal.kind, number, mend=wrong.mend)


def _wrong(principal: Principal) -> _Wrong | None:
    if principal.kind == "AWS" and (principal.value == "*" or ACCOUNT_ID.match(principal.value)):
        return None
    return next((wrong for wrong in _WRONG.get(principal.kind, ()) if wrong.holds(principal)), None)


def is_nobody(principal: Principal) -> bool:
    """Return whether a Principal entry is invalid, so that nobody can be meant."""
    return _wrong(principal) is not None


def allows_with_not_principal(statement: WrittenStatement) -> Iterator[Violation]:
    """Find Allow with NotPrincipal."""
    if statement.allows and statement.statement.not_principal:
        yield statement.problem("an Allow with NotPrincipal may give access to everyone else there is", "NotPrincipal")


def denies_with_not_principal(statement: WrittenStatement) -> Iterator[Violation]:
    """Find Deny with NotPrincipal."""
    if not statement.allows and statement.statement.not_principal:
        message = "a Deny with NotPrincipal also denies sessions, and every principal with a permissions boundary"
        yield statement.problem(message, "NotPrincipal")


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
)
"""The rules on the Principal element."""

"""Lint rules on access as a whole, by proofs over every possible request.

Source: KMS Developer Guide, key-policy-default, key-policy-overview; IAM User Guide, reference_policies_elements_principal.
"""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.checks.finding import ERROR, WARNING, Concern
from kmsgen.checks.lint.key import LintedKey
from kmsgen.checks.lint.rule import IAM_GUIDE, KMS_GUIDE, LintRule, Violation
from kmsgen.prover.question import Result

_SHARE = 5  # groups of a proof that are shown


def public_access(key: LintedKey) -> Iterator[Violation]:
    """Find public access: keys that principals may use whom no policy names."""
    for group in key.public.groups[:_SHARE]:
        message = f"strangers have access: {group}"
        yield Violation(key.place_of(group.reason), message, statements=group.reason, witness=group.witness, key=key.name)


def lockouts(key: LintedKey) -> Iterator[Violation]:
    """Find keys whose policy nobody can change."""
    if key.lockout.result is Result.REFUTED:
        yield Violation(key.place, key.lockout.reason, key=key.name)


def unfinished(key: LintedKey) -> Iterator[Violation]:
    """Find questions that no proof answered within its budget."""
    reasons = [key.public.reason, key.minimal.reason]
    reasons += [key.lockout.reason] if key.lockout.result is Result.UNKNOWN else []
    for reason in dict.fromkeys(filter(None, reasons)):
        yield Violation(key.place, f"not everything could be proved: {reason}", key=key.name)


RULES = (
    LintRule(
        "public-access",
        ERROR,
        meaning="Somebody whom no policy names may use the key: an anonymous caller, or any account of AWS.",
        why="Strangers can use the key as far as the finding says; its witness is one such request, which the authorizer allows.",
        mend="name principals, or tie the statement to aws:PrincipalOrgID, kms:CallerAccount or aws:SourceArn",
        source=IAM_GUIDE.format("reference_policies_elements_principal"),
        find=public_access,
        concern=Concern.PUBLIC,
    ),
    LintRule(
        "lockout",
        ERROR,
        meaning="No principal there could be may call kms:PutKeyPolicy on the key.",
        why="The key cannot be managed any more: only AWS Support can give access back.",
        mend="allow kms:PutKeyPolicy to a principal, or let the account's IAM policies decide",
        source=KMS_GUIDE.format("key-policy-default"),
        find=lockouts,
        concern=Concern.LOCKOUT,
    ),
    LintRule(
        "not-finished",
        WARNING,
        meaning="A question about the key has no answer: a proof ran out of its budget, or AWS leaves open what is meant.",
        why="What is not proved may not hold: there may be more findings than are shown.",
        mend="make plain what the reason names, or ask `kmsgen prove` with more `--seconds`",
        source=KMS_GUIDE.format("policy-evaluation"),
        find=unfinished,
        concern=Concern.UNFINISHED,
    ),
)
"""The lint rules on access as a whole."""

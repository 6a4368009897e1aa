"""Lint rules on a policy as a whole, as it is written.

Source: KMS Developer Guide, key-policy-overview; IAM User Guide, reference_policies_elements_sid.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kmsgen.checks.finding import ERROR
from kmsgen.checks.lint.rule import IAM_GUIDE, KMS_GUIDE, LintRule, Problem
from kmsgen.checks.lint.written import KEY_POLICY, Written
from kmsgen.policy.json_form import KEY_POLICY_BYTES, compact_policy, format_document


def duplicate_sids(policy: Written) -> Iterator[Problem]:
    """Find Sids that several statements have."""
    counted = Counter(statement.sid for statement in policy.document.statements if statement.sid)
    for number, statement in enumerate(policy.document.statements):
        if statement.sid and counted[statement.sid] > 1:
            yield Problem(policy.place(number, ("Sid",)), f"the Sid `{statement.sid}` stands twice", key=policy.key)


def oversized_policies(policy: Written) -> Iterator[Problem]:
    """Find key policies that KMS refuses for their size."""
    size = len(compact_policy(format_document(policy.document)).encode())
    if policy.kind == KEY_POLICY and size > KEY_POLICY_BYTES:
        message = f"the policy has {size} bytes without white space, and a key policy has at most {KEY_POLICY_BYTES}"
        yield Problem(policy.where(policy.steps), message, key=policy.key)


RULES = (
    LintRule(
        "duplicate-sid",
        ERROR,
        meaning="Two statements of a policy have the same Sid.",
        why="A Sid names one statement: IAM refuses such a policy, and nobody can tell which statement a log or a finding means.",
        mend="give each its own",
        source=IAM_GUIDE.format("reference_policies_elements_sid"),
        find=duplicate_sids,
    ),
    LintRule(
        "too-large",
        ERROR,
        meaning="A key policy is larger than 32 KiB, white space not counted.",
        why="KMS refuses it.",
        mend="merge statements, or use grants",
        source=KMS_GUIDE.format("key-policy-overview"),
        find=oversized_policies,
    ),
)
"""The rules on a policy as it is written."""

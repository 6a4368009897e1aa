"""Findings on policies that anyone wrote, each with its fix: statement by statement, and by proof on the policy as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kmsgen.checks.finding import SEVERITIES, Finding
from kmsgen.checks.lint import table
from kmsgen.checks.lint.key import LintedKey
from kmsgen.checks.lint.written import Written
from kmsgen.policy.bundle import Bundle
from kmsgen.prover.proof import Budget


def lint(written: Sequence[Written], bundle: Bundle | None, budget: Budget | None = None) -> list[Finding]:
    """Return the findings on policies, in their order; with a bundle those too that only the whole shows."""
    found = [finding for one in written for finding in _of_policy(one)]
    if bundle is not None and bundle.keys:
        key = LintedKey(bundle, written, budget or Budget(seconds=20))
        found += [finding for rule in table.OF_KEYS for finding in rule.findings(key)]
    order = {severity: rank for rank, severity in enumerate(SEVERITIES)}
    unique = {(one.code, one.location, one.message, one.statements): one for one in found}
    return sorted(unique.values(), key=lambda one: (one.location, order[one.severity], one.code, one.message))


def _of_policy(policy: Written) -> Iterator[Finding]:
    for statement in policy.statements():
        for rule in table.OF_STATEMENTS:
            yield from rule.findings(statement)
    for of_policies in table.OF_POLICIES:
        yield from of_policies.findings(policy)

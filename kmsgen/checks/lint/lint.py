"""Lint: findings on policies, statement by statement, policy by policy, and by proofs on each key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kmsgen.arn import account_of
from kmsgen.checks.finding import SEVERITIES, Finding
from kmsgen.checks.lint import table
from kmsgen.checks.lint.key import LintedKey
from kmsgen.checks.lint.written import KEY_POLICY, Written
from kmsgen.policy.bundle import Bundle
from kmsgen.prover.bearing import Bearings
from kmsgen.prover.minimality import minimality_by_key
from kmsgen.prover.problem import Budget


def lint(written: Sequence[Written], bundle: Bundle | None, budget: Budget | None = None) -> list[Finding]:
    """Return the findings on policies, sorted by place; those that need a whole key only with a bundle.

    The key policies in `written` must be those of the bundle's keys, in the same order. `budget` is for each proof.
    """
    keys = bundle.keys if bundle is not None else ()
    own = [one for one in written if one.kind == KEY_POLICY]
    own = [one._replace(account=account_of(access.key.arn) or "") for one, access in zip(own, keys, strict=False)] or own
    beside = [one for one in written if one.kind != KEY_POLICY]
    found = [finding for one in (*own, *beside) for finding in _of_policy(one)]
    for key in _keys(own, beside, bundle, budget or Budget(seconds=20)) if bundle is not None and keys else ():
        found += [finding for rule in table.OF_KEYS for finding in rule.findings(key)]
    order = {severity: rank for rank, severity in enumerate(SEVERITIES)}
    unique = {(one.code, one.location, one.message, one.statements, one.key): one for one in found}
    return sorted(unique.values(), key=lambda one: (one.location, order[one.severity], one.code, one.message))


def _of_policy(policy: Written) -> Iterator[Finding]:
    for statement in policy.statements():
        for rule in table.OF_STATEMENTS:
            yield from rule.findings(statement)
    for of_policies in table.OF_POLICIES:
        yield from of_policies.findings(policy)


def _keys(own: Sequence[Written], beside: Sequence[Written], bundle: Bundle, budget: Budget) -> Iterator[LintedKey]:
    """Yield each key with its policy and all IAM policies; what could be removed of these is proved with the first key."""
    bearings, minimal = Bearings(bundle), minimality_by_key(bundle, budget)
    for access, policy, about in zip(bundle.keys, own, minimal, strict=True):
        yield LintedKey(bearings.on(access), (policy, *beside), about, budget)

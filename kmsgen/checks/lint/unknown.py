"""Lint rules on unknown values of a file: findings that hold for some values but not for all.

Such a file is linted twice, as it gives the most access and as it gives the least.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kmsgen.checks.finding import NOTE, WARNING, Concern, Finding
from kmsgen.checks.lint.rule import IAM_GUIDE, KMS_GUIDE, LintRule, Violation


class ReadTwice(NamedTuple):
    """The findings on a file in its two readings, with the most and with the least access; `unknown`: what is, by key name.

    `named`: those with the most access if every unknown account is one that the policy names, so that none is a stranger.
    """

    most: tuple[Finding, ...]
    least: tuple[Finding, ...]
    unknown: Mapping[str, str]
    named: tuple[Finding, ...] | None = None
    set_twice: tuple[Violation, ...] = ()  # keys whose policy two resources set
    assumed: tuple[Violation, ...] = ()  # what is taken for granted

    def sure(self) -> list[Finding]:
        """Return the findings that both readings share; of removable parts only those that no request meets."""
        there = {(one.code, one.location, one.key) for one in self.least}
        both = [one for one in self.most if (one.code, one.location, one.key) in there]
        return [one for one in both if one.concern is not Concern.REMOVABLE]


def may_be_public(read: ReadTwice) -> Iterator[Violation]:
    """Find keys that are public for some unknown value."""
    sure = {one.key for one in read.least if one.concern is Concern.PUBLIC}
    most = read.most if read.named is None else read.named
    open_here = {one.key: one for one in reversed(most) if one.concern is Concern.PUBLIC and one.key not in sure}
    for key, one in open_here.items():
        yield Violation(one.location, f"whether strangers have access is open; not known: {read.unknown.get(key)}", key=key)


def may_lock_out(read: ReadTwice) -> Iterator[Violation]:
    """Find keys whose policy nobody can change, for some unknown value."""
    sure = {one.key for one in read.most if one.concern is Concern.LOCKOUT}
    for one in read.least:
        if one.concern is Concern.LOCKOUT and one.key not in sure:
            message = f"whether anybody can change the key policy is open; not known: {read.unknown.get(one.key)}"
            yield Violation(one.location, message, key=one.key)


def two_policies(read: ReadTwice) -> Iterator[Violation]:
    """Find keys whose policy two resources set."""
    yield from read.set_twice


def assumed(read: ReadTwice) -> Iterator[Violation]:
    """Find what the findings take for granted and the file does not tell."""
    yield from read.assumed


RULES = (
    LintRule(
        "unknown-public-access",
        WARNING,
        meaning="Strangers may have access: that depends on a value which the file does not tell.",
        why="The value may be anything, a `*` too. Nothing is proved of the key until it is known.",
        mend="tell the value, or look at the state after apply",
        source=KMS_GUIDE.format("policy-evaluation"),
        find=may_be_public,
    ),
    LintRule(
        "unknown-lockout",
        WARNING,
        meaning="Nobody may be able to change the key policy: that depends on a value which the file does not tell.",
        why="If it turns out wrong, only AWS Support can give access back. That IAM policies which the file neither tells nor "
        "touches deny nobody is taken for granted, as of principals that it does not name.",
        mend="tell the value, or name a principal that is known",
        source=KMS_GUIDE.format("key-policy-default"),
        find=may_lock_out,
    ),
    LintRule(
        "two-policies",
        WARNING,
        meaning="A key has a policy of its own, and another resource gives it one as well.",
        why="One undoes the other with every apply, and which of them the key has in between is chance.",
        mend="keep one of them",
        source=KMS_GUIDE.format("key-policy-modifying"),
        find=two_policies,
    ),
    LintRule(
        "assumed",
        NOTE,
        meaning="The findings take something for granted that the file does not tell.",
        why="A parameter may be given another value than its default, a Terraform expression may be a function of the one value"
        " that it refers to, and AWS changes its managed policies.",
        mend="tell the value, or look at the state after apply; with `--strict` nothing is taken for granted",
        source=IAM_GUIDE.format("access_policies_managed-vs-inline"),
        find=assumed,
    ),
)
"""The lint rules on a file that was read twice."""

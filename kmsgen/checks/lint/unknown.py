"""Lint rules on unknown values of a file: findings that hold for some values but not for all.

Such a file is linted twice, as it gives the most access and as it gives the least.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kmsgen.checks.finding import NOTE, WARNING, Finding
from kmsgen.checks.lint.dead_parts import OF_MINIMALITY
from kmsgen.checks.lint.rule import KMS_GUIDE, LintRule, Violation
from kmsgen.errors import Diagnostic

PUBLIC, LOCKOUT = "public-access", "lockout"
TWO_POLICIES = "two-policies"
ASSUMED = "assumed"
_SURELY_DEAD = "dead-"


class ReadTwice(NamedTuple):
    """The findings on a file in its two readings, with the most and with the least access, and notes on it.

    `unknown`: what is unknown, in words, by key name. `named`: the findings with the most access if every unknown account is one
    that the policy names, so that none is a stranger.
    """

    most: tuple[Finding, ...]
    least: tuple[Finding, ...]
    unknown: Mapping[str, str]
    notes: tuple[Diagnostic, ...] = ()
    named: tuple[Finding, ...] | None = None

    def sure(self) -> list[Finding]:
        """Return the findings that both readings share; of removable parts only those that no request meets."""
        there = {(one.code, one.location, one.key) for one in self.least}
        both = [one for one in self.most if (one.code, one.location, one.key) in there]
        return [one for one in both if not one.code.startswith(OF_MINIMALITY) or one.code.startswith(_SURELY_DEAD)]


def may_be_public(read: ReadTwice) -> Iterator[Violation]:
    """Find keys that are public for some unknown value."""
    sure = {one.key for one in read.least if one.code == PUBLIC}
    most = read.most if read.named is None else read.named
    open_here = {one.key: one for one in reversed(most) if one.code == PUBLIC and one.key not in sure}
    for key, one in open_here.items():
        yield Violation(one.location, f"whether strangers have access is open; not known: {read.unknown.get(key)}", key=key)


def may_lock_out(read: ReadTwice) -> Iterator[Violation]:
    """Find keys whose policy nobody can change, for some unknown value."""
    sure = {one.key for one in read.most if one.code == LOCKOUT}
    for one in read.least:
        if one.code == LOCKOUT and one.key not in sure:
            message = f"whether anybody can change the key policy is open; not known: {read.unknown.get(one.key)}"
            yield Violation(one.location, message, key=one.key)


def two_policies(read: ReadTwice) -> Iterator[Violation]:
    """Find keys whose policy two resources set."""
    yield from (Violation(one.location, one.message) for one in read.notes if one.code == TWO_POLICIES)


def assumed(read: ReadTwice) -> Iterator[Violation]:
    """Find what the findings take for granted and the file does not tell."""
    yield from (Violation(one.location, one.message) for one in read.notes if one.code == ASSUMED)


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
        why="If it turns out wrong, only AWS Support can give access back.",
        mend="tell the value, or name a principal that is known",
        source=KMS_GUIDE.format("key-policy-default"),
        find=may_lock_out,
    ),
    LintRule(
        TWO_POLICIES,
        WARNING,
        meaning="A key has a policy of its own, and another resource gives it one as well.",
        why="One undoes the other with every apply, and which of them the key has in between is chance.",
        mend="keep one of them",
        source=KMS_GUIDE.format("key-policy-modifying"),
        find=two_policies,
    ),
    LintRule(
        ASSUMED,
        NOTE,
        meaning="The findings take something for granted that the file does not tell.",
        why="A parameter may be given another value than its default, a Terraform expression may be a function of the one value"
        " that it refers to, and AWS changes its managed policies.",
        mend="tell the value, or look at the state after apply; with `--strict` nothing is taken for granted",
        source="https://developer.hashicorp.com/terraform/internals/json-format",
        find=assumed,
    ),
)
"""The lint rules on a file that was read twice."""

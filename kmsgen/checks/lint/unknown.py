"""Lint rules on what a file leaves unknown: findings that hold for some of the values that may stand there.

A policy with unknown values is linted twice, as it gives the most access and as it gives the least.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kmsgen.checks.finding import WARNING, Finding
from kmsgen.checks.lint.dead_parts import OF_MINIMALITY
from kmsgen.checks.lint.rule import KMS_GUIDE, LintRule, Problem
from kmsgen.errors import Diagnostic

PUBLIC, LOCKOUT = "public-access", "lockout"
TWO_POLICIES = "two-policies"
_SURELY_DEAD = "dead-"


class ReadTwice(NamedTuple):
    """The findings on a file as it gives the most access and the least, and notes on the file.

    `unknown` is what is not known in words, by the key that findings name. `named` are the findings on it as it gives the most
    access, with every account one that the policy names: for strangers that changes nothing.
    """

    most: tuple[Finding, ...]
    least: tuple[Finding, ...]
    unknown: Mapping[str, str]
    notes: tuple[Diagnostic, ...] = ()
    named: tuple[Finding, ...] | None = None

    def sure(self) -> list[Finding]:
        """Return the findings of both readings: they hold for every value. Of what may be left out only what nothing meets."""
        there = {(one.code, one.location, one.key) for one in self.least}
        both = [one for one in self.most if (one.code, one.location, one.key) in there]
        return [one for one in both if not one.code.startswith(OF_MINIMALITY) or one.code.startswith(_SURELY_DEAD)]


def may_be_public(read: ReadTwice) -> Iterator[Problem]:
    """Find keys that strangers may use, for some value that is not known."""
    sure = {one.key for one in read.least if one.code == PUBLIC}
    most = read.most if read.named is None else read.named
    open_here = {one.key: one for one in reversed(most) if one.code == PUBLIC and one.key not in sure}
    for key, one in open_here.items():
        yield Problem(one.location, f"whether strangers have access is open; not known: {read.unknown.get(key)}", key=key)


def may_lock_out(read: ReadTwice) -> Iterator[Problem]:
    """Find keys of which nobody may be able to change the policy, for some value that is not known."""
    sure = {one.key for one in read.most if one.code == LOCKOUT}
    for one in read.least:
        if one.code == LOCKOUT and one.key not in sure:
            message = f"whether anybody can change the key policy is open; not known: {read.unknown.get(one.key)}"
            yield Problem(one.location, message, key=one.key)


def two_policies(read: ReadTwice) -> Iterator[Problem]:
    """Find keys that two resources give a policy."""
    yield from (Problem(one.location, one.message) for one in read.notes if one.code == TWO_POLICIES)


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
)
"""The rules on a file that was read twice."""

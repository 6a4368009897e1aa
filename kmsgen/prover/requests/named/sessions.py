"""Patterns of sessions in a question: of which roles the sessions are, and how they may be called.

A session of a role is the role with a name of its own, which a policy sees in aws:userid alone (IAM User Guide,
reference_identifiers); those that a policy, a description or a question names are principals of their own, and their role is
asked about without them. So a pattern of sessions asks about roles whose aws:userid ends in such a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from kmsgen.arn import Arn, parse_arn
from kmsgen.prover.problem import Values
from kmsgen.prover.values.domains import ROLE_ID
from kmsgen.prover.values.patterns import IN_NAME, IN_NAME_STAR, NAME, PATH, STAR, Pattern, PatternStep, glob, literal

_SESSION = re.compile(r"(arn:[^:]*):sts::([^:]*):assumed-role/([^/]*)/(.*)", re.DOTALL)
_SHORTEST = 2
"""Characters of a session's name (STS API reference, AssumeRole)."""
_NARROW = {PatternStep(None): IN_NAME, STAR: IN_NAME_STAR}
_OF_NAME = {PatternStep(None): PatternStep(NAME), STAR: PatternStep(NAME, loop=True)}


class SessionPattern(NamedTuple):
    """The ARNs of roles that a pattern of sessions is about, and the names of sessions; `every` where it is about each."""

    roles: tuple[Pattern, ...]
    names: Pattern
    every: bool


@lru_cache(maxsize=256)
def sessions_of(pattern: str) -> SessionPattern | None:
    """Take a pattern of session ARNs apart; None for any other pattern, and for the ARN of one session."""
    found = _SESSION.fullmatch(pattern)
    if found is None or not {"*", "?"} & set(pattern):
        return None
    if len(found[4].replace("*", "")) < _SHORTEST and "*" not in found[4]:
        return SessionPattern((), glob(found[4]), every=False)
    head = glob(f"{found[1]}:iam::{found[2]}:role/").steps
    role = [_NARROW.get(step, step) for step in glob(found[3]).steps]
    roles = (Pattern([*head, *role]), Pattern([*head, STAR, PatternStep("/"), *role]))
    return SessionPattern(roles, glob(found[4]), not found[4].strip("*") and bool(found[4]))


@lru_cache(maxsize=256)
def ids_of(pattern: str) -> Pattern:
    """Return what aws:userid of a session, or of those of a pattern, matches: the id of the role, a colon, the name."""
    asked = sessions_of(pattern)
    names = asked.names if asked else literal(pattern.rpartition("/")[2])
    return Pattern([*ROLE_ID.steps, PatternStep(":"), *(_OF_NAME.get(step, step) for step in names.steps)])


class Sessions:
    """Of which of its sessions a role stands for: not those that are principals of their own, or only those of a pattern."""

    def __init__(self, patterns: tuple[tuple[str, bool], ...], principals: Iterable[str]) -> None:
        self._patterns = [(text, truth, found) for text, truth in patterns if (found := sessions_of(text))]
        self._named: dict[tuple[str, str], list[str]] = {}
        for text, arn in _sessions_among(principals):
            self._named.setdefault((arn.account, arn.name.partition("/")[0]), []).append(text)

    def of(self, role: str) -> tuple[tuple[str, bool], ...]:
        """Return what sessions of a role are asked about: such of patterns (True), or all but those (False)."""
        arn = parse_arn(role)
        own = self._named.get((arn.account, arn.name.rpartition("/")[2]), ()) if arn else ()
        asked = [(text, truth) for text, truth, found in self._patterns if any(one.matches(role) for one in found.roles)]
        return (*asked, *((text, False) for text in own))


def roles_behind(principals: Iterable[str]) -> Mapping[str, Values]:
    """Return by account the names of roles that have sessions among some principals."""
    found: dict[str, dict[str, None]] = {}
    for _, arn in _sessions_among(principals):
        found.setdefault(arn.account, {})[arn.name.partition("/")[0]] = None
    return {account: tuple(names) for account, names in found.items()}


def _sessions_among(principals: Iterable[str]) -> list[tuple[str, Arn]]:
    return [(text, arn) for text in principals if (arn := parse_arn(text)) is not None and arn.kind == "assumed-role"]


def below_a_path(head: str, name: str) -> Pattern:
    """Return the texts that begin with `head` and end in a name under some path."""
    return Pattern([*map(PatternStep, head), PatternStep(PATH, loop=True), PatternStep("/"), *literal(name).steps])

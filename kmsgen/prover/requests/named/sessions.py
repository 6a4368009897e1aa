"""Patterns of sessions in a question: of which roles the sessions are, and how they may be called.

A session of a role is the role with a name of its own, which a policy sees in aws:userid alone (IAM User Guide,
reference_identifiers); those that a policy or a description names are principals of their own. So a pattern of sessions asks
about roles whose aws:userid ends in such a name.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from kmsgen.prover.values.domains import ROLE_ID
from kmsgen.prover.values.patterns import IN_NAME, IN_NAME_STAR, NAME, STAR, Pattern, PatternStep, glob

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

    @property
    def ids(self) -> Pattern:
        """What aws:userid of such a session matches: the id of the role, a colon, the name."""
        return Pattern([*ROLE_ID.steps, PatternStep(":"), *(_OF_NAME.get(step, step) for step in self.names.steps)])


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

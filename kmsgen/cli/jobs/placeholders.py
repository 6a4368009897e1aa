"""Principals and accounts that stand for those which a file does not tell: whom a name, or a pattern of names, may mean."""

from __future__ import annotations

from kmsgen.arn import ACCOUNT_ID, parse_arn, role_of_session
from kmsgen.policy.wildcards import may_meet
from kmsgen.sources.described import Described
from kmsgen.sources.question import Placeholder

_PARTS = 6


def placeholders(described: Described) -> tuple[Placeholder, ...]:
    """Return who stands for others in a file, for requests that are put to it; its account first, as names are of one."""
    found = [
        Placeholder(one.open.holder, one.pattern, f"the name for which {one.open.holder} stands") for one in described.called
    ]
    own = described.account
    return (*([Placeholder(own.holder, "arn:*", own.what)] if own else ()), *found)


def as_placeholder(one: Placeholder, principal: str) -> str:
    """Return the principal as whom somebody is asked about who may be the one that this stands for; nothing if nobody may be."""
    if not may_meet(one.pattern, behind(principal)):
        return ""
    return of_account(principal, one.arn) if ACCOUNT_ID.match(one.arn) else one.arn


def behind(pattern: str) -> str:
    """Return the pattern of the role or user whose sessions a pattern is about; their ARNs tell no path."""
    arn = parse_arn(pattern)
    role = role_of_session(arn) if arn else None
    if arn is None or not (role or arn.kind == "federated-user"):
        return pattern
    return f"arn:{arn.partition}:iam::{arn.account}:{f'role/*{role}' if role else f'user/*{arn.name}'}"


def of_account(principal: str, account: str) -> str:
    """Return a principal as one of an account, where it is of one that it names."""
    parts = principal.split(":", 5)
    named = len(parts) == _PARTS and ACCOUNT_ID.match(parts[4])
    return ":".join((*parts[:4], account, parts[5])) if named else principal

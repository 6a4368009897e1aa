"""From what matched to an outcome: monotone, whatever matched."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import pytest

from kmsgen.authorizer.decision import Outcome
from kmsgen.authorizer.evaluation.outcome import (
    CROSS_ACCOUNT,
    IAM_ONLY,
    NOBODY,
    RETIRING,
    SAME_ACCOUNT,
    SERVICE,
    AccessRoute,
    Facts,
    Match,
    settle,
)
from kmsgen.authorizer.language.principal import ACCOUNT, DIRECT, ROLE


@dataclass(frozen=True)
class Rule:
    """A statement or grant, as far as settling looks at it."""

    layer: str
    deny: bool = False
    level: int = 0

    @property
    def source(self) -> str:
        """Its label."""
        return f"{self.layer}/{'deny' if self.deny else 'allow'}{self.level}"


POOL: list[Match] = [
    (Rule("key-policy"), DIRECT),
    (Rule("key-policy", level=1), ROLE),
    (Rule("key-policy", level=2), ACCOUNT),
    (Rule("identity-policy"), DIRECT),
    (Rule("boundary"), DIRECT),
    (Rule("session-policy"), DIRECT),
    (Rule("scp"), DIRECT),
    (Rule("vpc-endpoint-policy"), DIRECT),
    (Rule("grant"), DIRECT),
    (Rule("grant", level=1), ACCOUNT),
    (Rule("identity-policy", deny=True), DIRECT),
]
ROUTES = {
    "same": SAME_ACCOUNT,
    "cross": CROSS_ACCOUNT,
    "service": SERVICE,
    "iam": IAM_ONLY,
    "retiring": RETIRING,
    "nobody": NOBODY,
}
ALLOWS = [match for match in POOL if not match[0].deny]


def facts(routes: tuple[AccessRoute, ...], *, limited: bool) -> Facts:
    """Return facts with no limits beside the routes, or with all of them."""
    return Facts(routes, ("key-policy",), limited, limited, int(limited), limited, routes is CROSS_ACCOUNT)


@pytest.mark.parametrize("limited", [False, True])
@pytest.mark.parametrize("name", ROUTES)
def test_one_more_allow_never_takes_access_away(name: str, limited: bool) -> None:  # noqa: FBT001 - a case
    """Whatever matched, one more Allow or grant keeps an access."""
    known = facts(ROUTES[name], limited=limited)
    for count in range(len(ALLOWS)):
        for matched in combinations(ALLOWS, count):
            if settle(known, matched).outcome is Outcome.ALLOWED:
                assert all(settle(known, (*matched, more)).outcome is Outcome.ALLOWED for more in ALLOWS)


@pytest.mark.parametrize("limited", [False, True])
@pytest.mark.parametrize("name", ROUTES)
def test_a_deny_always_denies(name: str, limited: bool) -> None:  # noqa: FBT001 - a case
    """With a matching Deny, nothing that matches beside it gives access, and the Deny is the reason."""
    known = facts(ROUTES[name], limited=limited)
    for matched in combinations(ALLOWS, 4):
        assert settle(known, (POOL[-1], *matched)).reason == ("identity-policy/deny0",)


@pytest.mark.parametrize("limited", [False, True])
@pytest.mark.parametrize("name", ROUTES)
def test_reasons_are_what_matched_or_what_lacks(name: str, limited: bool) -> None:  # noqa: FBT001 - a case
    """An access is due to statements that matched; an implicit deny to layers, and to one at least."""
    known = facts(ROUTES[name], limited=limited)
    for matched in combinations(ALLOWS, 3):
        settled = settle(known, matched)
        assert settled.reason
        sources = {rule.source for rule, _naming in matched}
        assert (set(settled.reason) <= sources) is (settled.outcome is Outcome.ALLOWED)


def outcome(routes: tuple[AccessRoute, ...], *layers: tuple[str, int], limited: bool = False) -> tuple[str, tuple[str, ...]]:
    """Settle what matched in these layers."""
    settled = settle(facts(routes, limited=limited), [(Rule(layer), naming) for layer, naming in layers])
    return str(settled.outcome), settled.reason


KP, IP, BO, SE, SC, VP, GR = "key-policy", "identity-policy", "boundary", "session-policy", "scp", "vpc-endpoint-policy", "grant"


@pytest.mark.parametrize(
    ("layers", "reason"),
    [
        (((KP, DIRECT),), ("key-policy/allow0",)),
        (((KP, ACCOUNT), (IP, DIRECT)), ("key-policy/allow0", "identity-policy/allow0")),
        (((KP, ACCOUNT),), (IP,)),
        (((IP, DIRECT),), (KP,)),
        (((GR, DIRECT),), ("grant/allow0",)),
        (((GR, ACCOUNT),), (IP,)),
        ((), (KP,)),
    ],
)
def test_same_account(layers: tuple[tuple[str, int], ...], reason: tuple[str, ...]) -> None:
    """In the key's account: named directly, or let in by account and IAM, or by a grant."""
    assert outcome(SAME_ACCOUNT, *layers)[1] == reason


@pytest.mark.parametrize(
    ("layers", "reason"),
    [
        (((KP, DIRECT),), (IP,)),
        (((KP, ACCOUNT), (IP, DIRECT)), ("key-policy/allow0", "identity-policy/allow0")),
        (((KP, ROLE), (IP, DIRECT)), ("key-policy/allow0", "identity-policy/allow0")),
        (((IP, DIRECT),), (KP,)),
        ((), (KP, IP)),
        (((GR, ROLE),), ("grant/allow0",)),
    ],
)
def test_across_accounts(layers: tuple[tuple[str, int], ...], reason: tuple[str, ...]) -> None:
    """Across accounts key policy and IAM must both allow, or a grant."""
    assert outcome(CROSS_ACCOUNT, *layers)[1] == reason


@pytest.mark.parametrize(
    ("naming", "reason"),
    [(DIRECT, ("key-policy/allow0",)), (ROLE, (BO, SE)), (ACCOUNT, (IP, BO, SE))],
)
def test_limits(naming: int, reason: tuple[str, ...]) -> None:
    """Boundary and session policies limit a role that is named and what IAM gives, not a user or session that is named."""
    assert outcome(SAME_ACCOUNT, (KP, naming), (SC, DIRECT), (VP, DIRECT), limited=True)[1] == reason


def test_scp_and_endpoint_guard_every_route() -> None:
    """SCPs and a VPC endpoint policy must allow, however access comes about."""
    assert outcome(SAME_ACCOUNT, (KP, DIRECT), limited=True) == ("implicitDeny", (SC, VP))


def test_boundaries_limit_grants() -> None:
    """A boundary and session policies that do not allow limit a grant, and S1 is noted."""
    settled = settle(facts(SAME_ACCOUNT, limited=True), [(Rule(GR), DIRECT), (Rule(SC), DIRECT), (Rule(VP), DIRECT)])
    assert (settled.reason, settled.notes) == ((BO, SE), ("S1",))

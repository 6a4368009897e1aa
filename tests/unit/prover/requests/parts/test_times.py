"""The times of a request."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from kmsgen.prover.requests.parts.times import AGE, EPOCH, ISSUED, NOW, issued_by, moment_of, times_agree

NOON = "2026-01-01T12:00:00Z"
SECONDS = "1767268800"


@pytest.mark.parametrize(
    ("held", "moment"),
    [
        ({NOW: (NOON,)}, Decimal(SECONDS)),
        ({EPOCH: (SECONDS,)}, Decimal(SECONDS)),
        ({NOW: None, EPOCH: (SECONDS,)}, Decimal(SECONDS)),
        ({NOW: None}, None),
        ({}, None),
    ],
)
def test_the_moment_is_told_by_either_key(held: Mapping[str, tuple[str, ...] | None], moment: Decimal | None) -> None:
    """As a date or as seconds since 1970; it may be undecided."""
    assert moment_of(held) == moment


@pytest.mark.parametrize(
    ("held", "agree"),
    [
        ({NOW: (NOON,), ISSUED: ("2026-01-01T11:00:00Z",)}, True),
        ({NOW: (NOON,), ISSUED: (NOON,)}, True),
        ({NOW: (NOON,), ISSUED: ("2026-01-01T12:00:01Z",)}, False),
        ({NOW: (NOON,), ISSUED: ("2026-01-01T11:00:00Z",), AGE: ("3600",)}, True),
        ({NOW: (NOON,), ISSUED: ("2026-01-01T11:00:00Z",), AGE: ("3599",)}, True),
        ({NOW: (NOON,), ISSUED: ("2026-01-01T11:00:00Z",), AGE: ("3590",)}, False),
        ({NOW: (NOON,), ISSUED: ("2026-01-01T11:00:00Z",), AGE: ("9999",)}, True),
        ({NOW: (NOON,), AGE: ("1",)}, True),
        ({ISSUED: ("2026-01-01T13:00:00Z",)}, True),
    ],
)
def test_credentials_are_issued_after_mfa_and_before_they_are_used(held: Mapping[str, tuple[str, ...]], agree: bool) -> None:  # noqa: FBT001
    """To a second, by which whole seconds may differ; what is not decided speaks against nothing."""
    assert times_agree(held) is agree


def test_credentials_are_issued_at_the_moment_or_before() -> None:
    """A text that is no time is no later one."""
    texts = iter(["2026-01-01T13:00:00Z", "2026-01-01T11:00:00Z", "never"])
    assert list(issued_by(Decimal(SECONDS), texts))[1:] == ["2026-01-01T11:00:00Z", "never"]

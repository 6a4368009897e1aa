"""The values that a condition key can have."""

from __future__ import annotations

import pytest

from kmsgen.prover.values.domains import DOMAINS, Domain, Kind
from kmsgen.prover.values.patterns import glob

SHAPE = Domain(shapes=(glob("a*"),), strict=True)


@pytest.mark.parametrize(
    ("domain", "text", "admitted"),
    [
        (Domain(values=("x", "y")), "x", True),
        (Domain(values=("x", "y")), "z", False),
        (Domain(values=("x", "y"), taken=frozenset({"x"})), "x", False),
        (SHAPE, "ab", True),
        (SHAPE, "b", False),
        (SHAPE._replace(strict=False), "b", True),
        (SHAPE._replace(longest=2), "abc", False),
        (SHAPE._replace(taken=frozenset({"ab"})), "ab", False),
        (SHAPE._replace(never=(glob("*c"),)), "abc", False),
        (Domain(kind=Kind.NUMBER, low=7, high=30), "8", True),
        (Domain(kind=Kind.NUMBER, low=7, high=30), "31", False),
        (Domain(kind=Kind.NUMBER, low=7, high=30), "x", False),
    ],
)
def test_a_request_has_values_of_the_domain_alone(domain: Domain, text: str, admitted: bool) -> None:  # noqa: FBT001
    """A closed list, a shape if KMS checks it, a length, a range; nothing that is taken."""
    assert domain.admits(text) is admitted


@pytest.mark.parametrize("key", sorted(DOMAINS))
def test_the_examples_of_a_domain_are_in_it(key: str) -> None:
    """What a witness shows can be sent."""
    domain = DOMAINS[key]
    assert [text for text in (*domain.values, *domain.nicer) if not domain.admits(text)] == []

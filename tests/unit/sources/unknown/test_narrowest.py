"""The narrowest reading of a statement with unknown parts."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.sources.unknown.narrowest import narrowest
from kmsgen.sources.unknown.unknown import Unknown

X = Unknown("the parameter X")


@pytest.mark.parametrize(
    ("statement", "narrow"),
    [
        ({"Sid": X, "Action": "kms:Sign"}, {"Action": "kms:Sign"}),
        ({"Action": ["kms:Sign", X]}, {"Action": ["kms:Sign"]}),
        ({"Action": [X]}, None),
        ({"Resource": X}, None),
        ({"NotAction": ["kms:Sign", X]}, None),
        ({"Principal": X}, None),
        ({"Principal": {"AWS": ["a", X], "Service": X}}, {"Principal": {"AWS": ["a"]}}),
        ({"Principal": {"AWS": X}}, None),
        ({"Condition": X}, None),
        ({"Condition": {X: {"k": "v"}}}, {"Condition": {X: {"k": "v"}}}),
        ({"Condition": {"StringEquals": X}}, None),
        ({"Condition": {"StringEquals": {"k": ["a", X]}}}, {"Condition": {"StringEquals": {"k": ["a"]}}}),
        ({"Condition": {"StringEquals": {"k": X}}}, None),
        ({"Condition": {"StringNotEquals": {"k": ["a", X]}}}, None),
        ({"Condition": {"Null": {"k": X}}}, None),
    ],
)
def test_only_what_surely_matches_is_left(statement: dict[str, Any], narrow: dict[str, Any] | None) -> None:
    """Alternatives that are unknown are left out; where nothing sure is left, or a negation is unknown, nothing matches."""
    assert narrowest(statement) == narrow

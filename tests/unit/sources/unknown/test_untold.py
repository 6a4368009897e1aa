"""Conditions on properties of a key that a file does not tell."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.sources.unknown.unknown import Unknown
from kmsgen.sources.unknown.untold import ALIASES, TAGS, hide

TELLS = {**TAGS, **ALIASES}


def hidden(operator: str, key: str, value: Any) -> Any:
    """Return what becomes of a condition's value."""
    found = hide({"Statement": [{"Condition": {operator: {key: value}}}]}, TELLS, "which nobody tells", ("policy",))
    return found["Statement"][0]["Condition"][operator][key]


@pytest.mark.parametrize(
    ("key", "value", "steps"),
    [
        ("aws:ResourceTag/team", "a", ("policy", "Statement", 0, "Condition", "StringEquals", "aws:ResourceTag/team")),
        ("KMS:resourcealiases", ["alias/a"], ("policy", "Statement", 0, "Condition", "StringEquals", "KMS:resourcealiases")),
        (
            "aws:PrincipalTag/t",
            "${aws:resourcetag/t}",
            ("policy", "Statement", 0, "Condition", "StringEquals", "aws:PrincipalTag/t"),
        ),
    ],
)
def test_a_condition_that_reads_what_is_not_told_is_unknown(key: str, value: Any, steps: tuple[str, ...]) -> None:
    """Also where a policy variable reads it; in whichever case its key is written."""
    found = hidden("StringEquals", key, value)
    assert isinstance(found, Unknown)
    assert found.steps == steps


@pytest.mark.parametrize(
    ("key", "value"), [("aws:PrincipalTag/team", "a"), ("kms:KeyOrigin", "AWS_KMS"), ("aws:username", "${*}")]
)
def test_every_other_condition_stays(key: str, value: Any) -> None:
    """What it reads is told, or is no property of the key."""
    assert hidden("StringEquals", key, value) == value


@pytest.mark.parametrize("data", [None, "x", {}, {"Statement": "x"}, {"Statement": ["x", {"Condition": "x"}]}])
def test_what_is_no_policy_is_left_to_who_reads_it(data: Any) -> None:
    """It is refused there, with its place."""
    assert hide(data, TELLS, "why") == data

"""As what a key exists of which not all is told: one key for whatever policies tell apart."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.policy.bundle import KEY_ID, KIND, REGION, SPEC
from tests.unit.prover.forms import allow, told


def region(operator: str, *values: str) -> dict[str, Any]:
    """Return an Allow in some Regions."""
    return allow(**{operator: {"aws:RequestedRegion": list(values)}})


@pytest.mark.parametrize(
    ("statement", "untold"),
    [
        (allow(StringEquals={"aws:PrincipalTag/region": "${aws:RequestedRegion}"}), (REGION,)),
        (allow(StringEquals={"aws:RequestedRegion": "${aws:PrincipalTag/region}"}), (REGION,)),
        (allow(resource="arn:aws:kms:us-west-2:*:key/${aws:PrincipalTag/key}"), (KEY_ID,)),
        (allow(resource="arn:aws:kms:${aws:PrincipalTag/region}:*:key/*"), (REGION,)),
        (allow(StringEquals={"kms:KeySpec": "${aws:PrincipalTag/spec}"}), (KIND,)),
        (allow(StringEquals={"aws:PrincipalTag/spec": "${kms:KeySpec}"}), (SPEC,)),
    ],
)
def test_what_a_variable_ties_is_outside(statement: dict[str, Any], untold: tuple[str, ...]) -> None:
    """One of each class is not enough where a variable compares what is not told: the reason says so."""
    assert told(statement, untold=untold)[1] != ""


@pytest.mark.parametrize(("untold", "count"), [((), 0), ((REGION,), 1)])
def test_a_variable_in_a_resource_where_the_id_is_told(untold: tuple[str, ...], count: int) -> None:
    """It tells nothing of the Region; where all is told of a key there is nothing to ask."""
    found, unasked = told(allow(resource="arn:aws:kms:eu-west-1:*:key/${aws:PrincipalTag/key}"), untold=untold)
    assert (len(found), unasked) == (count, "")

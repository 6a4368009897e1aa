"""Which ARN a key may have."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.policy.bundle import KEY_ID, REGION
from tests.unit.prover.forms import HOME, ID, KEY, allow, told

NAMED_REGIONS = ["us-east-1", "us-east-2", "us-west-1", "us-west-2"]


def region(operator: str, *values: str) -> dict[str, Any]:
    """Return an Allow in some Regions."""
    return allow(**{operator: {"aws:RequestedRegion": list(values)}})


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (allow(), []),
        (region("StringEquals", "us-west-2"), ["in another Region"]),
        (region("StringEquals", "us-east-1"), ["in us-east-1"]),
        (region("StringEquals", "eu-west-1", "eu-north-1"), ["in eu-west-1", "in eu-north-1"]),
        (region("StringEqualsIgnoreCase", "EU-West-1"), ["in eu-west-1"]),
        (region("StringLike", "eu-*"), ["in a Region of eu-"]),
        (region("StringLike", "eu-*", "eu-west-?"), ["in a Region of eu-", "in a Region of eu-west-"]),
        (region("ForAnyValue:StringNotLikeIfExists", "eu-*"), ["in a Region of eu-"]),
        (allow(resource=f"arn:aws:kms:eu-west-1:{HOME}:key/*"), ["in eu-west-1"]),
        (allow(resource=f"arn:aws:kms:eu-*:{HOME}:key/{ID}"), ["in a Region of eu-"]),
        (allow(resource=f"arn:aws:kms:*:444455556666:key/{ID}"), []),
    ],
)
def test_regions_that_policies_tell_apart(statement: dict[str, Any], words: list[str]) -> None:
    """Names, patterns and the Regions in Resource elements each make one Region more, those that nobody names one together."""
    found, unasked = told(statement, untold=(REGION,))
    assert not unasked
    assert len(found) == len(words)
    for word in words:
        head = word.removeprefix("in a Region of ") if " of " in word else word.removeprefix("in ")
        assert word == "in another Region" or any(head in one for one in found), found


def test_a_region_beside_all_that_are_named() -> None:
    """One that there is not yet, where policies name each that there is of a pattern."""
    found, _ = told(region("StringLike", "us-*"), region("StringEquals", *NAMED_REGIONS), untold=(REGION,))
    assert len(found) == len(NAMED_REGIONS) + 1
    assert len([one for one in found if "in us-" in one]) == len(NAMED_REGIONS)


@pytest.mark.parametrize(
    ("resource", "count"),
    [
        (f"arn:aws:kms:us-west-2:{HOME}:key/{ID}", 1),
        (f"arn:aws:kms:us-west-2:{HOME}:key/9*", 1),
        (f"arn:aws:kms:*:{HOME}:key/*", 0),
        (f"arn:aws:kms:us-west-2:{HOME}:key/mrk-*", 0),
    ],
)
def test_ids_that_policies_tell_apart(resource: str, count: int) -> None:
    """A key that stands for many may be the one that a Resource names, or one of its pattern."""
    found, unasked = told(allow(resource=resource), untold=(KEY_ID,))
    assert (len(found), unasked) == (count, "")


@pytest.mark.parametrize(
    ("partition", "own"), [("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1"), ("aws-eusc", "eusc-de-east-1")]
)
def test_regions_are_those_of_the_partition(partition: str, own: str) -> None:
    """Of every partition there is a Region beside the key's own."""
    key = KEY._replace(arn=f"arn:{partition}:kms:{own}:{HOME}:key/{ID}")
    (found,), unasked = told(region("StringNotEquals", own), untold=(REGION,), key=key)
    assert found.startswith(f"if the key is in {own.partition('-')[0]}-")
    assert unasked == ""

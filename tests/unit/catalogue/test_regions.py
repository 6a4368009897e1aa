"""AWS Regions."""

from __future__ import annotations

import pytest

from kmsgen.catalogue.regions import ENABLED_BY_DEFAULT, PARTITION_OF, is_opt_in


@pytest.mark.parametrize(
    ("region", "partition"),
    [("us-west-2", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_a_region_is_of_one_partition(region: str, partition: str) -> None:
    """ARNs of its resources begin with it."""
    assert PARTITION_OF[region] == partition


def test_the_regions_of_every_account_are_regions_of_the_first_partition() -> None:
    """The table that is written by hand names no Region that there is not."""
    assert {PARTITION_OF[region] for region in ENABLED_BY_DEFAULT} == {"aws"}


@pytest.mark.parametrize(("partition", "region", "opt_in"), [("aws", "af-south-1", True), ("aws", "us-east-1", False)])
def test_later_regions_must_be_enabled(partition: str, region: str, *, opt_in: bool) -> None:
    """Those launched after March 20, 2019, of the first partition alone."""
    assert is_opt_in(partition, region) is opt_in
    assert not is_opt_in("aws-cn", "cn-north-1")

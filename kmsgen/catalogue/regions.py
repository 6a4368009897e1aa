"""AWS Regions: those of each partition, and those that every account has from the start.

Source: AWS Account Management User Guide, manage-acct-regions: Regions launched after March 20, 2019 are disabled by default.
"""

from __future__ import annotations

from kmsgen.catalogue._regions import REGIONS

PARTITION_OF = {region: partition for partition, regions in REGIONS.items() for region in regions}
"""The partition of each Region."""

ENABLED_BY_DEFAULT = frozenset(
    {
        "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
        "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1",
        "us-east-1", "us-east-2", "us-west-1", "us-west-2",
    }
)  # fmt: skip


def is_opt_in(partition: str, region: str) -> bool:
    """Return whether an account must enable the Region before it can use it."""
    return partition == "aws" and region not in ENABLED_BY_DEFAULT

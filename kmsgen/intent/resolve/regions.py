"""AWS Regions, and the partition that the name of each shows."""

from __future__ import annotations

from kmsgen.arn import PARTITIONS, REGION
from kmsgen.intent.resolve.context import Context
from kmsgen.reading import Steps

_PARTITION_OF = {"cn": "aws-cn", "us-gov": "aws-us-gov"}


def partition_of(region: str) -> str:
    """Return the partition that a Region is in, by its name."""
    return next((partition for start, partition in _PARTITION_OF.items() if region.startswith(f"{start}-")), PARTITIONS[0])


def check_region(region: str, steps: Steps, context: Context) -> bool:
    """Tell whether a Region is one of the intent's partition; report it if it is not."""
    if not REGION.match(region):
        context.refuse(steps, "bad-region", f"`{region}` is no Region", "such as us-west-2")
    elif partition_of(region) != context.partition:
        message = f"the Region `{region}` is in the partition `{partition_of(region)}`"
        context.refuse(steps, "wrong-partition", message, f"this intent is in the partition `{context.partition}`")
    else:
        return True
    return False

"""The authorizer and the reference decide alike on random scenarios: 3,000 requests, 100,000 in the long run."""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import Any

import pytest

from tests.differential.judging import Difference, differences
from tests.generators.conditions import Profile
from tests.generators.requests import asked
from tests.generators.shrink import shrink
from tests.reference.decide import decide

LONG = os.environ.get("KMSGEN_LONG") == "1"
SHARDS = 10
SCENARIOS_A_SHARD = 2_000 if LONG else 60
SHOWN = 5
PLAIN = Profile(odd=0.0, mixed=0.0)
"""Without the forms that the documentation leaves open."""
Data = dict[str, Any]


def smallest(data: Data, found: Difference) -> str:
    """Return the smallest scenario on which the two differ in the same way."""
    kind = found.kind

    def still(tried: Data) -> bool:
        return any(one.kind == kind for one in differences(tried))

    small = shrink({**data, "requests": [found.request]}, still, rounds=2)
    return f"{differences(small)[0]}\n{json.dumps(small)}"


def compare(shard: int, profile: Profile | None) -> None:
    """Decide many requests twice; show the smallest scenarios of some differences."""
    found = []
    for index in range(SCENARIOS_A_SHARD):
        seed = shard * 1_000_000 + index
        data = asked(seed, profile)
        found += [(seed, data, one) for one in differences(data)]
    kinds = Counter(one.kind for _seed, _data, one in found)
    first = {one.kind: (seed, data, one) for seed, data, one in reversed(found)}
    texts = [f"seed {seed}: {smallest(data, one)}" for seed, data, one in list(first.values())[:SHOWN]]
    assert not found, f"{len(found)} differences: {dict(kinds)}\n\n" + "\n\n".join(texts)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_same_decisions(shard: int) -> None:
    """Two readings of the same pages come to the same decision, whatever a policy can say."""
    compare(shard, None)


@pytest.mark.parametrize("shard", range(SHARDS, SHARDS + 2))
def test_same_decisions_on_what_the_pages_settle(shard: int) -> None:
    """Two readings come to the same decision on policies that use no form that the pages leave open."""
    compare(shard, PLAIN)


def test_scenarios_are_worth_comparing() -> None:
    """Of the random requests a tenth is allowed, and every outcome occurs often."""
    data = [asked(seed) for seed in range(300)]
    counts = Counter(decide(one, request).outcome for one in data for request in one["requests"])
    assert counts["allowed"] >= 150
    assert min(counts["explicitDeny"], counts["error"]) >= 40

"""The authorizer and iam-simulate agree wherever iam-simulate knows the rules: 1,000 requests, 20,000 in the long run."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import count

import pytest

from kmsgen.authorizer import authorize
from tests.differential.gaps import GAPS, Gap
from tests.differential.simulator import simulate, simulation
from tests.differential.worlds import Data, world
from tests.reference.scenario import bundle_of, request_of

LONG = os.environ.get("KMSGEN_LONG") == "1"
SHARDS = 4
REQUESTS_A_SHARD = 5_000 if LONG else 250
# The simulator decides authorization alone; what KMS refuses afterwards it lets through.
THROUGH = {"error": "allowed"}


def questions(shard: int) -> Iterator[tuple[int, Data, Data]]:
    """Yield (seed, scenario, request) for requests that touch none of the simulator's gaps."""
    for seed in count(10_000_000 * (shard + 1)):
        data = world(seed, 5)
        for asked in data["requests"]:
            if not any(gap.touches(data, asked) for gap in GAPS):
                yield seed, data, asked


@pytest.mark.parametrize("shard", range(SHARDS))
def test_same_outcomes(shard: int) -> None:
    """Two simulators written apart from each other come to the same outcome."""
    chosen = [question for question, _ in zip(questions(shard), range(REQUESTS_A_SHARD), strict=False)]
    ours, asked_of_it = [], []
    for _seed, data, asked in chosen:
        bundle, request = bundle_of(data), request_of(asked)
        ours.append(authorize(request, bundle))
        asked_of_it.append(simulation(data, asked, request, bundle))
    theirs = simulate(asked_of_it)
    assert len(theirs) == len(ours) == REQUESTS_A_SHARD
    problems = [
        f"seed {seed}: kmsgen {decision.outcome} {decision.reason}, iam-simulate {answer.outcome}\n{json.dumps(asked)}"
        for (seed, _data, asked), decision, answer in zip(chosen, ours, theirs, strict=True)
        if THROUGH.get(decision.outcome, decision.outcome) != answer.outcome
    ]
    assert not problems, f"{len(problems)} differences\n" + "\n\n".join(problems[:10])


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.rule)
def test_gaps_are_needed(gap: Gap) -> None:
    """Every row of the table keeps some request out: none is there for nothing."""
    scenarios = (world(seed, 5) for seed in range(300))
    assert any(gap.touches(data, asked) for data in scenarios for asked in data["requests"])

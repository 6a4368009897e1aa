"""The authorizer and iam-simulate agree wherever iam-simulate knows the rules: 1,000 requests, 20,000 in the long run.

Requests of which the policies read something that nobody told are left out: the simulator knows no open answer.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from itertools import count
from random import Random
from typing import Any

import pytest

from kmsgen.authorizer import authorize
from kmsgen.reading import parse
from kmsgen.sources.scenario.scenario import read_scenarios
from tests.differential.gaps import GAPS, Gap
from tests.differential.simulator import context_of, simulate, simulation
from tests.generators.conditions import Profile
from tests.generators.requests import Requests
from tests.generators.scenarios import scenario

LONG = os.environ.get("KMSGEN_LONG") == "1"
SHARDS = 4
REQUESTS_A_SHARD = 5_000 if LONG else 150
PROFILE = Profile(keys=4, odd=0.0, mixed=0.0, without=("kms:encryptioncontext:", "aws:resourcetag/", "kms:resourcealiases"))
# The simulator decides authorization alone; what KMS refuses afterwards it lets through.
THROUGH = {"error": "allowed"}
Data = dict[str, Any]


def asked(seed: int, profile: Profile | None = None) -> Iterator[tuple[Data, Data]]:
    """Yield a scenario with some requests, which tell all that AWS always sends."""
    data = scenario(seed, profile)
    requests = Requests(data, Random(seed), complete=True)  # noqa: S311 - a seed makes requests
    return ((data, requests.draw()) for _ in range(6))


def questions(shard: int) -> Iterator[tuple[int, Data, Data]]:
    """Yield (seed, scenario, request) for requests that touch none of the simulator's gaps."""
    for seed in count(10_000_000 * (shard + 1)):
        for data, request in asked(seed, PROFILE):
            if _valid(request) and not any(gap.touches(data, request) for gap in GAPS) and context_of(data, request) is not None:
                yield seed, data, request


def _valid(request: Data) -> bool:
    """Tell whether a grant to make has one grantee: the simulator does not look at it."""
    grant = request.get("create_grant")
    return grant is None or ("GranteePrincipal" in grant) is not ("GranteeServicePrincipal" in grant)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_same_outcomes(shard: int) -> None:
    """Two simulators written apart from each other come to the same outcome."""
    chosen = [question for question, _ in zip(questions(shard), range(REQUESTS_A_SHARD), strict=False)]
    ours = []
    for _seed, data, request in chosen:
        (read,) = read_scenarios(parse(json.dumps({**data, "requests": [request]}), "scenario.json"))
        ours.append(authorize(read.questions[0].request, read.bundle))
    theirs = simulate([simulation(data, request) for _seed, data, request in chosen])
    assert len(theirs) == len(ours) == REQUESTS_A_SHARD
    problems = [
        f"seed {seed}: kmsgen {decision.outcome} {decision.reason}, iam-simulate {answer.outcome}\n{json.dumps(request)}"
        for (seed, _data, request), decision, answer in zip(chosen, ours, theirs, strict=True)
        if THROUGH.get(decision.outcome, decision.outcome) != answer.outcome
    ]
    assert not problems, f"{len(problems)} differences\n" + "\n\n".join(problems[:10])


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.rule)
def test_gaps_are_needed(gap: Gap) -> None:
    """Every row of the table keeps some request out: none is there for nothing."""
    assert any(gap.touches(data, request) for data, request in samples())


@cache
def samples() -> list[tuple[Data, Data]]:
    """Make requests of every kind."""
    return [pair for seed in range(400) for pair in asked(seed)]

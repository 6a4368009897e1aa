"""The authorizer and the reference decide the same on random bundles and requests: 1,000 requests, 25,000 in the long run."""

from __future__ import annotations

import json
import os

import pytest

from kmsgen.authorizer import Decision, authorize
from tests.differential.worlds import Data, world
from tests.reference.decide import Verdict, decide
from tests.reference.scenario import bundle_of, request_of

LONG = os.environ.get("KMSGEN_LONG") == "1"
SHARDS = 10
REQUESTS_A_WORLD = 5
WORLDS_A_SHARD = 500 if LONG else 20


def difference(verdict: Verdict, decision: Decision) -> str | None:
    """Compare outcomes; which statements deny; for a refusal that the exception is one of those that apply."""
    if decision.outcome != verdict.outcome:
        return f"outcome: reference {verdict}, authorizer {decision.outcome} {decision.error} {decision.reason}"
    if verdict.outcome == "explicitDeny" and set(decision.reason) != set(verdict.reasons):
        return f"statements that deny: reference {verdict.reasons}, authorizer {decision.reason}"
    retiring = "grant" in decision.reason  # of RetireGrant, where neither policy nor grant lets the caller
    if verdict.outcome == "implicitDeny" and not set(decision.reason) <= set(verdict.reasons) and not retiring:
        return f"layers that do not allow: reference {verdict.reasons}, authorizer {decision.reason}"
    if verdict.outcome == "error" and decision.error not in {name for _rule, name in verdict.errors}:
        return f"exception: reference {verdict.errors}, authorizer {decision.error}"
    return None


def compare(data: Data) -> list[str]:
    """Decide every request of a scenario twice."""
    bundle = bundle_of(data)
    found = []
    for asked in data["requests"]:
        request = request_of(asked)
        problem = difference(decide(request, bundle), authorize(request, bundle))
        if problem:
            found.append(f"{problem}\n{json.dumps(asked)}")
    return found


@pytest.mark.parametrize("shard", range(SHARDS))
def test_same_decisions(shard: int) -> None:
    """Two readings of the same pages come to the same decision, for the same reason."""
    problems = {}
    for index in range(WORLDS_A_SHARD):
        seed = shard * 1_000_000 + index
        problems.update({(seed, number): problem for number, problem in enumerate(compare(world(seed, REQUESTS_A_WORLD)))})
    assert not problems, "\n\n".join(f"seed {seed}: {problem}" for (seed, _number), problem in list(problems.items())[:10])


def test_worlds_are_worth_comparing() -> None:
    """Of the random requests at least a fifth is allowed, and every outcome occurs often."""
    counts: dict[str, int] = {}
    for seed in range(200):
        data = world(seed, REQUESTS_A_WORLD)
        bundle = bundle_of(data)
        for asked in data["requests"]:
            outcome = decide(request_of(asked), bundle).outcome
            counts[outcome] = counts.get(outcome, 0) + 1
    assert counts["allowed"] >= 200
    assert min(counts["explicitDeny"], counts["error"]) >= 50

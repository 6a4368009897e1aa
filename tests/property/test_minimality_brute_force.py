"""What lint calls dead against brute force: without it no request is answered otherwise, and what gives access is not dead."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from kmsgen.prover import Budget
from kmsgen.prover.dead import Dead
from tests.generators.callers import EVERYBODY
from tests.generators.narrow import narrow
from tests.generators.planted import GIVING, planted
from tests.generators.requests import Requests
from tests.generators.scenarios import scenario
from tests.generators.spoken import texts
from tests.property.brute_force import ACTIONS, PROFILE, read, tags_of, with_assumed
from tests.reference.decide import decide
from tests.unit.prover.needed import minimality

LONG = os.environ.get("KMSGEN_LONG") == "1"
BLOCKS = range(4)
BUNDLES, PLANTED = (1_000, 2_000) if LONG else (8, 12)
REQUESTS = 1_000 if LONG else 80
BUDGET = Budget(seconds=5.0 if LONG else 2.0)
Data = dict[str, Any]
Record = Callable[[str, object], None]


def places(data: Data) -> Iterator[Data]:
    """Yield the policies in which something may be dead: the key policy and identity policies."""
    yield data["policy"]
    for beside in data["principals"].values():
        yield from beside.get("identity_policies", [])


def without(data: Data, dead: Dead) -> Data | None:
    """Take a dead statement, or one entry of its actions, away; None where it has no name of its own, or is all there is."""
    sid = dead.source.partition("/")[2]
    changed = copy.deepcopy(data)
    for policy in places(changed):
        for statement in policy["Statement"]:
            if statement.get("Sid") != sid:
                continue
            if dead.action is not None:
                statement["Action"] = [action for action in texts(statement["Action"]) if action != dead.action]
                return changed
            policy["Statement"].remove(statement)
            return changed if policy["Statement"] else None
    return None


@pytest.mark.parametrize("block", BLOCKS)
def test_nothing_dead_is_missed(block: int, record_property: Record) -> None:
    """Without what is called dead no request of thousands is answered otherwise, with IAM policies and without."""
    wrong, found, tried = [], 0, 0
    for seed in range(block * BUNDLES, (block + 1) * BUNDLES):
        data = scenario(50_000_000 + seed, PROFILE) if seed % 2 else narrow(50_000_000 + seed)[0]
        for dead in minimality(read(data), BUDGET).dead[:3]:
            less = without(data, dead)
            if less is None:
                continue
            found += 1
            for before, after, request in _trials(data, less, Random(seed)):  # noqa: S311 - a seed makes requests
                tried += 1
                if (decide(before, request).outcome == "allowed") is not (decide(after, request).outcome == "allowed"):
                    wrong.append(f"seed {seed}: {dead.source} {dead.action}: {json.dumps(request)}\n{json.dumps(data)}")
                    break
    record_property("brute force: dead parts", found)
    record_property("brute force: requests tried against dead parts", tried)
    assert not wrong, f"{len(wrong)} of {found} are not dead\n\n" + "\n\n".join(wrong[:3])


def _trials(data: Data, less: Data, rng: Random) -> Iterator[tuple[Data, Data, Data]]:
    """Yield requests with both scenarios, every second with all IAM policies that nobody described."""
    for number in range(REQUESTS):
        before = with_assumed(data, EVERYBODY) if number % 2 else data
        after = with_assumed(less, EVERYBODY) if number % 2 else less
        if number < 2:
            requests = [Requests(one, rng, complete=True) for one in (data, with_assumed(data, EVERYBODY))]
        yield before, after, requests[number % 2].draw(actions=ACTIONS)


@pytest.mark.parametrize("block", BLOCKS)
def test_what_gives_access_is_not_dead(block: int) -> None:
    """A statement without which a planted request is denied is not called dead."""
    wrong, asked = [], 0
    for seed in range(block * PLANTED, (block + 1) * PLANTED):
        found = planted(60_000_000 + seed)
        request = found.request
        assumed = with_assumed(found.scenario, [request["principal"]], tags_of(request))
        if found.scenario["grants"] or decide(assumed, request).outcome != "allowed":
            continue
        asked += 1
        dead = minimality(read(found.scenario), BUDGET).dead
        if any(one.source.endswith(f"/{GIVING}") for one in dead):
            wrong.append(f"seed {seed}, {found.kinds}: {json.dumps(request)}\n{json.dumps(found.scenario)}")
    assert asked >= PLANTED / 2
    assert not wrong, f"{len(wrong)} of {asked} are called dead\n\n" + "\n\n".join(wrong[:3])

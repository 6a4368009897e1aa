"""Differences between bundles against brute force, in both directions: what changed is told, and what is told has changed."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from kmsgen.prover import Budget, Differences, differences
from tests.generators.narrow import narrow
from tests.generators.planted import GIVING, Found, planted
from tests.generators.requests import Requests
from tests.generators.scenarios import scenario
from tests.property.brute_force import ACTIONS, PROFILE, as_data, read, tags_of, with_assumed
from tests.reference.decide import allowed

LONG = os.environ.get("KMSGEN_LONG") == "1"
BLOCKS = range(4)
PAIRS, PLANTED = (1_500, 2_000) if LONG else (5, 6)
REQUESTS = 400 if LONG else 60
BUDGET = Budget(seconds=5.0 if LONG else 2.0)
Data = dict[str, Any]
Record = Callable[[str, object], None]


def without_giving(found: Found) -> Data:
    """Take away the statement, or the grant, that gives a planted request its access."""
    data = copy.deepcopy(found.scenario)
    data["grants"] = []
    policies = [data["policy"], *(policy for beside in data["principals"].values() for policy in beside["identity_policies"])]
    for policy in policies:
        policy["Statement"] = [one for one in policy["Statement"] if one.get("Sid") != GIVING]
    data["principals"] = {arn: {**beside, "identity_policies": _filled(beside)} for arn, beside in data["principals"].items()}
    return data


def _filled(beside: Data) -> list[Data]:
    return [policy for policy in beside["identity_policies"] if policy["Statement"]]


@pytest.mark.parametrize("block", BLOCKS)
def test_what_a_statement_gives_is_gained_and_lost(block: int, record_property: Record) -> None:
    """With the statement that gives a planted request its access something is gained, without it lost."""
    missed, asked = [], 0
    for seed in range(block * PLANTED, (block + 1) * PLANTED):
        found = planted(20_000_000 + seed)
        old, new = without_giving(found), found.scenario
        request = found.request
        before, after = (allowed(with_assumed(one, [request["principal"]], tags_of(request)), request) for one in (old, new))
        if before is False and after is True:
            asked += 1
            forward, back = differences(read(old), read(new), BUDGET), differences(read(new), read(old), BUDGET)
            if not (_tells(forward, "gained") and _tells(back, "lost")):
                missed.append(f"seed {seed}, {found.kinds}: {json.dumps(request)}\n{json.dumps(new)}")
    record_property("brute force: planted differences", asked)
    assert asked >= PLANTED / 2
    assert not missed, f"{len(missed)} of {asked} are not told\n\n" + "\n\n".join(missed[:3])


def _tells(found: Differences, direction: str) -> bool:
    return bool(getattr(found, direction)) or bool(found.reason)


def changed(data: Data, rng: Random) -> Data:
    """Change one thing of a scenario: a statement, a condition, a grant, a policy beside a principal."""
    new = copy.deepcopy(data)
    statements = new["policy"]["Statement"]
    kind = rng.choice(("drop", "drop", "loosen", "add", "grant", "beside"))
    if kind == "drop" and len(statements) > 1:
        statements.pop(rng.randrange(len(statements)))
    elif kind == "loosen" and any("Condition" in one for one in statements):
        del rng.choice([one for one in statements if "Condition" in one])["Condition"]
    elif kind == "grant" and new["grants"]:
        new["grants"].pop()
    elif kind == "beside" and new["principals"]:
        rng.choice(list(new["principals"].values()))["identity_policies"] = []
    else:
        other = scenario(rng.randrange(10**6), PROFILE)["policy"]["Statement"]
        statements.append({**rng.choice(other), "Sid": "Added"})
    return new


@pytest.mark.parametrize("block", BLOCKS)
def test_changes_are_told(block: int, record_property: Record) -> None:
    """A request that only the new bundle allows is gained, one that only the old allows is lost; witnesses differ as they say."""
    wrong, tried = [], 0
    for seed in range(block * PAIRS, (block + 1) * PAIRS):
        rng = Random(seed)  # noqa: S311 - a seed makes a pair
        old = scenario(30_000_000 + seed, PROFILE) if seed % 2 else narrow(30_000_000 + seed)[0]
        new = changed(old, rng)
        found = differences(read(old), read(new), BUDGET)
        for request in drawn(old, new, rng):
            tried += 1
            before, after = (_with_and_without(one, request) for one in (old, new))
            for direction, had, has in (("gained", before, after), ("lost", after, before)):
                if had is False and has is True and not _told(found, direction, request):
                    wrong.append(f"seed {seed}: not {direction}: {json.dumps(request)}\n{json.dumps(old)}\n{json.dumps(new)}")
        wrong += [f"seed {seed}: {text}\n{json.dumps(old)}\n{json.dumps(new)}" for text in _false_witnesses(found, old, new)]
    record_property("brute force: requests tried against differences", tried)
    assert not wrong, f"{len(wrong)} are wrong\n\n" + "\n\n".join(wrong[:3])


def drawn(old: Data, new: Data, rng: Random) -> list[Data]:
    """Draw requests about either side, of callers whose tags neither describes otherwise than the request."""
    found = []
    for data in (old, new):
        requests = Requests(data, rng, complete=True)
        found += [requests.draw(actions=ACTIONS) for _ in range(REQUESTS // 2)]
    grants = [one.get("create_grant") for one in found]
    valid = [grant is None or ("GranteePrincipal" in grant) is not ("GranteeServicePrincipal" in grant) for grant in grants]
    key = old["key"]["arn"]
    return [one for one, fits in zip(found, valid, strict=True) if fits and one.get("resource") in (None, "*", key)]


def _with_and_without(data: Data, request: Data) -> bool | None:
    """Tell whether a request is allowed with every IAM policy that nobody described."""
    return allowed(with_assumed(data, [request["principal"]], tags_of(request)), request)


def _told(found: Differences, direction: str, request: Data) -> bool:
    groups = getattr(found, direction)
    return bool(found.reason) or any(request["action"] in group.actions for group in groups)


def _false_witnesses(found: Differences, old: Data, new: Data) -> list[str]:
    """Return witnesses that are surely no difference, whatever IAM policies undescribed callers have."""
    wrong = []
    for direction, has, lacks in (("gained", new, old), ("lost", old, new)):
        for group in getattr(found, direction)[:3]:
            request = as_data(group.witness.request)
            worlds = [(has, lacks), tuple(with_assumed(one, [request["principal"]], tags_of(request)) for one in (has, lacks))]
            if not any(allowed(one, request) is not False and allowed(other, request) is not True for one, other in worlds):
                wrong.append(f"{direction}: no difference: {json.dumps(request)}")
    return wrong


@pytest.mark.parametrize("block", BLOCKS)
def test_equal_bundles_differ_in_nothing(block: int) -> None:
    """A bundle gains and loses nothing against itself, with its statements in another order."""
    for seed in range(block * PAIRS, (block + 1) * PAIRS):
        data = scenario(40_000_000 + seed, PROFILE)
        turned = copy.deepcopy(data)
        turned["policy"]["Statement"].reverse()
        found = differences(read(data), read(turned), BUDGET)
        assert not found.gained, seed
        assert not found.lost, seed

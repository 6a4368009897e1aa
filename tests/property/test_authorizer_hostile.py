"""Scenarios that are nearly right: refused with a diagnostic or decided, never a failure of another kind."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from kmsgen.authorizer import Authorizer
from kmsgen.authorizer.advice.explanation import explain
from kmsgen.catalogue.parameters import parameters_of
from kmsgen.errors import KmsgenError
from kmsgen.reading import parse
from kmsgen.sources.scenario.scenario import read_scenarios

KEY = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ROLE = "arn:aws:iam::111122223333:role/x"
ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
SCENARIO: dict[str, Any] = {
    "note": "n",
    "key": {"arn": KEY, "spec": "SYMMETRIC_DEFAULT", "tags": {"a": "b"}, "aliases": ["alias/x"]},
    "policy": {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "A",
                "Effect": "Allow",
                "Principal": "*",
                "Action": "kms:*",
                "Resource": "*",
                "Condition": {"StringEquals": {"kms:ViaService": "x"}},
            }
        ],
    },
    "grants": [
        {
            "GrantId": "g",
            "GranteePrincipal": ROLE,
            "Operations": ["Decrypt"],
            "Constraints": {"EncryptionContextSubset": {"a": "b"}},
        }
    ],
    "keys": [],
    "principals": {ROLE: {"identity_policies": [ANYTHING], "scps": [[ANYTHING]], "tags": {"a": "b"}}},
    "rcps": [[]],
    "vpc_endpoint_policies": {},
    "requests": [
        {
            "principal": ROLE,
            "action": "kms:Decrypt",
            "resource": None,
            "encryption_context": {"a": "b"},
            "context": {"aws:SourceVpce": "v"},
            "grant_tokens": ["g"],
            "create_grant": {"GranteePrincipal": ROLE, "Operations": ["Decrypt"]},
            "grant_id": "g",
            "parameters": {"Policy": "{}", "Tags": [{"TagKey": "a"}], "KeyId": "alias/x", "ReplicaRegion": "eu-west-1"},
            "expect": "allowed",
            "because": "x",
        }
    ],
}
JUNK: list[Any] = [None, True, 5, "", [], {}, "*", [[]], [None], {"a": None}, {"": ""}, "arn:aws:iam::111122223333:root"]
JUNK += ["\x00", "${", "${a:b}", "a" * 5000, -1, 1e9, [{"x": []}], ":::::", "arn:aws:kms:::alias/", "alias/", "🔒"]
ACTIONS = (
    "Decrypt",
    "CreateGrant",
    "PutKeyPolicy",
    "CreateKey",
    "TagResource",
    "RetireGrant",
    "ReplicateKey",
    "UpdateAlias",
    "ReEncrypt",
)


def places(data: Any, steps: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of every part of plain data."""
    yield steps
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in items:
        yield from places(value, (*steps, step))


@cache
def carried(action: str) -> dict[str, Any]:
    """Return the request with an action, and with what requests for it carry."""
    asked = {**SCENARIO["requests"][0], "action": action}
    known = parameters_of(action) or ()
    asked["parameters"] = {name: value for name, value in asked["parameters"].items() if name in known}
    plain = {"principal": ROLE, "action": action}
    return plain | {name: value for name, value in asked.items() if is_read({**plain, name: value})}


def is_read(asked: dict[str, Any]) -> bool:
    """Return whether a scenario with a request is read."""
    try:
        read_scenarios(parse(json.dumps({**SCENARIO, "requests": [asked]}), "s.json"))
    except KmsgenError:
        return False
    return True


def broken(chance: random.Random) -> dict[str, Any]:
    """Return the scenario with one part or two replaced by junk."""
    data = copy.deepcopy(SCENARIO)
    data["requests"] = [copy.deepcopy(carried("kms:" + chance.choice(ACTIONS)))]
    for steps in chance.sample([steps for steps in places(SCENARIO) if steps], chance.choice((1, 1, 2))):
        parent: Any = data
        for step in steps[:-1]:
            parent = parent[step] if isinstance(parent, dict | list) and _has(parent, step) else {}
        if isinstance(parent, dict) or (isinstance(parent, list) and _has(parent, steps[-1])):
            parent[steps[-1]] = copy.deepcopy(chance.choice(JUNK))
    return data


def _has(parent: Any, step: Any) -> bool:
    return step in parent if isinstance(parent, dict) else isinstance(step, int) and step < len(parent)


@pytest.mark.parametrize("seed", range(8))
def test_nearly_right(seed: int) -> None:
    """Junk anywhere in a scenario is refused in its place, or decided; and some of it is decided."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    decided = 0
    for _ in range(60):
        text = json.dumps(broken(chance))
        try:
            scenarios = read_scenarios(parse(text, "s.json"))
        except KmsgenError:
            continue
        for scenario in scenarios:
            authorizer = Authorizer(scenario.bundle)
            for question in scenario.questions:
                decision = authorizer.decide(question.request, trace=True)
                explain(question.request, decision, scenario.bundle)
                assert decision.reason
                decided += 1
    assert decided

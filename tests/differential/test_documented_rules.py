"""The authorizer decides the scenarios written by hand from AWS's pages as the pages say, as the reference does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kmsgen.authorizer import Authorizer
from kmsgen.reading import parse, read_file
from kmsgen.sources.scenario.scenario import read_scenarios
from tests.reference.test_documented_rules import FILES, name

NOT_DERIVED: dict[str, tuple[set[int], str]] = {
    "network/the-endpoints-keys-go-together": ({3}, "the VPC's id tells how its ARN ends"),
    "services/source-of-the-call": ({0}, "aws:SourceArn may tell the account"),
}
"""Requests of which the pages tell more than the authorizer derives: what it leaves open gives no access."""


def mistakes(data: dict[str, Any]) -> dict[int, str]:
    """Return the requests that the authorizer decides otherwise than expected, by their place, and how."""
    told = {part: value for part, value in data.items() if part != "note"}
    asked = [{part: value for part, value in request.items() if part != "says"} for request in data["requests"]]
    (scenario,) = read_scenarios(parse(json.dumps({**told, "requests": asked}), "scenario.json"))
    authorizer = Authorizer(scenario.bundle)
    found = {}
    for place, (question, request) in enumerate(zip(scenario.questions, asked, strict=True)):
        decision = authorizer.decide(question.request)
        wanted, _, error = request["expect"].partition(":")
        if decision.outcome != wanted or (error and error not in (decision.error, *decision.also)):
            found[place] = f"{request['principal']} {request['action']}: expected {request['expect']}, got {decision}"
    return found


@pytest.mark.parametrize("path", FILES, ids=name)
def test_rule(path: Path) -> None:
    """Every request comes out as the pages say, or is left open where the authorizer derives less, and so not allowed."""
    data = read_file(path).data
    found = mistakes(data)
    less = NOT_DERIVED.get(name(path), (set(), ""))[0]
    assert len(found) == len(less), found
    assert all(data["requests"][place]["expect"] == "allowed" and "implicitDeny" in text for place, text in found.items()), found

"""What an expression refers to: taken to be it as it is where nothing speaks for a function, and then this is noted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmsgen.reading.json_text import parse_json
from kmsgen.sources.beside import NOTHING
from kmsgen.sources.described import Described
from kmsgen.sources.terraform.plan import read_plan
from tests.unit.sources.terraform.test_real_plan import PLAN, configured, plan, principals

POLICY = "data.aws_iam_policy_document.use"


def of_the_policy(references: list[str], *, strict: bool = False, **variables: Any) -> Described:
    """Read the plan in which the IAM policy refers to these besides its document."""
    data = json.loads(PLAN.read_text())
    configured(data, "aws_iam_policy.use")["policy"] = {"references": [f"{POLICY}.json", POLICY, *references]}
    data["variables"] = {name: {"value": value} for name, value in variables.items()}
    return read_plan(parse_json(json.dumps(data), "plan.json"), NOTHING._replace(strict=strict))


def actions(found: Described) -> set[tuple[str, ...]]:
    """Return what the role with the name that is known holds."""
    held = found.bundle.principals["arn:aws:iam::111122223333:role/svc/app-x"].identity_policies
    return {one.actions for document in held for one in document.statements}


BESIDE: list[tuple[str, list[str], dict[str, Any], bool]] = [
    ("nothing", [], {}, True),
    ("a choice by a truth value", ["var.create"], {"create": True}, True),
    ("a text that nobody gave: coalesce(var.policy, ...)", ["var.policy"], {"policy": None}, True),
    ("an empty one", ["var.policy"], {"policy": ""}, True),
    ("a text: replace(..., var.from, var.to)", ["var.from"], {"from": "app"}, False),
    ("a list of texts", ["var.names"], {"names": ["a"]}, False),
    ("a text of a resource that is known", ["aws_iam_role.app"], {}, False),
    ("a local value, which no plan tells", ["local.name"], {}, False),
    ("the key of an instance", ["each.key"], {}, False),
]


@pytest.mark.parametrize(("note", "beside", "variables", "is_told"), BESIDE)
def test_a_text_beside_a_reference_is_part_of_a_function(
    note: str, beside: list[str], variables: dict[str, Any], *, is_told: bool
) -> None:
    """A single reference stands for what it names; with a known text beside it the whole is something else, and unknown."""
    found = of_the_policy(beside, **variables)
    assert (actions(found) == {("kms:Encrypt",)}) is is_told, note
    assert any(one.what.startswith("aws_iam_policy.use:") for one in found.assumed) is is_told, note


def test_nothing_is_assumed_where_that_is_asked_for() -> None:
    """Neither that a policy is the document that it refers to, nor that a principal is the role."""
    found = of_the_policy([], strict=True)
    assert (actions(found), found.assumed) == ({("*",)}, ())
    assert all("Users" not in principals(one) for one in found.least.keys)
    assert any("Users" in principals(one) for one in plan().least.keys)


def test_what_is_assumed_is_told_with_its_place() -> None:
    """Each field of a resource that is taken to be what it refers to, once."""
    found = plan()
    told = [one.what for one in found.assumed]
    assert len(told) == len(set(told)) > 0
    assert {one.place.path for one in found.assumed} == {"plan.json"}
    assert any("`identifiers`" in one and "aws_iam_role.app" in one for one in told)
    assert [one.message for one in found.notes if one.code == "assumed"] == told

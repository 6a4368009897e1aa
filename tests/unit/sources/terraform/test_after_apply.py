"""What roles hold once a plan is applied that takes policies from them, or gives them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmsgen.reading.json_text import parse_json
from kmsgen.sources.beside import NOTHING
from kmsgen.sources.terraform.plan import read_before, read_plan
from tests.unit.sources.terraform.test_iam import KEY, OWN, R, actions, use

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
ROLE = {"name": "r", "path": "/", "arn": R, "inline_policy": [], "managed_policy_arns": []}
ATTACHED = ("aws_iam_role_policy_attachment.a", {"role": "r", "policy_arn": ADMINISTRATOR})
INLINE = ("aws_iam_role_policy.i", {"role": "r", "name": "i", "policy": use("Decrypt")})


def plan(lists: dict[str, Any], given: tuple[str, dict[str, Any]], set_by: dict[str, Any]) -> Any:
    """Return a plan that destroys what gives a role a policy, where the role still lists it."""

    def items(*resources: tuple[str, dict[str, Any]]) -> dict[str, Any]:
        told = [(address, *address.split("."), values) for address, values in resources]
        found = [
            {"address": address, "mode": "managed", "type": of, "name": name, "values": values}
            for address, of, name, values in told
        ]
        return {"root_module": {"resources": found}}

    role = ("aws_iam_role.r", {**ROLE, **lists})
    declared = [{"address": "aws_iam_role.r", "mode": "managed", "type": "aws_iam_role", "name": "r", "expressions": set_by}]
    data = {
        "format_version": "1.2",
        "planned_values": items(KEY, role),
        "prior_state": {"values": items(KEY, role, given)},
        "resource_changes": [{"address": given[0], "change": {"actions": ["delete"]}}],
        "configuration": {"root_module": {"resources": declared}},
    }
    return parse_json(json.dumps(data), "plan.json")


CASES: list[tuple[str, dict[str, Any], tuple[str, dict[str, Any]], dict[str, Any], list[str]]] = [
    ("detached", {"managed_policy_arns": [ADMINISTRATOR]}, ATTACHED, {}, []),
    ("an inline policy", {"inline_policy": [{"name": "i", "policy": use("Decrypt")}]}, INLINE, {}, []),
    ("one that others attached", {"managed_policy_arns": [OWN, ADMINISTRATOR]}, ATTACHED, {}, []),
    (
        "set by the role itself",
        {"managed_policy_arns": [ADMINISTRATOR]},
        ATTACHED,
        {"managed_policy_arns": {"constant_value": [ADMINISTRATOR]}},
        ["*"],
    ),
]


@pytest.mark.parametrize(("note", "lists", "given", "set_by", "held"), CASES)
def test_a_role_loses_what_the_plan_takes_from_it(
    note: str, lists: dict[str, Any], given: tuple[str, dict[str, Any]], set_by: dict[str, Any], held: list[str]
) -> None:
    """It is planned with the lists that it had, of which those policies are gone that resources of their own gave it."""
    source = plan(lists, given, set_by)
    before, after = read_before(source, NOTHING), read_plan(source, NOTHING)
    assert actions(before.bundle.principals[R])[-1:] in (["*"], ["kms:Decrypt"]), note
    left = actions(after.bundle.principals[R])
    assert left == (["*"] if OWN in lists.get("managed_policy_arns", ()) else held), note
    assert (R in after.untold) is (OWN in lists.get("managed_policy_arns", ())), note

"""IAM in plans and states: who holds which policies, and whose are open."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmsgen.policy.bundle import NEW_KEY_ID, PrincipalPolicies
from kmsgen.reading.json_text import parse_json
from kmsgen.sources.beside import NOTHING
from kmsgen.sources.described import Described
from kmsgen.sources.terraform.plan import read_plan

HOME = "arn:aws:iam::111122223333"
ROOT = {"Effect": "Allow", "Principal": {"AWS": f"{HOME}:root"}, "Action": "kms:*", "Resource": "*"}
POLICY = {"Version": "2012-10-17", "Statement": [ROOT]}
KEY = ("aws_kms_key.k", {"policy": json.dumps(POLICY)})
ROLE, USER = ("aws_iam_role.r", {"name": "r", "path": "/"}), ("aws_iam_user.u", {"name": "u", "path": "/"})
GROUP = ("aws_iam_group.g", {"name": "g", "path": "/"})
R, U = f"{HOME}:role/r", f"{HOME}:user/u"
OWN = f"{HOME}:policy/p"


def use(action: str) -> str:
    """Return an IAM policy as Terraform holds it."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": f"kms:{action}", "Resource": "*"}]})


MANAGED = ("aws_iam_policy.p", {"name": "p", "path": "/", "policy": use("Decrypt")})


def read(*resources: tuple[str, dict[str, Any]], unknown: dict[str, Any] | None = None, state: bool = False) -> Described:
    """Read a plan, or a state, of a key and some resources; `unknown` is what is known only after apply, by address."""
    items = []
    for address, values in (KEY, *resources):
        of, _, name = address.partition(".")
        items.append({"address": address, "mode": "managed", "type": of, "name": name, "values": values})
    changes = [{"address": address, "change": {"after_unknown": fields}} for address, fields in (unknown or {}).items()]
    values = {"root_module": {"resources": items}}
    side = {"values": values} if state else {"planned_values": values, "resource_changes": changes}
    return read_plan(parse_json(json.dumps({"format_version": "1.0", **side}), "plan.json"), NOTHING)


def actions(held: PrincipalPolicies) -> list[str]:
    """Return the actions of a principal's policies."""
    return [action for one in held.identity_policies for statement in one.statements for action in statement.actions]


@pytest.mark.parametrize(
    ("resources", "who"),
    [
        ([("aws_iam_role.r", {**ROLE[1], "inline_policy": [{"name": "x", "policy": use("Decrypt")}]})], R),
        ([("aws_iam_role.r", {**ROLE[1], "managed_policy_arns": [OWN]}), MANAGED], R),
        ([ROLE, MANAGED, ("aws_iam_role_policy_attachment.a", {"role": "r", "policy_arn": OWN})], R),
        ([ROLE, MANAGED, ("aws_iam_policy_attachment.a", {"roles": ["r"], "users": None, "policy_arn": OWN})], R),
        ([ROLE, MANAGED, ("aws_iam_role_policy_attachments_exclusive.a", {"role_name": "r", "policy_arns": [OWN]})], R),
        ([USER, ("aws_iam_user_policy.p", {"user": "u", "policy": use("Decrypt")})], U),
        ([USER, GROUP, ("aws_iam_group_policy.p", {"group": "g", "policy": use("Decrypt")}),
          ("aws_iam_user_group_membership.m", {"user": "u", "groups": ["g"]})], U),
        ([USER, GROUP, MANAGED, ("aws_iam_group_policy_attachment.p", {"group": "g", "policy_arn": OWN}),
          ("aws_iam_group_membership.m", {"group": "g", "users": ["u"]})], U),
    ],
)  # fmt: skip
def test_a_policy_is_held_however_it_is_attached(resources: Any, who: str) -> None:
    """From either side, by itself or through a group."""
    found = read(*resources)
    assert actions(found.bundle.principals[who]) == ["kms:Decrypt"]
    assert found.unknown == ()


@pytest.mark.parametrize(
    ("resources", "who"),
    [
        ([("aws_iam_role.r", {**ROLE[1], "managed_policy_arns": ["arn:aws:iam::aws:policy/NoSuchPolicy"]})], R),
        ([ROLE, ("aws_iam_role_policy_attachment.a", {"role": "r", "policy_arn": f"{HOME}:policy/elsewhere"})], R),
        ([("aws_iam_role_policy.p", {"role": "r", "policy": use("Decrypt")})], R),
        ([USER, ("aws_iam_user_group_membership.m", {"user": "u", "groups": ["elsewhere"]})], U),
    ],
)
def test_who_holds_what_is_not_here_is_open(resources: Any, who: str) -> None:
    """A policy, a role or a group that the file does not make may hold anything, or deny it."""
    found = read(*resources)
    assert ("*" in actions(found.most.principals[who]), found.untold) == (True, {who})
    assert found.least.principals[who].identity_policies[0].statements[0].effect == "Deny"


def test_a_managed_policy_of_aws_is_as_it_was_at_a_date() -> None:
    """Its statements on KMS are held, and a note says of when they are."""
    found = read(("aws_iam_role.r", {**ROLE[1], "managed_policy_arns": ["arn:aws:iam::aws:policy/AdministratorAccess"]}))
    assert (actions(found.bundle.principals[R]), found.untold) == (["*"], frozenset())
    assert [one.message.partition(" is taken")[0] for one in found.notes] == ["arn:aws:iam::aws:policy/AdministratorAccess"]


def test_a_holder_that_is_not_known_may_be_anybody() -> None:
    """A policy for a role known only after apply leaves every principal open."""
    unknown = {"aws_iam_role_policy.p": {"role": True}}
    assert read(ROLE, USER, ("aws_iam_role_policy.p", {"policy": use("Decrypt")}), unknown=unknown).untold == {R, U}


@pytest.mark.parametrize(("arn", "most", "least"), [(OWN, "kms:Decrypt", "kms:Decrypt"), (f"{HOME}:policy/elsewhere", None, "*")])
def test_a_boundary_limits_and_one_that_is_not_told_may(arn: str, most: str | None, least: str) -> None:
    """For the most access it limits nothing, for the least it allows nothing."""
    found = read(MANAGED, ("aws_iam_role.r", {**ROLE[1], "permissions_boundary": arn}))
    boundaries = [bundle.principals[R].boundary for bundle in (found.most, found.least)]
    assert [one.statements[0].actions[0] if one else None for one in boundaries] == [most, least]


def test_a_policy_that_a_state_tells_twice_is_held_once() -> None:
    """By its attachment, and by what the role lists."""
    held = ("aws_iam_role.r", {**ROLE[1], "arn": R, "managed_policy_arns": [OWN], "inline_policy": []})
    attached = ("aws_iam_role_policy_attachment.a", {"role": "r", "policy_arn": OWN})
    found = read(held, ("aws_iam_policy.p", {**MANAGED[1], "arn": OWN}), attached, state=True)
    assert actions(found.bundle.principals[R]) == ["kms:Decrypt"]


@pytest.mark.parametrize(
    ("told", "untold"), [({}, {R, U}), ({"inline_policy": [], "managed_policy_arns": []}, {U}), ({"inline_policy": []}, {R, U})]
)
def test_whoever_exists_already_may_hold_more(told: dict[str, Any], untold: set[str]) -> None:
    """A role tells all that is attached to it, wherever that was done; of a user no file of Terraform does."""
    found = read(("aws_iam_role.r", {**ROLE[1], "arn": R, **told}), ("aws_iam_user.u", {**USER[1], "arn": U}), state=True)
    assert found.untold == untold
    assert read(ROLE, USER).untold == set()


def test_a_role_has_its_path_and_tags() -> None:
    """Policies name the one, conditions look at the others."""
    found = read(("aws_iam_role.r", {"name": "r", "path": "/team/", "tags": {"team": "a"}}))
    assert {name: one.tags for name, one in found.bundle.principals.items()} == {f"{HOME}:role/team/r": (("team", "a"),)}


@pytest.mark.parametrize(("aliases", "effects"), [([], ["Allow", None]), (["alias/x"], ["Allow", "Allow"])])
def test_a_policy_that_looks_at_aliases_holds_where_the_file_tells_them(aliases: list[str], effects: list[str | None]) -> None:
    """An alias may be made elsewhere: without one here it is open whether the key has it."""
    statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}
    condition = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/x"}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]})
    made = [("aws_kms_alias.a", {"name": one, "target_key_id": NEW_KEY_ID}) for one in aliases]
    found = read(*made, ROLE, ("aws_iam_role_policy.p", {"role": "r", "policy": policy}))
    held = [bundle.principals[R].identity_policies[0].statements for bundle in (found.most, found.least)]
    assert [one[0].effect if one else None for one in held] == effects

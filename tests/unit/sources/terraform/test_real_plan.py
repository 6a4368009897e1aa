"""A real plan, of main.tf beside it: what is known only after apply is found where the plan tells it, or unknown."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kmsgen.errors import InputError
from kmsgen.policy.bundle import Bundle, KeyAccess
from kmsgen.reading.json_text import parse_json
from kmsgen.sources.beside import NOTHING
from kmsgen.sources.described import KEY_REGION, Described
from kmsgen.sources.terraform.plan import is_plan, read_plan
from tests.unit.sources.mutations import paths

PLAN = Path(__file__).with_name("plan.json")
ROLE = "arn:aws:iam::111122223333:role"
ONE, TWO = (f'module.key["{name}"].aws_kms_key.k' for name in ("one", "two"))

Edit = Callable[[dict[str, Any]], None]


def plan(edit: Edit | None = None) -> Described:
    """Read the plan, edited."""
    data = json.loads(PLAN.read_text())
    if edit:
        edit(data)
    return read_plan(parse_json(json.dumps(data), "plan.json"), NOTHING)


def key(found: Described, address: str, bundle: Bundle | None = None) -> KeyAccess:
    """Return the key of an address."""
    arn = next(arn for arn, name in found.names.items() if name == address)
    return next(one for one in (bundle or found.bundle).keys if one.key.arn == arn)


def planned(data: dict[str, Any], address: str) -> dict[str, Any]:
    """Return the planned values of a resource."""
    modules = [data["planned_values"]["root_module"]]
    modules += modules[0].get("child_modules", [])
    return next(one["values"] for module in modules for one in module["resources"] if one["address"] == address)


def change(data: dict[str, Any], address: str) -> dict[str, Any]:
    """Return the change of a resource."""
    return next(one["change"] for one in data["resource_changes"] if one["address"] == address)


def configured(data: dict[str, Any], address: str) -> dict[str, Any]:
    """Return the expressions of a resource of the root module, or of the module of the keys."""
    root = data["configuration"]["root_module"]
    every = [*root["resources"], *root["module_calls"]["key"]["module"]["resources"]]
    return next(one["expressions"] for one in every if one["address"] == address)


def principals(access: KeyAccess) -> dict[str | None, list[str]]:
    """Return whom each statement names, by Sid."""
    return {one.sid: [who.value for who in one.principals or ()] for one in access.policy.statements}


def test_a_policy_document_that_is_read_on_apply_shows_its_statements() -> None:
    """With the ARNs of the roles that it refers to through a variable of a module: their names and paths are planned."""
    users = [f"{ROLE}/svc/app-x", f"{ROLE}/svc/app-y"]
    found = plan()
    for bundle in (found.most, found.least):
        assert principals(key(found, ONE, bundle)) == {"Root": ["arn:aws:iam::111122223333:root"], "Users": users}


@pytest.mark.parametrize(
    "references",
    [
        ['aws_iam_role.app["x"].arn', 'aws_iam_role.app["x"]'],
        ["local.users", 'aws_iam_role.app["x"].arn'],
        ['aws_iam_role.app["x"].arn', 'aws_iam_role.app["y"].arn', "aws_iam_role.pre.arn"],
        ['aws_iam_role.app["x"].unique_id', 'aws_iam_role.app["y"].unique_id'],
        ["each.value"],
    ],
)
def test_who_is_not_told_by_as_many_arns_is_unknown(references: list[str]) -> None:
    """Fewer or more references than unknown identifiers, or others than ARNs: nobody can tell who is meant."""

    def edit(data: dict[str, Any]) -> None:
        data["configuration"]["root_module"]["module_calls"]["key"]["expressions"]["users"] = {"references": references}

    found = plan(edit)
    assert "*" in str(principals(key(found, ONE, found.most)))
    assert principals(key(found, ONE, found.least)) == {"Root": ["arn:aws:iam::111122223333:root"]}


def test_a_role_of_another_account_has_no_arn_that_is_told() -> None:
    """A provider that works with other credentials works in an account that nobody told."""

    def edit(data: dict[str, Any]) -> None:
        root = data["configuration"]["root_module"]
        data["configuration"]["provider_config"]["aws.other"] = {"expressions": {"profile": {"constant_value": "other"}}}
        next(one for one in root["resources"] if one["address"] == "aws_iam_role.app")["provider_config_key"] = "aws.other"

    found = plan(edit)
    assert "Users" not in principals(key(found, ONE, found.least))


def test_a_role_whose_name_is_not_known_is_some_role_of_its_account() -> None:
    """Of a grant to it: who begins with its prefix may use it, and nobody surely."""
    found = plan()
    (more,) = [one for one in key(found, TWO, found.most).policy.statements if one.sid == "unknown"]
    assert [(one.operator, one.key, one.values) for one in more.conditions] == [
        ("StringLike", "aws:PrincipalArn", (f"{ROLE}/pre-*",))
    ]
    assert not any(one.sid == "unknown" for one in key(found, TWO, found.least).policy.statements)


def test_a_policy_text_that_is_known_after_apply_may_be_anything() -> None:
    """It is not KMS's default policy: the configuration writes one."""
    found = plan()
    for number in (0, 1):
        most, least = (key(found, f"aws_kms_key.c[{number}]", bundle).policy for bundle in (found.most, found.least))
        assert [(one.effect, one.actions) for one in (*most.statements, *least.statements)] == [
            ("Allow", ("*",)),
            ("Deny", ("*",)),
        ]
    assert any("aws_kms_key_policy.c[0]: policy, known after apply" in one.what for one in found.unknown)


def test_a_policy_that_nobody_wrote_is_the_default_one() -> None:
    """KMS gives it; that it is known after apply says nothing else."""

    def edit(data: dict[str, Any]) -> None:
        del configured(data, "aws_kms_key.k")["policy"]

    policy = key(plan(edit), ONE).policy
    assert [(one.actions, one.principals[0].value) for one in policy.statements if one.principals] == [
        (("kms:*",), "arn:aws:iam::111122223333:root")
    ]


def test_two_policies_of_one_key_are_told_and_either_may_be() -> None:
    """A key with a policy of its own and an aws_kms_key_policy: what both have is sure."""
    found = plan()
    assert [one.code for one in found.notes if "aws_kms_key.both" in one.message] == ["two-policies"]
    most, least = (key(found, "aws_kms_key.both", bundle) for bundle in (found.most, found.least))
    assert ("Pub" in principals(most), list(principals(least))) == (True, ["Root"])


def test_aliases_and_tags_are_those_of_the_key_that_the_configuration_names() -> None:
    """Their ids are known after apply; through modules too."""
    found = plan()
    assert [(key(found, one).key.aliases, key(found, one).key.tags) for one in (ONE, TWO)] == [
        (("alias/one",), (("a", "b"),)),
        (("alias/two",), (("a", "b"),)),
    ]


def test_policies_attached_by_reference_are_held() -> None:
    """For each role of for_each, and a role without a name that is known is called by its address."""
    held = {name: beside.identity_policies for name, beside in plan().bundle.principals.items()}
    assert set(held) == {f"{ROLE}/svc/app-x", f"{ROLE}/svc/app-y", f"{ROLE}/pre-(aws_iam_role.pre)"}
    one = key(plan(), ONE).key.arn
    assert all(document.statements[0].resources == (one,) for (document,) in held.values())


def test_an_unknown_property_of_a_policy_document_is_unknown() -> None:
    """A list of statements that is known after apply may hold any."""

    def edit(data: dict[str, Any]) -> None:
        address = 'module.key["one"].data.aws_iam_policy_document.p'
        planned(data, address)["statement"] = None
        change(data, address)["after_unknown"]["statement"] = True

    found = plan(edit)
    assert [one.actions for one in key(found, ONE, found.most).policy.statements] == [("*",)]


WRONG: tuple[Any, ...] = (
    None,
    True,
    [],
    {},
    "",
    [None],
    [{}],
    {"a": 1},
    "*",
    [["x"]],
    {"references": ["x"]},
    {"references": [1]},
)


@pytest.mark.parametrize("seed", range(4))
def test_a_plan_of_any_shape_is_read_or_refused(seed: int) -> None:
    """A part that is missing or of another form ends in a diagnostic, never in a crash."""
    chance, text = random.Random(seed), PLAN.read_text()  # noqa: S311 - any inputs will do
    places = list(paths(json.loads(text)))
    for _ in range(40):
        data = json.loads(text)
        place = chance.choice(places)
        holder = data
        for step in place[:-1]:
            holder = holder[step]
        holder[place[-1]] = chance.choice(WRONG)
        source = parse_json(json.dumps(data), "plan.json")
        if is_plan(source):
            with contextlib.suppress(InputError):
                assert read_plan(source, NOTHING).bundle.keys


@pytest.mark.parametrize(
    ("provider", "lacks"), [({"constant_value": "eu-west-1"}, False), ({"references": ["var.region"]}, True)]
)
def test_the_region_of_a_key_is_that_of_its_provider_if_that_is_told(provider: dict[str, Any], *, lacks: bool) -> None:
    """Else nothing tells it, and every Region that policies tell apart is asked about."""

    def edit(data: dict[str, Any]) -> None:
        for one in data["configuration"]["provider_config"].values():
            one.setdefault("expressions", {})["region"] = provider

    found = plan(edit)
    assert (KEY_REGION in found.lacks) is lacks
    assert lacks or {one.key.arn.split(":")[3] for one in found.bundle.keys} == {"eu-west-1"}


GRANT = 'aws_kms_grant.g["x"]'


def granted_for_each(data: dict[str, Any], over: list[str]) -> None:
    """Make the grant one of `for_each` over what some references name, to the ARN of `each.value`."""
    resources = data["planned_values"]["root_module"]["resources"]
    next(one for one in resources if one["address"] == "aws_kms_grant.g").update(address=GRANT, index="x")
    next(one for one in data["resource_changes"] if one["address"] == "aws_kms_grant.g")["address"] = GRANT
    declared = data["configuration"]["root_module"]["resources"]
    grant = next(one for one in declared if one["address"] == "aws_kms_grant.g")
    grant["for_each_expression"] = {"references": over}
    grant["expressions"]["grantee_principal"] = {"references": ["each.value.arn", "each.value"]}


@pytest.mark.parametrize(
    ("over", "grantees"),
    [
        (["aws_iam_role.app"], {f"{ROLE}/svc/app-x"}),
        (["aws_iam_role.pre"], set()),
        (["aws_iam_role.app", "local.names"], set()),
        (["local.roles"], set()),
        (['aws_iam_role.app["y"]'], set()),
    ],
)
def test_each_value_is_the_instance_of_the_same_key(over: list[str], grantees: set[str]) -> None:
    """Where `for_each` goes over the instances of one resource alone; else nobody can tell what it is."""
    found = plan(lambda data: granted_for_each(data, over))
    assert {one.grantee for access in found.least.keys for one in access.grants} == grantees


def test_an_index_by_each_key_or_count_index_is_not_in_a_configuration() -> None:
    """`x[each.key].arn` and `document[each.key].json` are told as `x` and `document`: the attribute is the only one that fits."""

    def edit(data: dict[str, Any]) -> None:
        granted_for_each(data, ["aws_iam_role.pre"])
        declared = data["configuration"]["root_module"]["resources"]
        grant = next(one for one in declared if one["address"] == "aws_kms_grant.g")
        grant["expressions"]["grantee_principal"] = {"references": ["aws_iam_role.app", "each.key"]}
        configured(data, "aws_kms_key.k")["policy"] = {"references": ["data.aws_iam_policy_document.p", "each.key"]}

    found = plan(edit)
    assert {one.grantee for access in found.least.keys for one in access.grants} == {f"{ROLE}/svc/app-x"}
    assert principals(key(found, ONE, found.least))["Users"] == [f"{ROLE}/svc/app-x", f"{ROLE}/svc/app-y"]


def written_by_count(data: dict[str, Any], numbers: list[int]) -> None:
    """Give the keys of `count` policies apart of some numbers, the first public, each on the key that its number tells."""
    resources = data["planned_values"]["root_module"]["resources"]
    like = next(one for one in resources if one["address"] == "aws_kms_key_policy.c[0]")
    resources[:] = [one for one in resources if not one["address"].startswith("aws_kms_key_policy.")]
    for number in numbers:
        who = "*" if number == 0 else "arn:aws:iam::111122223333:role/admin"
        statement = {"Sid": f"S{number}", "Effect": "Allow", "Principal": {"AWS": who}, "Action": "kms:*", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        address = f"aws_kms_key_policy.c[{number}]"
        resources.append({**like, "address": address, "index": number, "values": {"policy": policy}})
    changes = [one for one in data["resource_changes"] if not one["address"].startswith("aws_kms_key_policy.c")]
    changes += [{"address": f"aws_kms_key_policy.c[{one}]", "change": {"after_unknown": {"key_id": True}}} for one in numbers]
    data["resource_changes"] = changes


def test_a_number_of_count_is_that_of_the_other_resource_where_they_are_as_many() -> None:
    """Policy 0 is that of key 0 of two, and policy 1 that of key 1."""
    found = plan(lambda data: written_by_count(data, [0, 1]))
    assert [list(principals(key(found, f"aws_kms_key.c[{number}]", found.least))) for number in (0, 1)] == [["S0"], ["S1"]]


@pytest.mark.parametrize("references", [None, ["local.key_id"], ["aws_kms_key.c"]])
def test_a_policy_of_who_knows_which_key_may_be_of_each(references: list[str] | None) -> None:
    """More numbers than keys are reckoned with, and nothing is told of a local value: no key surely has the policy or not."""

    def edit(data: dict[str, Any]) -> None:
        written_by_count(data, [0, 1, 2])
        if references:
            configured(data, "aws_kms_key_policy.c")["key_id"] = {"references": references}

    found = plan(edit)
    for number in (0, 1):
        most, least = (principals(key(found, f"aws_kms_key.c[{number}]", bundle)) for bundle in (found.most, found.least))
        assert {"S0", "S1", "S2"} <= set(most)
        assert least == {}
    assert "not told which key" in " ".join(one.what for one in found.unknown)


@pytest.mark.parametrize(("sids", "users"), [(("Root", "Users", "More"), True), (("Users", "Root", "Users"), False)])
def test_a_statement_beside_dynamic_ones_is_told_by_its_sid(sids: tuple[str, ...], users: bool) -> None:  # noqa: FBT001 - a case
    """A configuration lacks what a dynamic block makes; who is named is known where the Sid is on each side once."""

    def edit(data: dict[str, Any]) -> None:
        address = 'module.key["one"].data.aws_iam_policy_document.p'
        after = change(data, address)["after_unknown"]["statement"]
        held = {one["sid"]: (one, hidden) for one, hidden in zip(planned(data, address)["statement"], after, strict=True)}
        made = [held.get(sid, held["Root"]) for sid in sids]
        planned(data, address)["statement"] = [{**one, "sid": sid} for (one, _), sid in zip(made, sids, strict=True)]
        change(data, address)["after_unknown"]["statement"] = [hidden for _, hidden in made]

    found = plan(edit)
    assert ("Users" in principals(key(found, ONE, found.least))) is users

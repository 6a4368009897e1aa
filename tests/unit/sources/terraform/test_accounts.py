"""Accounts of providers: what is of another account, or of one that is not told, tells nothing of the account of the keys."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmsgen.errors import InputError
from kmsgen.reading.json_text import parse_json
from kmsgen.sources.beside import NOTHING
from kmsgen.sources.described import Described
from kmsgen.sources.terraform.plan import read_plan

OWN, PARTNER = "111122223333", "444455556666"
KEY_ARN = f"arn:aws:kms:us-east-1:{OWN}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
APP = "aws_iam_role.app"


def constant(value: Any) -> dict[str, Any]:
    """Return the expression of a constant."""
    return {"constant_value": value}


def assuming(account: str) -> dict[str, Any]:
    """Return the arguments of a provider that assumes a role of an account."""
    return {"assume_role": [{"role_arn": constant(f"arn:aws:iam::{account}:role/x")}]}


def policy(who: str | None = None, action: str = "kms:*") -> str:
    """Return a policy of one statement; without a principal an IAM policy."""
    principal = {"Principal": {"AWS": who}} if who else {}
    statement = {"Effect": "Allow", **principal, "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def read(
    partner: dict[str, Any],
    resources: list[tuple[str, dict[str, Any], str]],
    *,
    own: dict[str, Any] | None = None,
    strict: bool = False,
    key_arn: str | None = KEY_ARN,
) -> Described:
    """Read a plan of a key, and of resources (address, values, key of the provider), none with an ARN unless it is given."""
    every = [("aws_kms_key.k", {"policy": policy(f"arn:aws:iam::{OWN}:root")}, "aws"), *resources]
    parts = [(dict(zip(("type", "name"), address.split("."), strict=True)), address, *rest) for address, *rest in every]
    heads = [({"address": address, "mode": "managed", **named}, values, of) for named, address, values, of in parts]
    data = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": [{**head, "values": values} for head, values, _ in heads]}},
        "configuration": {
            "provider_config": {
                name: {"full_name": "registry.terraform.io/hashicorp/aws", "expressions": arguments}
                for name, arguments in (("aws", own or {}), ("aws.partner", partner))
            },
            "root_module": {
                "resources": [
                    {**head, "provider_config_key": of, "expressions": {name: constant(one) for name, one in values.items()}}
                    for head, values, of in heads
                ]
            },
        },
    }
    return read_plan(parse_json(json.dumps(data), "plan.json"), NOTHING._replace(key_arn=key_arn, strict=strict))


ELSEWHERE: list[dict[str, Any]] = [
    assuming(PARTNER),
    {"profile": constant("partner")},
    {"access_key": constant("a"), "secret_key": constant("b")},
    {"shared_config_files": constant(["x"])},
    {"allowed_account_ids": constant([PARTNER])},
    {"assume_role": [{"role_arn": {"references": ["var.role"]}}]},
]


@pytest.mark.parametrize("provider", ELSEWHERE)
@pytest.mark.parametrize("kind", ["role", "user"])
def test_who_is_of_another_account_is_nobody_of_the_keys_account(provider: dict[str, Any], kind: str) -> None:
    """A name alone describes no principal of the keys' account; policies and boundaries go where their provider is."""
    limit = f"arn:aws:iam::{PARTNER}:policy/limit"
    found = read(
        provider,
        [
            (f"aws_iam_{kind}.app", {"name": "app", "permissions_boundary": limit}, "aws.partner"),
            (f"aws_iam_{kind}_policy.app", {kind: "app", "policy": policy()}, "aws.partner"),
        ],
    )
    assert len(found.bundle.principals) == 1
    assert not [name for name in found.bundle.principals if f":{OWN}:" in name]


@pytest.mark.parametrize("provider", ELSEWHERE)
def test_those_of_the_same_name_in_two_accounts_hold_their_own_policies(provider: dict[str, Any]) -> None:
    """A policy attached by name is of the role in the account of the provider that attaches it."""
    found = read(
        provider,
        [
            (APP, {"name": "app"}, "aws"),
            ("aws_iam_role.other", {"name": "app"}, "aws.partner"),
            ("aws_iam_role_policy.p", {"role": "app", "policy": policy()}, "aws.partner"),
        ],
    )
    held = {name: len(one.identity_policies) for name, one in found.least.principals.items()}
    assert held.pop(f"arn:aws:iam::{OWN}:role/app") == 0
    assert list(held.values()) == [1]


@pytest.mark.parametrize(
    ("own", "partner"),
    [
        ({"region": constant("eu-west-1")}, {"region": constant("us-east-1")}),
        ({"profile": constant("a")}, {"profile": constant("a"), "region": constant("us-east-1"), "max_retries": constant(3)}),
        (assuming(OWN), {**assuming(OWN), "region": constant("us-east-1")}),
    ],
)
def test_the_same_credentials_are_the_same_account(own: dict[str, Any], partner: dict[str, Any]) -> None:
    """As of providers that differ in their Region."""
    found = read(partner, [(APP, {"name": "app"}, "aws.partner"), ("aws_kms_key.k2", {}, "aws.partner")], own=own)
    assert list(found.bundle.principals) == [f"arn:aws:iam::{OWN}:role/app"]
    assert {one.key.arn.split(":")[4] for one in found.bundle.keys} == {OWN}


@pytest.mark.parametrize("key_arn", [KEY_ARN, None])
@pytest.mark.parametrize("provider", [assuming(PARTNER), {"allowed_account_ids": constant([PARTNER])}])
def test_a_key_is_of_the_account_of_its_provider(provider: dict[str, Any], key_arn: str | None) -> None:
    """And so is whom its default policy names."""
    found = read(provider, [("aws_kms_key.k2", {}, "aws.partner")], key_arn=key_arn)
    accounts = {found.names[one.key.arn]: one.key.arn.split(":")[4] for one in found.bundle.keys}
    assert accounts == {"aws_kms_key.k": OWN, "aws_kms_key.k2": PARTNER}
    (statement,) = found.bundle.keys[1].policy.statements
    assert [one.value for one in statement.principals or ()] == [f"arn:aws:iam::{PARTNER}:root"]


@pytest.mark.parametrize("partner", [assuming(OWN), {"allowed_account_ids": constant([OWN])}])
def test_an_account_may_be_told_to_be_that_of_the_keys(partner: dict[str, Any]) -> None:
    """Other credentials may work in the same account."""
    assert list(read(partner, [(APP, {"name": "app"}, "aws.partner")]).bundle.principals) == [f"arn:aws:iam::{OWN}:role/app"]


def test_a_key_of_an_account_that_is_not_told_is_refused() -> None:
    """It gets no other key's account."""
    with pytest.raises(InputError, match="which account it is of is not told"):
        read({"profile": constant("partner")}, [("aws_kms_key.k2", {}, "aws.partner")])


def test_known_arns_tell_the_account_of_their_provider() -> None:
    """Of what has no ARN yet beside them."""
    there = {"name": "old", "arn": f"arn:aws:iam::{PARTNER}:role/old"}
    resources = [("aws_iam_role.old", there, "aws.partner"), (APP, {"name": "app"}, "aws.partner")]
    found = read({"profile": constant("partner")}, resources)
    assert set(found.bundle.principals) == {f"arn:aws:iam::{PARTNER}:role/{name}" for name in ("old", "app")}


def test_arguments_that_refer_to_the_same_are_assumed_to_be_the_same() -> None:
    """Which is told; where nothing is to be assumed they may be of two accounts."""
    same = {"profile": {"references": ["var.profile"]}}
    resources = [(APP, {"name": "app"}, "aws.partner")]
    found = read(same, resources, own=same)
    assert list(found.bundle.principals) == [f"arn:aws:iam::{OWN}:role/app"]
    assert ["aws.partner and aws" in one.what for one in found.assumed] == [True]
    assert f"arn:aws:iam::{OWN}:role/app" not in read(same, resources, own=same, strict=True).bundle.principals

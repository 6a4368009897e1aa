"""Whose keys are in a plan or state: told by ARNs that are known, whomever the key policies name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmsgen.errors import InputError
from kmsgen.reading.json_text import parse_json
from kmsgen.sources.beside import NOTHING
from kmsgen.sources.described import STANDS_FOR
from kmsgen.sources.terraform.plan import read_before, read_plan

OWN, PARTNER = "111122223333", "444455556666"


def key(account: str, region: str = "eu-west-1", *, named: str = "", known: bool = True) -> dict[str, Any]:
    """Return a key of an account, with a policy that names another account, or nobody."""
    arn = f"arn:aws:kms:{region}:{account}:key/1234abcd-12ab-34cd-56ef-{account}"
    who = {"AWS": f"arn:aws:iam::{named}:root"} if named else "*"
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": who, "Action": "kms:*", "Resource": "*"}]}
    values = {"policy": json.dumps(policy)} | ({"arn": arn, "key_id": arn.rpartition("/")[2]} if known else {})
    address = f"aws_kms_key.k{account}{region}".replace("-", "_")
    return {"address": address, "mode": "managed", "type": "aws_kms_key", "name": address[12:], "values": values}


def plan(planned: list[dict[str, Any]], prior: list[dict[str, Any]]) -> Any:
    """Return a plan with resources before and after."""
    gone = [{"address": one["address"], "change": {"actions": ["delete"]}} for one in prior if one not in planned]
    data = {
        "format_version": "1.2",
        "resource_changes": gone,
        "planned_values": {"root_module": {"resources": planned}},
        "prior_state": {"format_version": "1.0", "values": {"root_module": {"resources": prior}}},
    }
    return parse_json(json.dumps(data), "plan.json")


@pytest.mark.parametrize("named", [PARTNER, ""])
def test_a_known_arn_tells_the_account(named: str) -> None:
    """Also of a policy that names another account, or none, and of a key that has no ARN yet beside it."""
    source = plan([key(OWN, named=named), key(OWN, "eu-west-2", named=named, known=False)], [])
    arns = [access.key.arn for access in read_plan(source, NOTHING).bundle.keys]
    assert [arn.split(":")[3:5] for arn in arns] == [["eu-west-1", OWN], ["eu-west-1", OWN]]


def test_keys_of_several_accounts_are_each_their_own() -> None:
    """A state of several providers, in which every ARN is known."""
    source = plan([key(OWN, named=PARTNER), key(PARTNER, "us-east-1", named=OWN)], [])
    arns = [access.key.arn for access in read_plan(source, NOTHING).bundle.keys]
    assert [arn.split(":")[3:5] for arn in arns] == [["eu-west-1", OWN], ["us-east-1", PARTNER]]


def test_a_new_key_beside_keys_of_several_accounts_is_nobody_s() -> None:
    """Which of them it will be of is to be told by the user."""
    source = plan([key(OWN), key(PARTNER), key(OWN, "us-east-2", known=False)], [])
    with pytest.raises(InputError, match="do not tell whose keys"):
        read_plan(source, NOTHING)


def test_a_plan_that_destroys_everything_has_a_side_before_it() -> None:
    """The account is that of what is destroyed; what is left has no key to ask about."""
    source = plan([], [key(OWN, named=PARTNER)])
    assert [access.key.arn.split(":")[4] for access in read_before(source, NOTHING).bundle.keys] == [OWN]
    after = read_plan(source, NOTHING)
    assert (after.bundle.keys, after.no_key is not None) == ((), True)


def with_providers(*keys: tuple[dict[str, Any], str]) -> Any:
    """Return a plan of keys, each under a provider that tells a profile alone, or nothing."""
    planned = [{**one, "values": {name: value for name, value in one["values"].items() if name != "arn"}} for one, _ in keys]
    data = plan(planned, []).data
    profile = {"profile": {"constant_value": "other"}}
    providers = {"aws": {"name": "aws"}, "aws.other": {"name": "aws", "alias": "other", "expressions": profile}}
    resources = [
        {"address": one["address"], "mode": "managed", "type": one["type"], "name": one["name"], "provider_config_key": provider}
        for one, provider in keys
    ]
    data["configuration"] = {"provider_config": providers, "root_module": {"resources": resources}}
    return parse_json(json.dumps(data), "plan.json")


def test_the_key_policies_of_each_provider_tell_its_account() -> None:
    """With a profile of its own a provider may be of another account; where its policies name several it must be told."""
    own, others = key(OWN, named=OWN, known=False), key(PARTNER, named=PARTNER, known=False)
    read = read_plan(with_providers((own, "aws"), (others, "aws.other")), NOTHING)
    assert [access.key.arn.split(":")[4] for access in read.bundle.keys] == [OWN, PARTNER]
    third = key("777788889999", named=OWN, known=False)
    with pytest.raises(InputError, match="do not tell whose keys"):
        read_plan(with_providers((own, "aws"), (others, "aws.other"), (third, "aws.other")), NOTHING)


def test_a_plan_that_names_no_account_is_of_any() -> None:
    """A stand-in serves, as it means the same in every account; not where an IAM policy names a key of one."""
    own = key(OWN, known=False)
    read = read_plan(plan([own], []), NOTHING)
    assert [access.key.arn.split(":")[4] for access in read.bundle.keys] == [STANDS_FOR]
    assert ("account-not-told" in [one.code for one in read.notes], read.account is not None) == (True, True)
    use = {"Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": f"arn:aws:kms:eu-west-1:{OWN}:key/*"}]}
    values = {"role": "app", "policy": json.dumps(use)}
    policy = {"address": "aws_iam_role_policy.p", "mode": "managed", "type": "aws_iam_role_policy", "name": "p", "values": values}
    with pytest.raises(InputError, match="do not tell whose keys"):
        read_plan(plan([own, policy], []), NOTHING)

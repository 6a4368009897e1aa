"""Terraform plans and states as bundles."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmsgen.errors import InputError
from kmsgen.policy.bundle import Bundle
from kmsgen.policy.document import Statement
from kmsgen.reading.json_text import parse_json
from kmsgen.sources.beside import Beside
from kmsgen.sources.described import Described, Home
from kmsgen.sources.terraform.plan import is_plan, read_plan

HERE = Beside(home=Home("aws", "111122223333", "us-west-2"))
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:Sign", "Resource": "*"}]}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:Sign", "Resource": "*"}]}
KEY = ("aws_kms_key.k", "aws_kms_key", {"policy": json.dumps(POLICY), "customer_master_key_spec": "RSA_2048"})


def read(*resources: tuple[str, str, dict[str, Any]], kind: str = "planned_values") -> Described:
    """Read a plan of one child module that holds the resources."""
    items = [{"address": address, "mode": "managed", "type": of, "values": values} for address, of, values in resources]
    plan = {"format_version": "1.2", kind: {"root_module": {"child_modules": [{"resources": items}]}}}
    return read_plan(parse_json(json.dumps(plan), "plan.json"), HERE)


def statement_of(bundle: Bundle, principal: str) -> Statement:
    """Return the first statement of a principal's first policy."""
    return bundle.principals[principal].identity_policies[0].statements[0]


def test_keys_of_child_modules_are_read() -> None:
    """A key in a module counts like one at the root."""
    access = read(KEY).bundle.keys[0]
    assert (access.key.spec, access.policy.statements[0].actions) == ("RSA_2048", ("kms:Sign",))


def test_a_policy_of_its_own_takes_the_place_of_the_key_s() -> None:
    """aws_kms_key_policy sets the policy of its key, also where the key's id is not known yet."""
    other = json.dumps(POLICY).replace("Sign", "Verify")
    access = read(KEY, ("aws_kms_key_policy.p", "aws_kms_key_policy", {"policy": other})).bundle.keys[0]
    assert access.policy.statements[0].actions == ("kms:Verify",)


def test_grants_and_their_constraints_are_read() -> None:
    """A grant belongs to its key and keeps what it requires."""
    values = {
        "name": "g",
        "grantee_principal": "arn:aws:iam::111122223333:role/x",
        "operations": ["Decrypt"],
        "constraints": [{"encryption_context_equals": {}, "encryption_context_subset": {"a": "b"}}],
    }
    grant = read(KEY, ("aws_kms_grant.g", "aws_kms_grant", values)).bundle.keys[0].grants[0]
    assert grant.constraints.encryption_context_subset == (("a", "b"),)
    assert grant.constraints.encryption_context_equals is None


def of_changes(actions: list[str] | None, **more: Any) -> Described:
    """Read a plan of a key in whose state a policy of its own gives Verify, with what is to become of it."""
    other = {"policy": json.dumps(POLICY).replace("Sign", "Verify")}
    resources = [{"address": one, "mode": "managed", "type": of, "values": values} for one, of, values in (KEY, (*PUT, other))]
    changes = [] if actions is None else [{"address": PUT[0], "change": {"actions": actions, "before": other}}]
    plan = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": resources[:1]}},
        "prior_state": {"values": {"root_module": {"resources": resources}}},
        "resource_changes": changes,
        **more,
    }
    return read_plan(parse_json(json.dumps(plan), "plan.json"), HERE)


PUT = ("aws_kms_key_policy.p", "aws_kms_key_policy")


@pytest.mark.parametrize(
    ("actions", "allowed"), [(["delete"], "kms:Sign"), (["forget"], "kms:Verify"), (None, "kms:Verify"), (["no-op"], "kms:Sign")]
)
def test_what_a_plan_leaves_alone_is_there_still(actions: list[str] | None, allowed: str) -> None:
    """A resource beside the targets of a plan is in its state alone, and one that is to be forgotten stays where it is."""
    assert of_changes(actions).bundle.keys[0].policy.statements[0].actions == (allowed,)


@pytest.mark.parametrize("more", [{"complete": False}, {"deferred_changes": [{"reason": "instance_count_unknown"}]}])
def test_what_a_plan_leaves_for_later_is_assumed_not_to_be_there(more: dict[str, Any]) -> None:
    """Whoever applies it whole has more; the answer is about what there is when this plan is applied."""
    assert ["leaves for later" in one.what for one in of_changes(["delete"], **more).assumed] == [True]
    assert of_changes(["delete"], complete=True).assumed == ()


def test_a_plan_that_stopped_at_an_error_is_refused() -> None:
    """What could not be planned is in no list of it."""
    with pytest.raises(InputError, match="stopped planning"):
        of_changes(["delete"], errored=True)
    assert of_changes(["delete"], errored=False).bundle.keys


def test_a_policy_resource_without_a_policy_is_an_error() -> None:
    """Neither known nor known after apply: Terraform does not plan that."""
    with pytest.raises(InputError, match="it has no policy"):
        read(KEY, ("aws_kms_key_policy.p", "aws_kms_key_policy", {}))


def test_an_unknown_iam_policy_leaves_its_principal_to_have_any() -> None:
    """A plan does not hold a policy that names a new key; whoever holds it may have any, or be denied all, and a note says so."""
    policies = [
        ("aws_iam_role_policy.a", "aws_iam_role_policy", {"role": "told", "policy": json.dumps(ALLOW)}),
        ("aws_iam_role_policy.b", "aws_iam_role_policy", {"role": "untold"}),
    ]
    existing = read(KEY, *policies)
    name = "arn:aws:iam::111122223333:role/untold"
    assert [statement_of(bundle, name).effect for bundle in (existing.most, existing.least)] == ["Allow", "Deny"]
    assert any("role/untold may have any IAM policy" in note.message for note in existing.notes)


def test_attachments_of_a_state_carry_their_policies() -> None:
    """In a state the ARN of a policy is known, so an attachment leads to it."""
    arn = "arn:aws:iam::111122223333:policy/p"
    resources = [
        ("aws_iam_policy.p", "aws_iam_policy", {"arn": arn, "policy": json.dumps(ALLOW)}),
        ("aws_iam_user_policy_attachment.a", "aws_iam_user_policy_attachment", {"user": "u", "policy_arn": arn}),
    ]
    found = read(KEY, *resources, kind="values").bundle.principals
    assert [p.statements[0].actions for p in found["arn:aws:iam::111122223333:user/u"].identity_policies] == [("kms:Sign",)]


@pytest.mark.parametrize(
    ("of", "field"),
    [
        ("aws_kms_key", "arn"),
        ("aws_kms_key", "policy"),
        ("aws_kms_key", "customer_master_key_spec"),
        ("aws_kms_key_policy", "key_id"),
        ("aws_kms_alias", "name"),
        ("aws_kms_grant", "key_id"),
        ("aws_iam_policy", "arn"),
        ("aws_iam_role_policy", "role"),
        ("aws_iam_role_policy", "policy"),
        ("aws_iam_user_policy_attachment", "policy_arn"),
    ],
)
@pytest.mark.parametrize("value", [["x"], {"x": "y"}, True])
def test_a_value_of_another_form_is_told_with_its_place(of: str, field: str, value: Any) -> None:
    """A plan is input like any other: a list where an ARN belongs is a diagnostic, and no crash."""
    values = {"role": "r", "user": "u", "policy": json.dumps(ALLOW if "iam" in of else POLICY), field: value}
    with pytest.raises(InputError) as raised:
        read(KEY, ("x.y", of, values))
    (problem,) = raised.value.diagnostics
    assert (problem.code, problem.location.line, problem.location.column > 1) == ("not-a-text", 1, True)
    assert problem.message == f"x.y: `{field}` must be a text"


@pytest.mark.parametrize("arn", ["x", "arn:aws:kms:us-west-2:111122223333:alias/a", "arn:aws:iam::111122223333:role/r"])
def test_the_arn_of_a_key_is_one(arn: str) -> None:
    """What is no key's ARN is told, and nothing is made of it."""
    with pytest.raises(InputError, match="not-a-key-arn"):
        read(("aws_kms_key.k", "aws_kms_key", {"arn": arn, "policy": json.dumps(POLICY)}))


def test_two_keys_of_one_address_are_refused() -> None:
    """One of them would be passed over."""
    with pytest.raises(InputError, match="duplicate-address"):
        read(KEY, KEY)


def test_a_policy_within_a_plan_has_its_places_there() -> None:
    """Line and column are those in the plan, of the character in the text within it."""
    text = json.dumps(POLICY).replace('"kms:Sign"', "[5]")
    with pytest.raises(InputError) as raised:
        read(("aws_kms_key.k", "aws_kms_key", {"policy": text.replace('"Allow"', "7")}))
    (problem,) = raised.value.diagnostics
    assert problem.code == "bad-effect"
    assert problem.message.startswith("aws_kms_key.k: ")
    assert (problem.location.line, problem.location.column > 100) == (1, True)


def test_a_plan_without_keys_is_an_error() -> None:
    """Nothing to judge is no answer: the reason is told with what it does describe."""
    no_key = read().no_key
    assert no_key is not None
    assert no_key.code == "no-key"


@pytest.mark.parametrize("data", [None, [], {"format_version": "1.2"}, {"values": {}}])
def test_other_data_is_no_plan(data: Any) -> None:
    """A plan or a state has a format version and values."""
    assert not is_plan(parse_json(json.dumps(data), "plan.json"))

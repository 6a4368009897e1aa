"""Policies in AWS's own form."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.errors import InputError
from kmsgen.policy.document import Condition, Principal
from kmsgen.policy.json_form import format_document, parse_document

ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}


def policy(**changes: Any) -> dict[str, Any]:
    """Return a policy of one statement that differs from ALLOW as told; None leaves an element out."""
    statement = {name: value for name, value in {**ALLOW, **changes}.items() if value is not None}
    return {"Version": "2012-10-17", "Statement": [statement]}


REFUSED = {
    "an effect in another case": (policy(Effect="allow"), "bad-effect"),
    "an element that does not exist": (policy(Actions="kms:Decrypt"), "unknown-element"),
    "both forms of an element": (policy(NotAction="kms:Encrypt"), "both-forms"),
    "an operator that does not exist": (policy(Condition={"StringIs": {"a": "b"}}), "unknown-operator"),
    "IfExists on Null": (policy(Condition={"NullIfExists": {"a": "true"}}), "unknown-operator"),
    "a condition value that is a mapping": (policy(Condition={"Bool": {"a": {}}}), "bad-condition-value"),
    "a kind of principal that does not exist": (policy(Principal={"Aws": "*"}), "unknown-element"),
    "a principal that is a list": (policy(Principal=["*"]), "bad-principal"),
    "an empty list of actions": (policy(Action=[]), "empty-list"),
    "an action that is a number": (policy(Action=[3]), "not-a-text"),
    "no principal in a key policy": (policy(Principal=None), "no-principal"),
    "no statement": ({"Version": "2012-10-17", "Statement": []}, "no-statement"),
    "another version": ({"Version": "2013-01-01", "Statement": [ALLOW]}, "bad-version"),
    "a list": ([], "not-a-mapping"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_kms_would_not_take_is_refused(what: str) -> None:
    """A malformed policy is an error with a code, never half a policy."""
    data, code = REFUSED[what]
    with pytest.raises(InputError) as raised:
        parse_document(data, principals="required")
    assert code in {d.code for d in raised.value.diagnostics}


def test_a_principal_in_an_iam_policy_is_refused() -> None:
    """An IAM policy says nothing of principals."""
    with pytest.raises(InputError, match="principal-in-iam-policy"):
        parse_document(policy(), principals="forbidden")


@pytest.mark.parametrize("element", ["Action", "Resource"])
def test_a_statement_without_action_or_resource_is_kept(element: str) -> None:
    """KMS accepts such a statement, so it must be read; it does nothing (key-policy-overview)."""
    assert len(parse_document(policy(**{element: None})).statements) == 1


def test_a_policy_without_version_is_of_2008() -> None:
    """Without Version the old language holds, in which `${...}` is plain text."""
    assert parse_document({"Statement": ALLOW}).version == "2008-10-17"


def test_condition_values_are_texts() -> None:
    """A number or a boolean in a condition stands for its text."""
    document = parse_document(policy(Condition={"bool": {"a": True}, "NumericEquals": {"b": [1, "2"]}}))
    assert document.statements[0].conditions == (Condition("Bool", "a", ("true",)), Condition("NumericEquals", "b", ("1", "2")))


@pytest.mark.parametrize(
    "data",
    [
        policy(),
        policy(
            Sid="Allow use", Principal={"AWS": ["111122223333", "arn:aws:iam::111122223333:user/x"], "Service": "a.amazonaws.com"}
        ),
        policy(Action=None, NotAction=["kms:Encrypt", "kms:Decrypt"], Resource=None, NotResource="arn:aws:kms:*:*:key/x"),
        policy(Principal=None, NotPrincipal={"AWS": "*"}, Condition={"ForAllValues:StringLike": {"aws:TagKeys": ["a", "b"]}}),
    ],
)
def test_a_policy_survives_reading_and_writing(data: dict[str, Any]) -> None:
    """What was read is written as it was."""
    assert format_document(parse_document(data)) == data


def test_a_bare_star_and_a_star_of_aws_stay_apart() -> None:
    """Terraform sees `"*"` and `{"AWS": "*"}` as different, so neither becomes the other."""
    assert parse_document(policy()).statements[0].principals == (Principal("*", "*"),)
    assert format_document(parse_document(policy(Principal={"AWS": "*"})))["Statement"][0]["Principal"] == {"AWS": "*"}

"""Values that no request has, by the type and form of their condition key."""

from __future__ import annotations

import pytest

from kmsgen.catalogue.value_forms import FORMS, compares_its_type, form_of, unknown_service
from kmsgen.policy.operators import OperatorName, split_operator

NEVER = (
    ("StringEquals", "kms:ViaService", "s3.amazonaws.com"),
    ("StringNotEquals", "kms:ViaService", "s3"),
    ("StringEquals", "kms:ViaService", "s3.us-west-2.amazonaws.org"),
    ("StringLike", "KMS:viaservice", "s3.amazonaws.*"),
    ("StringEquals", "aws:SourceIp", "203.0.113.0/24"),
    ("StringEquals", "aws:PrincipalOrgID", "o-*"),
    ("ForAnyValue:StringEquals", "kms:ResourceAliases", "app"),
    ("StringLike", "kms:RequestAlias", "app"),
    ("StringEquals", "kms:CallerAccount", "arn:aws:iam::111122223333:root"),
)
SOMETIMES = (
    ("StringEquals", "kms:ViaService", "s3.cn-north-1.amazonaws.com"),
    ("StringEquals", "kms:ViaService", "s3.cn-north-1.amazonaws.com.cn"),
    ("StringLike", "kms:ViaService", "s3.*.amazonaws.com.cn"),
    ("StringEqualsIgnoreCase", "kms:ViaService", "S3.us-west-2.amazonaws.com"),
    ("StringLike", "kms:ViaService", "s3.*"),
    ("StringLike", "kms:ViaService", "*.us-*-1.amazonaws.com"),
    ("StringLike", "aws:PrincipalOrgID", "o-*"),
    ("StringEquals", "kms:RequestAlias", "alias/${aws:PrincipalTag/team}"),
    ("StringEquals", "aws:SourceIp", "2001:db8::1"),
    ("IpAddress", "aws:SourceIp", "203.0.113.0/24"),
    ("StringEquals", "aws:username", "anything"),
)


def operator(text: str) -> OperatorName:
    """Return an operator's name, taken apart."""
    found = split_operator(text)
    assert found is not None
    return found


@pytest.mark.parametrize(("name", "key", "value"), NEVER)
def test_a_value_of_another_form_is_never_sent(name: str, key: str, value: str) -> None:
    """What a text or pattern can never be equal to is told, with an example of what can."""
    form = form_of(operator(name), key, value)
    assert form is not None
    assert form_of(operator(name), key, form.example) is None


@pytest.mark.parametrize(("name", "key", "value"), SOMETIMES)
def test_what_some_request_may_have_passes(name: str, key: str, value: str) -> None:
    """Patterns, policy variables and values of the key's form are taken."""
    assert form_of(operator(name), key, value) is None


@pytest.mark.parametrize("key", FORMS)
def test_the_example_of_each_form_has_it(key: str) -> None:
    """Each example is a value of its key."""
    assert form_of(operator("StringEquals"), key, FORMS[key].example) is None


def test_services_of_no_page_are_told() -> None:
    """A kms:ViaService value whose service no page names, be it for a Region that exists."""
    assert unknown_service(operator("StringEquals"), "kms:ViaService", "nosuch.us-west-2.amazonaws.com") == "nosuch"
    assert unknown_service(operator("StringEquals"), "kms:ViaService", "s3.us-west-2.amazonaws.com") == ""
    assert unknown_service(operator("StringLike"), "kms:ViaService", "n*.us-west-2.amazonaws.com") == ""


@pytest.mark.parametrize(
    ("name", "key"), [("NumericEquals", "aws:SourceIp"), ("ArnLike", "aws:VpcSourceIp"), ("DateLessThan", "aws:SourceArn")]
)
def test_an_operator_of_another_type_never_holds(name: str, key: str) -> None:
    """Numbers, dates and ARNs are compared with no address."""
    assert not compares_its_type(operator(name), key)
    assert compares_its_type(operator("StringLike"), key)
    assert compares_its_type(operator("Null"), key)

"""Values of kms:ViaService that no request has."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.checks.lint.linting import allow, deny, of_code

MALFORMED = [
    ("StringEquals", "s3.amazonaws.com"),
    ("StringEquals", "s3"),
    ("StringEquals", "s3.us-west.amazonaws.com"),
    ("StringEquals", "s3.US-WEST-2.amazonaws.com"),
    ("StringEquals", "S3.us-west-2.amazonaws.com"),
    ("StringEquals", "s3.cn-north-1.amazonaws.com.cn"),
    ("StringEquals", "logs.us-west-2.amazonaws.com.example.com"),
    ("StringEquals", "us-west-2.s3.amazonaws.com"),
    ("StringEqualsIgnoreCase", "s3.amazonaws.com"),
    ("StringLike", "s3.amazonaws.*"),
    ("StringLike", "s3.*.amazonaws.com.cn"),
    ("StringLike", "S3.*.amazonaws.com"),
    ("StringLike", "s3.us-?.amazonaws.com"),
    ("StringNotEquals", "s3.amazonaws.com"),
    ("ForAnyValue:StringEquals", "s3.amazonaws.com"),
]
UNKNOWN = [
    ("StringEquals", "cloudformation.us-west-2.amazonaws.com", ""),
    ("StringEquals", "dynamodbb.us-west-2.amazonaws.com", "did you mean `dynamodb`?"),
    ("StringLike", "cloudformation.*.amazonaws.com", ""),
    ("StringNotLike", "cloudf*.us-west-2.amazonaws.com", ""),
]
SOUND = [
    ("StringEquals", "s3.us-west-2.amazonaws.com"),
    ("StringEquals", "secretsmanager.us-gov-west-1.amazonaws.com"),
    ("StringEqualsIgnoreCase", "S3.us-west-2.amazonaws.com"),
    ("StringLike", "*"),
    ("StringLike", "*.amazonaws.com"),
    ("StringLike", "s3.*"),
    ("StringLike", "s3.*.amazonaws.com"),
    ("StringLike", "s?.us-*-1.amazonaws.com"),
    ("StringLike", "*west-2*"),
    ("StringEquals", "s3.${aws:RequestedRegion}.amazonaws.com"),
    ("StringEquals", "s3.*.amazonaws.com"),  # of the star another rule tells
    ("Null", "true"),
]


@pytest.mark.parametrize(("operator", "value"), MALFORMED)
def test_what_is_no_service_in_a_region(tmp_path: Path, operator: str, value: str) -> None:
    """An error, whichever way the condition goes, at the condition."""
    for statement in (allow, deny):
        (found,) = of_code("via-service-form", tmp_path, statement(Condition={operator: {"kms:ViaService": value}}))
        assert (found.severity, value in found.message) == ("error", True)


@pytest.mark.parametrize(("operator", "value", "hint"), UNKNOWN)
def test_a_service_that_no_table_has(tmp_path: Path, operator: str, value: str, hint: str) -> None:
    """A warning: new services come; the name that is meant is suggested."""
    (found,) = of_code("via-service-unknown", tmp_path, allow(Condition={operator: {"KMS:viaservice": value}}))
    assert found.severity == "warning"
    assert found.hint == (hint or "see the table of services at kms:ViaService")


@pytest.mark.parametrize(("operator", "value"), SOUND)
def test_what_some_request_has(tmp_path: Path, operator: str, value: str) -> None:
    """Also by a pattern that only crosses the dots, and with a variable that stands for a Region."""
    statement = allow(Condition={operator: {"kms:ViaService": value}})
    assert of_code("via-service-form", tmp_path, statement) == of_code("via-service-unknown", tmp_path, statement) == []


def test_each_bad_value_of_a_condition_is_told(tmp_path: Path) -> None:
    """The sound one between them is not."""
    values = ["s3.amazonaws.com", "s3.us-west-2.amazonaws.com", "ec2"]
    found = of_code("via-service-form", tmp_path, allow(Condition={"StringEquals": {"kms:ViaService": values}}))
    assert [one.message.split("`")[1] for one in found] == ["ec2", "s3.amazonaws.com"]

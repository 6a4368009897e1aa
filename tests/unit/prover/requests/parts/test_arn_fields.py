"""ARNs in a request of which other condition keys tell a field."""

from __future__ import annotations

import pytest

from kmsgen.prover.requests.parts.arn_fields import FIELDS, WHOLE
from kmsgen.prover.values.patterns import glob


@pytest.mark.parametrize(
    ("key", "arn", "field"),
    [
        ("aws:sourceaccount", "arn:aws:sns:us-west-2:111122223333:topic", "111122223333"),
        ("aws:sourceaccount", "arn:aws:s3:::bucket", ""),
        ("kms:calleraccount", "arn:aws:iam::111122223333:role/a:b", "111122223333"),
        ("aws:sourcevpc", "arn:aws:ec2:us-west-2:111122223333:vpc/vpc-12345678", "vpc-12345678"),
    ],
)
def test_the_field_of_an_arn_is_what_the_other_key_tells(key: str, arn: str, field: str) -> None:
    """The account of a resource or a principal, and the id of a VPC."""
    assert FIELDS[key].of(arn) == field


@pytest.mark.parametrize(
    ("pattern", "arn", "takes"),
    [
        ("1111*", "arn:aws:sns:us-west-2:111122223333:topic", True),
        ("2*", "arn:aws:sns:us-west-2:111122223333:topic", False),
        ("*", "arn:aws:sns:us-west-2:111122223333:a:b", True),
        ("*", "arn:aws:sns:us-west-2", False),
    ],
)
def test_what_is_asked_of_a_field_is_asked_of_the_arn_around_it(pattern: str, arn: str, takes: bool) -> None:  # noqa: FBT001
    """Whatever stands before the field and behind it."""
    assert FIELDS["aws:sourceaccount"].around(glob(pattern).steps).matches(arn) is takes


def test_each_field_has_its_arn() -> None:
    """No key tells a field of nothing."""
    assert FIELDS.keys() == WHOLE.keys()

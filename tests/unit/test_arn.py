"""ARNs."""

from __future__ import annotations

import pytest

from kmsgen.arn import account_of, is_service_principal, parse_arn, role_of_session

GOOD = [
    "arn:aws:iam::111122223333:role/a/b",
    "arn:aws-cn:kms:cn-north-1:111122223333:key/1234",
    "arn:aws:logs:us-west-2:111122223333:log-group:/x:*",
]


@pytest.mark.parametrize("text", GOOD)
def test_an_arn_survives_parsing_and_formatting(text: str) -> None:
    """Colons after the fifth belong to the resource."""
    assert str(parse_arn(text)) == text


@pytest.mark.parametrize("text", ["", "arn", "arn:aws:iam::1:", "urn:aws:iam::1:x", "arn::iam::1:x", "arn:aws::r:1:x", "role/x"])
def test_other_texts_are_no_arns(text: str) -> None:
    """An ARN has a partition, a service and a resource."""
    assert parse_arn(text) is None


def test_the_account_of_a_principal_is_that_of_its_arn_or_itself() -> None:
    """A bare account id is its own account; a service or `*` has none."""
    texts = ["111122223333", "arn:aws:iam::111122223333:root", "logs.amazonaws.com", "*", "1111222233334"]
    assert [account_of(text) for text in texts] == ["111122223333", "111122223333", None, None, None]


def test_a_session_tells_its_role_without_the_path() -> None:
    """The ARN of a session holds only the last part of the role's name."""
    session = parse_arn("arn:aws:sts::111122223333:assumed-role/r/s")
    role = parse_arn("arn:aws:iam::111122223333:role/p/r")
    assert session is not None
    assert role is not None
    assert (role_of_session(session), role_of_session(role)) == ("r", None)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("logs.us-west-2.amazonaws.com", True),
        ("ec2.amazonaws.com.cn", True),
        ("*.amazonaws.com", False),
        ("amazonaws.com", False),
        ("logs.amazonaws.com.evil.org", False),
        ("logs.amazonaws.com\n", False),
    ],
)
def test_a_service_principal_is_a_name_under_amazonaws(text: str, wanted: bool) -> None:  # noqa: FBT001 - a case
    """No wildcard, nothing before or after."""
    assert is_service_principal(text) is wanted

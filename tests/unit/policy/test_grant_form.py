"""Grants in AWS's own form."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.errors import InputError
from kmsgen.policy.grant_form import format_existing_grant, format_grant, parse_grant

GRANT = {
    "GranteePrincipal": "arn:aws:iam::111122223333:role/x",
    "RetiringPrincipal": "arn:aws:iam::111122223333:role/y",
    "Operations": ["Decrypt", "Encrypt"],
    "Constraints": {"EncryptionContextSubset": {"app": "a"}},
    "Name": "n",
}


def test_a_grant_survives_reading_and_writing() -> None:
    """The parameters of CreateGrant come out as they went in."""
    assert format_grant(parse_grant(GRANT)) == GRANT


def test_a_listed_grant_is_read() -> None:
    """ListGrants prints the issuing account as its root's ARN."""
    listed = {
        **GRANT,
        "GrantId": "g1",
        "KeyId": "k",
        "IssuingAccount": "arn:aws:iam::111122223333:root",
        "CreationDate": "2026-01-01",
    }
    grant = parse_grant(listed)
    assert (grant.id, grant.issuing_account, grant.propagated) == ("g1", "111122223333", True)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"GranteeServicePrincipal": "x.amazonaws.com"}, "both-forms"),
        ({"GranteePrincipal": None}, "no-grantee"),
        ({"Constraints": {"Region": "x"}}, "unknown-element"),
        ({"Operations": "Decrypt,Encrypt", "Extra": 1}, "unknown-element"),
        ({"Propagated": "no"}, "not-a-boolean"),
    ],
)
def test_a_misshapen_grant_is_refused(change: dict[str, Any], code: str) -> None:
    """A grant with unknown, missing or doubled fields is an error with a code."""
    with pytest.raises(InputError, match=code):
        parse_grant({**GRANT, **change})


def test_a_grant_that_is_there_survives_writing_and_reading() -> None:
    """Its id, its account, its tokens and that it is not propagated yet come out as they went in."""
    grant = parse_grant({**GRANT, "GrantId": "g1", "IssuingAccount": "111122223333", "GrantToken": "t", "Propagated": False})
    assert parse_grant(format_existing_grant(grant)) == grant
    assert (grant.tokens, grant.propagated) == (("t",), False)

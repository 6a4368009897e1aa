"""What Denies leave, in the matrix."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.checks.matrix import matrix
from kmsgen.policy.bundle import Bundle, Key, KeyAccess, PrincipalPolicies
from kmsgen.policy.json_form import parse_document
from tests.unit.checks.intent.judging import ACCOUNT

KEY = Key(f"arn:aws:kms:us-west-2:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab")

DENIES: dict[str, Any] = {
    "a second factor": [{"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}],
    "an organization": [{"StringNotEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}],
    "a network": [{"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}],
    "a tag": [{"StringNotLike": {"aws:PrincipalTag/team": "pay*"}}],
    "another condition": [
        {"StringEquals": {"aws:RequestedRegion": "us-west-2"}, "StringNotEquals": {"aws:PrincipalTag/team": "x"}}
    ],
    "two at once": [
        {"StringNotEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}},
        {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
    ],
}


@pytest.mark.parametrize("name", DENIES)
def test_what_denies_leave_has_a_row(name: str) -> None:
    """Access that Denies take away but for what a call may hold has a row, which names them: by one, or by several at once."""
    partner = "arn:aws:iam::444455556666:role/partner"
    denies = [
        {"Sid": f"D{number}", "Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": condition}
        for number, condition in enumerate(DENIES[name])
    ]
    allow = {"Sid": "A", "Effect": "Allow", "Principal": {"AWS": partner}, "Action": "kms:Decrypt", "Resource": "*"}
    policy = parse_document({"Version": "2012-10-17", "Statement": [allow, *denies]})
    (row,) = matrix(Bundle((KeyAccess(KEY, policy),), {}), None, ACCOUNT)
    assert (row.principal, row.actions) == (partner, ("kms:Decrypt",))
    assert set(row.unless) == {f"key-policy/D{number}" for number in range(len(denies))}


LAYERS: dict[str, Any] = {
    "identity-policy": lambda deny: {"identity_policies": (deny,)},
    "boundary": lambda deny: {"boundary": deny},
    "session-policy": lambda deny: {"session_policies": (deny,)},
    "scp": lambda deny: {"scps": ((deny,),)},
}


@pytest.mark.parametrize("layer", LAYERS)
def test_what_a_deny_beside_the_key_policy_leaves_has_a_row(layer: str) -> None:
    """A Deny of a policy of the principal, or above it, that holds of an absent key hides no access."""
    who = f"arn:aws:iam::{ACCOUNT}:role/app"
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    deny = {"Effect": "Deny", "Action": "kms:*", "Resource": "*"}
    deny["Condition"] = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    document = parse_document({"Version": "2012-10-17", "Statement": [everything, deny]})
    allow = {"Effect": "Allow", "Principal": {"AWS": who}, "Action": "kms:Decrypt", "Resource": "*"}
    access = KeyAccess(KEY, parse_document({"Version": "2012-10-17", "Statement": [allow]}))
    rows = matrix(Bundle((access,), {who: PrincipalPolicies(**LAYERS[layer](document))}), None, ACCOUNT)
    assert f"{layer}/#2" in {label for row in rows if row.actions == ("kms:Decrypt",) for label in row.unless}


def test_what_denies_never_leave_has_no_row() -> None:
    """A Deny of whoever is not somebody else takes the access away whatever a call says of itself."""
    who, other = f"arn:aws:iam::{ACCOUNT}:role/app", f"arn:aws:iam::{ACCOUNT}:role/other"
    deny = {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"}
    deny["Condition"] = {"ArnNotEquals": {"aws:PrincipalArn": other}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}
    allow = {"Effect": "Allow", "Principal": {"AWS": who}, "Action": "kms:Decrypt", "Resource": "*"}
    policy = parse_document({"Version": "2012-10-17", "Statement": [allow, deny]})
    assert matrix(Bundle((KeyAccess(KEY, policy),), {}), None, ACCOUNT) == ()

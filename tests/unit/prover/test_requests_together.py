"""What a request can hold together, found by brute force: spellings of names, parameters that are required, MFA and its age."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.prover import Budget, Never, Result, prove
from tests.unit.prover.test_prove import BOB, HOME, allow, bundle, deny

CI = f"arn:aws:sts::{HOME}:assumed-role/app/ci"
TIED = "${aws:userid}"
CASES: list[tuple[str, str, str, list[dict[str, Any]], Result]] = [
    (
        "a name is spelled as a pattern of names asks, though no policy spells it so",
        CI,
        "kms:Decrypt",
        [
            allow(
                "*",
                when={
                    "StringLike": {"kms:EncryptionContext:app": "ree*d"},
                    "ForAllValues:StringLike": {"kms:EncryptionContextKeys": "a*Pp"},
                },
            )
        ],
        Result.REFUTED,
    ),
    (
        "no spelling of a name fits a pattern of another length",
        CI,
        "kms:Decrypt",
        [
            allow(
                "*",
                when={
                    "StringLike": {"kms:EncryptionContext:app": "ree*d"},
                    "ForAllValues:StringLike": {"kms:EncryptionContextKeys": "a*Ppp"},
                },
            )
        ],
        Result.PROVED,
    ),
    (
        "TagResource always has names of tags",
        BOB,
        "kms:TagResource",
        [allow("*", "kms:TagResource", when={"ForAllValues:StringNotLike": {"aws:TagKeys": ["env", "team-*"]}})],
        Result.REFUTED,
    ),
    (
        "an age of MFA brings MFA with it",
        CI,
        "kms:Decrypt",
        [
            allow("*", when={"NumericLessThanEquals": {"aws:MultiFactorAuthAge": "3600"}}),
            deny("*", when={"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        ],
        Result.PROVED,
    ),
    (
        "a parameter without a value may show as absent, of which no page says whether it does",
        BOB,
        "kms:EnableKeyRotation",
        [allow("*", "kms:EnableKeyRotation", when={"Null": {"kms:RotationPeriodInDays": "true"}})],
        Result.UNKNOWN,
    ),
    (
        "whether a direct call has aws:ViaAWSService the pages do not agree",
        BOB,
        "kms:Decrypt",
        [allow("*", when={"Null": {"aws:ViaAWSService": "true"}})],
        Result.UNKNOWN,
    ),
    (
        "a service has its own name among its names, and perhaps others",
        "logs.amazonaws.com",
        "kms:Decrypt",
        [allow("*"), deny("*", when={"ForAllValues:StringEquals": {"aws:PrincipalServiceNamesList": "logs.amazonaws.com"}})],
        Result.REFUTED,
    ),
    (
        "the names of a service are never without its own",
        "logs.amazonaws.com",
        "kms:Decrypt",
        [allow("*"), deny("*", when={"ForAnyValue:StringEquals": {"aws:PrincipalServiceNamesList": "logs.amazonaws.com"}})],
        Result.PROVED,
    ),
    (
        "values of a set that are no booleans leave a condition open",
        "logs.amazonaws.com",
        "kms:Decrypt",
        [allow("*"), deny("*", when={"ForAllValues:Bool": {"aws:PrincipalServiceNamesList": "false"}})],
        Result.UNKNOWN,
    ),
    (
        "an id of a user is no address, and the search for one ends",
        BOB,
        "kms:Decrypt",
        [
            allow("*", when={"StringEquals": {"kms:EncryptionContext:from": TIED}}),
            deny("*", when={"IpAddressIfExists": {"kms:EncryptionContext:from": "0.0.0.0/0"}}),
        ],
        Result.UNKNOWN,
    ),
]


def test_what_no_state_of_the_key_allows_nobody_can_do() -> None:
    """The rotation of a key in a custom key store is refused whatever the key's state: nobody can ask for it."""
    made = bundle(allow("*", "kms:GetKeyRotationStatus"))
    access = made.keys[0]._replace(key=made.keys[0].key._replace(origin="AWS_CLOUDHSM"))
    proof = prove(made._replace(keys=(access,)), Never(BOB, ("kms:GetKeyRotationStatus",)), Budget(seconds=20.0))
    assert proof.result is Result.PROVED, proof


@pytest.mark.parametrize(("who", "action", "statements", "result"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_requests_hold_together(who: str, action: str, statements: list[dict[str, Any]], result: Result) -> None:
    """A question about what only some combination of values refutes, or none, is answered so, without a defect."""
    proof = prove(bundle(*statements), Never(who, (action,)), Budget(seconds=20.0))
    assert proof.result is result, proof
    assert "defect" not in proof.reason

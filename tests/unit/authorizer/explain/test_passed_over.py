"""Condition keys that a request tells in vain."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.authorizer import Authorizer, Request
from tests.unit.authorizer.worlds import ACCOUNT, APP, BOB, KEY, SESSION, allow, bundle

ALIAS = f"arn:aws:kms:us-west-2:{ACCOUNT}:alias/app"
GUEST = f"arn:aws:sts::{ACCOUNT}:federated-user/guest"
S3 = "s3.us-west-2.amazonaws.com"


@pytest.mark.parametrize(
    ("principal", "context", "notes"),
    [
        (APP, {}, ()),
        (APP, {"aws:UserAgent": "any"}, ()),
        (APP, {"aws:SourceAccount": ACCOUNT}, ("P14:aws:SourceAccount",)),
        (APP, {"aws:sourceaccount": ACCOUNT, "aws:UserAgent": "any"}, ("P14:aws:SourceAccount",)),
        (APP, {"aws:PrincipalAccount": ACCOUNT}, ()),
        (APP, {"aws:PrincipalAccount": "444455556666"}, ("P14:aws:PrincipalAccount",)),
        (APP, {"aws:SecureTransport": "TRUE"}, ()),
        (APP, {"aws:ViaAWSService": "false"}, ()),
        (APP, {"aws:ViaAWSService": "false", "kms:ViaService": S3}, ("P14:aws:ViaAWSService",)),
        (SESSION, {"aws:userid": f"AROAEXAMPLE:{SESSION.rpartition('/')[2]}"}, ()),
        (SESSION, {"aws:userid": "AROAEXAMPLE:another"}, ("P14:aws:userid",)),
        (BOB, {"aws:MultiFactorAuthAge": "5", "aws:MultiFactorAuthPresent": "false"}, ("P14:aws:MultiFactorAuthAge",)),
        (GUEST, {"aws:MultiFactorAuthPresent": "true"}, ("P14:aws:MultiFactorAuthPresent",)),
        (BOB, {"aws:CurrentTime": "1970-01-02T00:00:00Z"}, ()),
    ],
)
def test_a_key_that_the_rest_of_the_request_contradicts(principal: str, context: dict[str, str], notes: tuple[str, ...]) -> None:
    """What caller, key and parameters say otherwise does not count; a note names each such key, and no other."""
    assert told_in_vain(principal, "kms:Decrypt", context) == notes


def test_what_one_permission_of_the_call_sees_is_not_told_in_vain() -> None:
    """An alias has no keys of KMS, and the key of the same call does."""
    context = {"kms:ViaService": S3, "aws:SourceArn": ALIAS}
    assert told_in_vain(APP, "kms:CreateAlias", context, resources=(ALIAS, KEY)) == ("P14:aws:SourceArn",)


@pytest.mark.parametrize(
    ("action", "context"),
    [
        ("kms:ListKeys", {"kms:ViaService": S3}),
        ("kms:ImportKeyMaterial", {"kms:ValidTo": "2030-01-01T00:00:00Z"}),
        ("kms:ScheduleKeyDeletion", {"kms:ScheduleKeyDeletionPendingWindowInDays": "7"}),
    ],
)
def test_what_an_open_key_may_hold_is_not_told_in_vain(action: str, context: dict[str, str]) -> None:
    """A key that is open although it is told, by its sources (C11) or in how it is written, may be as it is told."""
    assert told_in_vain(APP, action, context) == ()


def told_in_vain(principal: str, action: str, context: dict[str, str], **request: Any) -> tuple[str, ...]:
    """Return the notes on a request to a key that allows the role everything."""
    told = {name: (value,) for name, value in context.items()}
    return Authorizer(bundle(allow("App", APP))).passed_over(Request(principal, action, context=told, **request))

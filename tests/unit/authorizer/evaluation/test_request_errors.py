"""Requests that a key cannot serve."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.policy.bundle import Key
from tests.unit.authorizer.worlds import APP, KEY, allow, bundle, having, iam, outcome

PLAIN = {"spec": "SYMMETRIC_DEFAULT"}

RSA = {"spec": "RSA_2048"}


def test_algorithm_of_an_asymmetric_key_is_the_requests() -> None:
    """kms:EncryptionAlgorithm of an RSA key is what the request asks for; of a symmetric key there is one only."""
    condition = {"StringEquals": {"kms:EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}}
    world = bundle(allow("App", APP, Condition=condition), key=Key(KEY, **RSA))
    assert outcome(world, APP, parameters={"EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}) == "allowed"
    assert outcome(world, APP, context={"kms:EncryptionAlgorithm": ("RSAES_OAEP_SHA_256",)}) == "allowed"
    assert outcome(world, APP) == "implicitDeny"


@pytest.mark.parametrize(
    ("key", "request_", "expected"),
    [
        (RSA, {"encryption_context": {"a": "1"}}, "error:ValidationException"),
        (RSA, {"parameters": {"EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}}, "allowed"),
        (RSA, {"parameters": {"EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}}, "error:InvalidKeyUsageException"),
        (PLAIN, {"grant_tokens": tuple("abcdefghijk")}, "error:ValidationException"),
    ],
)
def test_request(key: dict[str, Any], request_: dict[str, Any], expected: str) -> None:
    """A request that the key cannot serve is refused."""
    assert outcome(bundle(allow("App", APP), key=Key(KEY, **key)), APP, **request_) == expected


@pytest.mark.parametrize(
    ("window", "expected"), [("7", "allowed"), ("31", "error:ValidationException"), ("9" * 5000, "error:ValidationException")]
)
def test_a_number_out_of_range(window: str, expected: str) -> None:
    """However long it is."""
    world = bundle(allow("App", APP))
    assert outcome(world, APP, "kms:ScheduleKeyDeletion", parameters={"PendingWindowInDays": window}) == expected


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"KeySpec": "RSA_2048", "KeyUsage": "GENERATE_VERIFY_MAC"}, "error:ValidationException"),
        ({"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}, "allowed"),
        ({"KeySpec": "HMAC_256"}, "error:ValidationException"),
        ({}, "allowed"),
    ],
)
def test_a_new_key_has_a_usage_of_its_spec(parameters: dict[str, Any], expected: str) -> None:
    """CreateKey is refused where a key of the spec has no such usage; ENCRYPT_DECRYPT is the default."""
    world = bundle(principals={APP: having(iam())})
    assert outcome(world, APP, "kms:CreateKey", parameters=parameters) == expected

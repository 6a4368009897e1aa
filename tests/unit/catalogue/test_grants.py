"""What grants can hold."""

from __future__ import annotations

import pytest

from kmsgen.catalogue import grants
from kmsgen.catalogue._enums import ENUMS

_EVERY = {"CreateGrant", "DescribeKey", "RetireGrant"}
OPERATIONS = {
    "symmetric": _EVERY
    | {"Decrypt", "Encrypt", "ReEncryptFrom", "ReEncryptTo"}
    | {"GenerateDataKey", "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext"},
    "hmac": _EVERY | {"GenerateMac", "VerifyMac"},
    "asymmetric-encrypt": _EVERY | {"Decrypt", "Encrypt", "GetPublicKey", "ReEncryptFrom", "ReEncryptTo"},
    "asymmetric-sign": _EVERY | {"GetPublicKey", "Sign", "Verify"},
    "key-agreement": _EVERY | {"DeriveSharedSecret", "GetPublicKey"},
    "ml-kem": _EVERY | {"Decapsulate", "Encapsulate", "GetPublicKey"},
    "": set(),
    "aes": set(),
}


@pytest.mark.parametrize("key_type", OPERATIONS)
def test_operations(key_type: str) -> None:
    """A grant lists operations that its key can do, and no other."""
    assert grants.operations(key_type) == OPERATIONS[key_type]


def test_all_operations_are_those_of_the_api() -> None:
    """The grant operations are those of the API model."""
    assert set(grants.OPERATIONS) == set(ENUMS["GrantOperation"])


@pytest.mark.parametrize("name", ["a", "nightly-export", "A:b/c_d-1", "x" * 256])
def test_grant_names(name: str) -> None:
    """A grant name has 1 to 256 of the characters that CreateGrant takes."""
    assert grants.NAME.match(name)


@pytest.mark.parametrize("name", ["", "a b", "é", "x" * 257, "a\n", "a.b"])
def test_no_grant_names(name: str) -> None:
    """Anything else is no grant name, a trailing newline included."""
    assert not grants.NAME.match(name)


@pytest.mark.parametrize("arn", ["arn:aws:logs:us-west-2:111122223333:log-group:x", "arn:aws-cn:s3::111122223333:bucket"])
def test_source_arns(arn: str) -> None:
    """A SourceArn constraint is an ARN with an account, of 20 to 512 characters."""
    assert grants.SOURCE_ARN.match(arn)


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:s3:::bucket",
        "arn:aws:a:b:111122223333:",
        f"arn:aws:s3::111122223333:{'x' * 512}",
        "arn:aws:s3::11112222333:bucket",
    ],
)
def test_no_source_arns(arn: str) -> None:
    """An ARN without an account or a resource, or too long, is refused by CreateGrant."""
    assert not grants.SOURCE_ARN.match(arn)


def test_constraints() -> None:
    """Encryption-context constraints are for symmetric keys, and some operations ignore them."""
    assert [kind for kind in OPERATIONS if grants.takes_encryption_context(kind)] == ["symmetric"]
    assert {"DescribeKey", "RetireGrant"} == grants.IGNORE_ENCRYPTION_CONTEXT

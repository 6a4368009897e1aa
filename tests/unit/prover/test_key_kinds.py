"""Which kind of key a key may be."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.policy.bundle import KIND, MULTI_REGION, ORIGIN, SPEC
from tests.unit.prover.forms import HOME, ID, KEY, allow, told


@pytest.mark.parametrize(
    ("statement", "untold", "words"),
    [
        (allow(), (KIND, ORIGIN, MULTI_REGION), []),
        (allow("kms:Sign"), (KIND,), ["if the key is RSA_2048 for SIGN_VERIFY"]),
        (allow("kms:ImportKeyMaterial"), (ORIGIN,), ["if the key is of origin EXTERNAL"]),
        (allow("kms:ReplicateKey"), (MULTI_REGION,), ["if the key is a multi-Region primary key"]),
        (allow(StringEquals={"kms:KeyOrigin": "AWS_CLOUDHSM"}), (ORIGIN,), ["if the key is of origin AWS_CLOUDHSM"]),
        (allow(StringEquals={"kms:MultiRegionKeyType": "REPLICA"}), (MULTI_REGION,), ["if the key is a replica"]),
        (allow(Bool={"kms:MultiRegion": "true"}), (MULTI_REGION,), ["if the key is a multi-Region primary key"]),
        (allow(StringLike={"kms:KeySpec": "RSA*"}), (KIND,), ["if the key is RSA_2048 for ENCRYPT_DECRYPT"]),
        (allow(StringLike={"kms:KeySpec": "RSA*"}), (SPEC,), []),
        (allow(StringLike={"kms:EncryptionAlgorithm": "RSA*"}), (KIND,), ["if the key is RSA_2048 for ENCRYPT_DECRYPT"]),
    ],
)  # fmt: skip
def test_kinds_that_policies_tell_apart(statement: dict[str, Any], untold: tuple[str, ...], words: list[str]) -> None:
    """A kind is asked about where KMS takes an action on it alone, or a condition comes out otherwise."""
    assert told(statement, untold=untold) == (words, "")


def test_specs_within_a_key_type() -> None:
    """Of a key whose type is told a condition tells the specs of this type apart."""
    key = KEY._replace(spec="RSA_2048")
    statement = allow(StringEquals={"kms:KeySpec": "RSA_4096"})
    assert told(statement, untold=(SPEC,), key=key) == (["if the key is RSA_4096 for ENCRYPT_DECRYPT"], "")


def test_a_multi_region_key_may_be_a_replica() -> None:
    """Its id tells that it is a multi-Region key, and not which of them."""
    arn = f"arn:aws:kms:us-west-2:{HOME}:key/mrk-{ID.replace('-', '')}"
    key = KEY._replace(arn=arn, multi_region=True, multi_region_key_type="PRIMARY")
    statement = allow(StringNotEquals={"kms:MultiRegionKeyType": "PRIMARY"})
    assert told(statement, untold=(MULTI_REGION,), key=key) == (["if the key is a replica"], "")

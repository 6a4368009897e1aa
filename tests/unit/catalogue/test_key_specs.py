"""Key specs of the catalogue."""

from __future__ import annotations

import pytest

from kmsgen.catalogue import key_specs
from kmsgen.catalogue._enums import ENUMS
from kmsgen.catalogue.key_specs import KEY_SPECS, KEY_TYPES

TYPES = {
    ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"): "symmetric",
    ("HMAC_512", "GENERATE_VERIFY_MAC"): "hmac",
    ("RSA_2048", "ENCRYPT_DECRYPT"): "asymmetric-encrypt",
    ("RSA_4096", "SIGN_VERIFY"): "asymmetric-sign",
    ("ECC_NIST_P256", "SIGN_VERIFY"): "asymmetric-sign",
    ("ECC_NIST_P521", "KEY_AGREEMENT"): "key-agreement",
    ("ECC_SECG_P256K1", "SIGN_VERIFY"): "asymmetric-sign",
    ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY"): "asymmetric-sign",
    ("ML_DSA_65", "SIGN_VERIFY"): "asymmetric-sign",
    ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE"): "ml-kem",
    ("SM2", "ENCRYPT_DECRYPT"): "asymmetric-encrypt",
    ("SM2", "KEY_AGREEMENT"): "key-agreement",
}
NO_SUCH_KEY = [
    ("SYMMETRIC_DEFAULT", "SIGN_VERIFY"),
    ("HMAC_256", "ENCRYPT_DECRYPT"),
    ("ECC_NIST_P256", "ENCRYPT_DECRYPT"),
    ("ECC_SECG_P256K1", "KEY_AGREEMENT"),
    ("ECC_NIST_EDWARDS25519", "KEY_AGREEMENT"),
    ("RSA_2048", "KEY_AGREEMENT"),
    ("ML_DSA_44", "ENCAPSULATE_DECAPSULATE"),
    ("AES_256", "ENCRYPT_DECRYPT"),
    ("RSA_2048", "sign_verify"),
    ("", ""),
]


@pytest.mark.parametrize(("spec", "usage"), TYPES)
def test_key_type(spec: str, usage: str) -> None:
    """A spec and a usage give the key type."""
    assert key_specs.key_type(spec, usage) == TYPES[spec, usage]


@pytest.mark.parametrize(("spec", "usage"), NO_SUCH_KEY)
def test_no_such_key(spec: str, usage: str) -> None:
    """A usage that KMS does not offer for a spec gives no key type."""
    assert key_specs.key_type(spec, usage) is None


def test_specs_usages_and_origins_are_those_of_the_api() -> None:
    """The table has every KeySpec, KeyUsage, Origin and algorithm of the API model, and no other."""
    assert set(KEY_SPECS) == set(ENUMS["KeySpec"])
    assert {usage for spec in KEY_SPECS.values() for usage in spec.usages} == set(ENUMS["KeyUsageType"])
    assert set(key_specs.ORIGINS) == set(ENUMS["OriginType"])
    found = {name for spec in KEY_SPECS.values() for names in spec.algorithms.values() for name in names}
    kinds = ("EncryptionAlgorithmSpec", "SigningAlgorithmSpec", "MacAlgorithmSpec", "KeyAgreementAlgorithmSpec")
    assert found == {name for kind in kinds for name in ENUMS[kind]} | {"ML_KEM"}


def test_every_key_type_occurs() -> None:
    """Each key type is that of some spec and usage."""
    assert {key_specs.key_type(name, usage) for name, spec in KEY_SPECS.items() for usage in spec.usages} == set(KEY_TYPES)


def test_custom_key_stores_hold_symmetric_single_region_keys_only() -> None:
    """Only SYMMETRIC_DEFAULT can be in a custom key store, and not as a multi-Region key."""
    held = [name for name in KEY_SPECS if "AWS_CLOUDHSM" in key_specs.origins(name)]
    assert held == ["SYMMETRIC_DEFAULT"]
    assert key_specs.origins("SYMMETRIC_DEFAULT", multi_region=True) == ("AWS_KMS", "EXTERNAL")
    assert key_specs.origins("AES_256") == ()


@pytest.mark.parametrize(
    ("spec", "partition", "offered"),
    [
        ("SM2", "aws-cn", True),
        ("SM2", "aws", False),
        ("ML_KEM_512", "aws", True),
        ("ML_KEM_512", "aws-cn", False),
        ("RSA_2048", "aws-us-gov", True),
        ("AES_256", "aws", False),
    ],
)
def test_partitions(spec: str, partition: str, offered: bool) -> None:  # noqa: FBT001 - a case of the table
    """SM2 is for China Regions only, ML-KEM is not offered there."""
    assert key_specs.in_partition(spec, partition) is offered


def test_algorithms() -> None:
    """A key supports the algorithms of its spec for its usage."""
    assert key_specs.algorithms("ECC_NIST_P384", "SIGN_VERIFY") == ("ECDSA_SHA_384",)
    assert key_specs.algorithms("RSA_2048", "ENCRYPT_DECRYPT") == ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256")
    assert len(key_specs.algorithms("RSA_2048", "SIGN_VERIFY")) == 6
    assert key_specs.algorithms("HMAC_256", "SIGN_VERIFY") == ()
    assert key_specs.algorithms("AES_256", "SIGN_VERIFY") == ()


def test_only_symmetric_material_of_kms_rotates() -> None:
    """Automatic rotation needs a symmetric encryption key whose material KMS made."""
    assert key_specs.rotates("SYMMETRIC_DEFAULT", "AWS_KMS")
    assert not key_specs.rotates("SYMMETRIC_DEFAULT", "EXTERNAL")
    assert not key_specs.rotates("SYMMETRIC_DEFAULT", "EXTERNAL_KEY_STORE")
    assert not key_specs.rotates("HMAC_256", "AWS_KMS")

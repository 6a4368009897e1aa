"""Key specs: what a key of each can be used for.

Source: CreateKey (API reference), KeySpec and KeyUsage; KMS Developer Guide, symm-asymm-choose-key-spec and importing-keys.
"""

from __future__ import annotations

from kmsgen.catalogue.model import KeySpec, Values

KEY_TYPES = ("symmetric", "hmac", "asymmetric-encrypt", "asymmetric-sign", "key-agreement", "ml-kem")
ORIGINS = ("AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")
CUSTOM_KEY_STORE_ORIGINS = ("AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")
CHINA = "aws-cn"

_ENCRYPT, _SIGN, _MAC = "ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC"
_AGREE, _ENCAPSULATE = "KEY_AGREEMENT", "ENCAPSULATE_DECAPSULATE"
_OAEP = ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256")
_RSA_SIGN = tuple(f"RSASSA_{scheme}_SHA_{bits}" for scheme in ("PSS", "PKCS1_V1_5") for bits in (256, 384, 512))
# Imported key material: for symmetric, asymmetric (except ML-DSA) and HMAC keys (importing-keys); of ML-KEM no page says so.
_IMPORTABLE = ("AWS_KMS", "EXTERNAL")
_NOT_IMPORTABLE = ("AWS_KMS",)


def _rsa(name: str) -> KeySpec:
    return KeySpec(name, {_ENCRYPT: _OAEP, _SIGN: _RSA_SIGN}, _IMPORTABLE)


def _nist(name: str, digest: int) -> KeySpec:
    return KeySpec(name, {_SIGN: (f"ECDSA_SHA_{digest}",), _AGREE: ("ECDH",)}, _IMPORTABLE)


KEY_SPECS: dict[str, KeySpec] = {
    spec.name: spec
    for spec in (
        KeySpec("SYMMETRIC_DEFAULT", {_ENCRYPT: ("SYMMETRIC_DEFAULT",)}, ORIGINS),
        *(KeySpec(f"HMAC_{bits}", {_MAC: (f"HMAC_SHA_{bits}",)}, _IMPORTABLE) for bits in (224, 256, 384, 512)),
        *(_rsa(f"RSA_{bits}") for bits in (2048, 3072, 4096)),
        _nist("ECC_NIST_P256", 256),
        _nist("ECC_NIST_P384", 384),
        _nist("ECC_NIST_P521", 512),
        KeySpec("ECC_NIST_EDWARDS25519", {_SIGN: ("ED25519_SHA_512", "ED25519_PH_SHA_512")}, _IMPORTABLE),
        KeySpec("ECC_SECG_P256K1", {_SIGN: ("ECDSA_SHA_256",)}, _IMPORTABLE),
        *(KeySpec(f"ML_DSA_{level}", {_SIGN: ("ML_DSA_SHAKE_256",)}, _NOT_IMPORTABLE) for level in (44, 65, 87)),
        *(
            KeySpec(f"ML_KEM_{size}", {_ENCAPSULATE: ("ML_KEM",)}, _NOT_IMPORTABLE, except_partitions=(CHINA,))
            for size in (512, 768, 1024)
        ),
        KeySpec(
            "SM2",
            {_ENCRYPT: ("SM2PKE",), _SIGN: ("SM2DSA",), _AGREE: ("ECDH",)},
            _IMPORTABLE,
            only_partitions=(CHINA,),
        ),
    )
}

_TYPE_OF_USAGE = {
    _ENCRYPT: "asymmetric-encrypt",
    _SIGN: "asymmetric-sign",
    _MAC: "hmac",
    _AGREE: "key-agreement",
    _ENCAPSULATE: "ml-kem",
}


def usages(spec: str) -> Values:
    """Return the key usages that a spec allows; nothing for an unknown spec."""
    found = KEY_SPECS.get(spec)
    return found.usages if found else ()


def key_type(spec: str, usage: str) -> str | None:
    """Return the key type, one of KEY_TYPES; None where KMS has no such key."""
    if usage not in usages(spec):
        return None
    return "symmetric" if spec == "SYMMETRIC_DEFAULT" else _TYPE_OF_USAGE[usage]


def algorithms(spec: str, usage: str) -> Values:
    """Return the algorithms that a key of that spec and usage supports; nothing where KMS has no such key."""
    found = KEY_SPECS.get(spec)
    return found.algorithms.get(usage, ()) if found else ()


def origins(spec: str, *, multi_region: bool = False) -> Values:
    """Return the origins that a key of that spec can have; custom key stores have no multi-Region keys."""
    found = KEY_SPECS.get(spec)
    offered = found.origins if found else ()
    return tuple(origin for origin in offered if not (multi_region and origin in CUSTOM_KEY_STORE_ORIGINS))


def in_partition(spec: str, partition: str) -> bool:
    """Return whether KMS offers the spec in a partition: SM2 is for China Regions only, ML-KEM is not offered there."""
    found = KEY_SPECS.get(spec)
    if found is None:
        return False
    return partition not in found.except_partitions and (not found.only_partitions or partition in found.only_partitions)


def rotates(spec: str, origin: str) -> bool:
    """Return whether automatic rotation exists: symmetric keys with material that KMS made, in no custom key store."""
    return spec == "SYMMETRIC_DEFAULT" and origin == "AWS_KMS"

"""What KMS refuses after authorization: key types, states, origins, policies that lock their author out."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.policy.bundle import Key, KeyAccess
from tests.unit.authorizer.worlds import APP, BOB, KEY, allow, bundle, decide, document, having, iam, outcome

PLAIN = {"spec": "SYMMETRIC_DEFAULT"}
RSA = {"spec": "RSA_2048"}
SIGN = {"spec": "ECC_NIST_P256", "usage": "SIGN_VERIFY"}
HMAC = {"spec": "HMAC_256", "usage": "GENERATE_VERIFY_MAC"}
KEM = {"spec": "ML_KEM_768", "usage": "ENCAPSULATE_DECAPSULATE"}
STATE, USAGE, UNSUPPORTED = (
    "error:KMSInvalidStateException",
    "error:InvalidKeyUsageException",
    "error:UnsupportedOperationException",
)
OFF = "error:DisabledException"


@pytest.mark.parametrize(
    ("key", "action", "expected"),
    [
        (PLAIN, "Decrypt", "allowed"),
        (RSA, "Decrypt", "allowed"),
        (SIGN, "Decrypt", USAGE),
        (PLAIN, "Sign", USAGE),
        (SIGN, "Sign", "allowed"),
        (RSA, "GenerateDataKey", USAGE),
        (HMAC, "GenerateMac", "allowed"),
        (PLAIN, "GenerateMac", USAGE),
        (KEM, "Encapsulate", "allowed"),
        (PLAIN, "Encapsulate", USAGE),
        (PLAIN, "GetPublicKey", UNSUPPORTED),
        (RSA, "GetPublicKey", "allowed"),
        (RSA, "EnableKeyRotation", UNSUPPORTED),
        (PLAIN, "EnableKeyRotation", "allowed"),
        ({**PLAIN, "origin": "EXTERNAL"}, "EnableKeyRotation", UNSUPPORTED),
        ({**PLAIN, "origin": "EXTERNAL"}, "RotateKeyOnDemand", "allowed"),
        ({**PLAIN, "origin": "AWS_CLOUDHSM"}, "RotateKeyOnDemand", UNSUPPORTED),
        ({**PLAIN, "origin": "AWS_CLOUDHSM"}, "GenerateDataKeyPair", UNSUPPORTED),
        ({**PLAIN, "origin": "AWS_CLOUDHSM"}, "GenerateDataKey", "allowed"),
        ({**PLAIN, "origin": "AWS_CLOUDHSM"}, "GetKeyRotationStatus", UNSUPPORTED),
        (PLAIN, "ImportKeyMaterial", UNSUPPORTED),
        ({**PLAIN, "origin": "EXTERNAL"}, "ImportKeyMaterial", "allowed"),
        (PLAIN, "DeleteImportedKeyMaterial", UNSUPPORTED),
        (PLAIN, "ReplicateKey", UNSUPPORTED),
        ({**PLAIN, "multi_region": True, "multi_region_key_type": "PRIMARY"}, "ReplicateKey", "allowed"),
        ({**PLAIN, "multi_region": True, "multi_region_key_type": "REPLICA"}, "ReplicateKey", UNSUPPORTED),
        (PLAIN, "UpdatePrimaryRegion", UNSUPPORTED),
        ({**PLAIN, "multi_region": True, "multi_region_key_type": "REPLICA"}, "EnableKeyRotation", UNSUPPORTED),
        ({**PLAIN, "multi_region": True, "multi_region_key_type": "REPLICA"}, "RotateKeyOnDemand", UNSUPPORTED),
        ({**PLAIN, "multi_region": True, "multi_region_key_type": "REPLICA"}, "GetKeyRotationStatus", "allowed"),
        ({"spec": "RSA_2048", "usage": "KEY_AGREEMENT"}, "DescribeKey", USAGE),
    ],
)
def test_key_type(key: dict[str, Any], action: str, expected: str) -> None:
    """An action that the key's spec, usage, origin or Region kind does not offer is refused."""
    related = KeyAccess(Key(KEY.replace("us-west-2", "eu-west-1"), **key), document(allow("App", APP)))
    world = bundle(allow("App", APP), key=Key(KEY, **key), principals={APP: having(iam(action="kms:CreateKey"))})
    assert outcome(world._replace(keys=(*world.keys, related)), APP, f"kms:{action}") == expected


@pytest.mark.parametrize(
    ("state", "action", "expected"),
    [
        ("Disabled", "Decrypt", OFF),
        ("PendingDeletion", "Decrypt", STATE),
        ("PendingReplicaDeletion", "Decrypt", STATE),
        ("PendingImport", "Decrypt", STATE),
        ("Unavailable", "Decrypt", STATE),
        ("Creating", "Decrypt", STATE),
        ("Updating", "Decrypt", "allowed"),
        ("Disabled", "DescribeKey", "allowed"),
        ("PendingDeletion", "PutKeyPolicy", "allowed"),
        ("PendingDeletion", "ScheduleKeyDeletion", STATE),
        ("PendingDeletion", "CancelKeyDeletion", "allowed"),
        ("Enabled", "CancelKeyDeletion", STATE),
        ("Updating", "DisableKey", STATE),
        ("Unavailable", "CreateGrant", "allowed"),
        ("Disabled", "CreateGrant", OFF),
        ("Disabled", "EnableKeyRotation", OFF),
        ("PendingDeletion", "RetireGrant", "implicitDeny"),
        ("PendingDeletion", "GetKeyLastUsage", "allowed"),
    ],
)
def test_key_state(state: str, action: str, expected: str) -> None:
    """An action that fails in the key's state is refused with KMS's exception; without permission it is denied."""
    world = bundle(allow("App", APP), key=Key(KEY, state=state))
    assert outcome(world, APP, f"kms:{action}") == expected
    assert outcome(world, BOB, f"kms:{action}") == "implicitDeny"


@pytest.mark.parametrize(
    ("state", "action", "expected"),
    [
        ("PendingDeletion", "GetParametersForImport", STATE),
        ("PendingImport", "GetParametersForImport", "allowed"),
        ("PendingImport", "ImportKeyMaterial", "allowed"),
        ("Enabled", "DeleteImportedKeyMaterial", "allowed"),
        ("PendingImport", "GetKeyRotationStatus", UNSUPPORTED),
        ("PendingImport", "ListKeyRotations", "allowed"),
    ],
)
def test_state_of_imported_keys(state: str, action: str, expected: str) -> None:
    """A key of imported material fails where the page says so for its origin."""
    world = bundle(allow("App", APP), key=Key(KEY, origin="EXTERNAL", state=state))
    assert outcome(world, APP, f"kms:{action}") == expected


def test_other_documented_exception() -> None:
    """Where the page allows for two exceptions, the decision names the other one too."""
    decision = decide(bundle(allow("App", APP), key=Key(KEY, state="PendingDeletion")), APP)
    assert (decision.error, decision.also, decision.reason) == (
        "KMSInvalidStateException",
        ("DisabledException",),
        ("key-state",),
    )


OTHER_KEY = KEY[:-1] + "c"
ALIAS = KEY.replace("key/1234abcd-12ab-34cd-56ef-1234567890ab", "alias/x")


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ((ALIAS, KEY, OTHER_KEY), "allowed"),
        ((ALIAS, KEY), "implicitDeny"),
        ((ALIAS, OTHER_KEY, KEY), STATE),
    ],
)
def test_update_alias_to_a_key_pending_deletion(resources: tuple[str, ...], expected: str) -> None:
    """UpdateAlias fails where the key that gets the alias is pending deletion."""
    world = bundle(allow("App", APP), key=Key(KEY, state="PendingDeletion"), principals={APP: having(iam())})
    second = KeyAccess(Key(OTHER_KEY), document(allow("App", APP)))
    assert outcome(world._replace(keys=(*world.keys, second)), APP, "kms:UpdateAlias", resources=resources) == expected

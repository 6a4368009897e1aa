"""What KMS refuses after authorization: key types, states, origins, policies that lock their author out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmsgen.policy.bundle import Key, KeyAccess
from tests.unit.authorizer.worlds import APP, BOB, KEY, ROOT, allow, bundle, decide, deny, document, having, iam, outcome

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


def test_algorithm_of_an_asymmetric_key_is_the_requests() -> None:
    """kms:EncryptionAlgorithm of an RSA key is what the request asks for; of a symmetric key there is one only."""
    condition = {"StringEquals": {"kms:EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}}
    world = bundle(allow("App", APP, Condition=condition), key=Key(KEY, **RSA))
    assert outcome(world, APP, parameters={"EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}) == "allowed"
    assert outcome(world, APP, context={"kms:EncryptionAlgorithm": ("RSAES_OAEP_SHA_256",)}) == "allowed"
    assert outcome(world, APP) == "implicitDeny"


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


@pytest.mark.parametrize(
    ("key", "request_", "expected"),
    [
        (RSA, {"encryption_context": {"a": "1"}}, "error:ValidationException"),
        (RSA, {"parameters": {"EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}}, "allowed"),
        (RSA, {"parameters": {"EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}}, USAGE),
        (PLAIN, {"grant_tokens": tuple("abcdefghijk")}, "error:ValidationException"),
    ],
)
def test_request(key: dict[str, Any], request_: dict[str, Any], expected: str) -> None:
    """A request that the key cannot serve is refused."""
    assert outcome(bundle(allow("App", APP), key=Key(KEY, **key)), APP, **request_) == expected


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    """Return a key policy as plain data."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


LOCKED = "error:MalformedPolicyDocumentException"


@pytest.mark.parametrize(
    ("new", "more", "expected"),
    [
        (policy(allow("App", APP)), {}, "allowed"),
        (policy(allow("App", APP, "kms:Decrypt")), {}, LOCKED),
        (policy(allow("Bob", BOB)), {}, LOCKED),
        (policy(allow("Account", ROOT)), {}, LOCKED),
        (policy(allow("App", APP), deny("No", "*", "kms:PutKeyPolicy")), {}, LOCKED),
        (policy(allow("Bob", BOB)), {"BypassPolicyLockoutSafetyCheck": True}, "allowed"),
        (policy(allow("Bob", BOB)), {"BypassPolicyLockoutSafetyCheck": "true"}, "allowed"),
        (policy(allow("Bob", BOB)), {"BypassPolicyLockoutSafetyCheck": False}, LOCKED),
        (json.dumps(policy(allow("App", APP))), {}, "allowed"),
        ("{", {}, LOCKED),
        ("[]", {}, LOCKED),
        (policy({"Effect": "Allow", "Action": "kms:*", "Resource": "*"}), {}, LOCKED),
        (" " * 32769, {}, "error:LimitExceededException"),
        (
            policy(
                allow("App", APP),
                allow("Any", APP, Condition={"ForAllValues:StringEquals": {"kms:EncryptionContext:a": "1"}}),
            ),
            {},
            LOCKED,
        ),
    ],
)
def test_lockout(new: object, more: dict[str, Any], expected: str) -> None:
    """A key policy that its author could not change again is refused, unless the check is bypassed."""
    parameters = {"Policy": new, **more}
    assert outcome(bundle(allow("App", APP)), APP, "kms:PutKeyPolicy", parameters=parameters) == expected


def test_lockout_counts_iam_through_the_account() -> None:
    """The account statement passes where an IAM policy of the caller allows kms:PutKeyPolicy, in CreateKey too."""
    new = policy(allow("Account", ROOT))
    for action in ("kms:PutKeyPolicy", "kms:CreateKey"):
        world = bundle(allow("Account", ROOT), principals={APP: having(iam()), BOB: having(iam(action="kms:CreateKey"))})
        assert outcome(world, APP, action, parameters={"Policy": new}) == "allowed"
    assert outcome(world, BOB, "kms:CreateKey", parameters={"Policy": new}) == LOCKED


def test_lockout_is_about_the_new_policy_only() -> None:
    """What the old policy or a grant gives does not help."""
    world = bundle(allow("App", APP), grants=({"GrantId": "g", "GranteePrincipal": APP, "Operations": ["CreateGrant"]},))
    decision = decide(world, APP, "kms:PutKeyPolicy", parameters={"Policy": policy(allow("Bob", BOB))})
    assert (decision.reason, decision.notes) == (("lockout",), ("S3",))


def test_without_permission_the_policy_is_not_looked_at() -> None:
    """Who may not put a policy is denied, whatever the policy says."""
    assert outcome(bundle(allow("App", APP)), BOB, "kms:PutKeyPolicy", parameters={"Policy": "{"}) == "implicitDeny"


@pytest.mark.parametrize(
    ("window", "expected"), [("7", "allowed"), ("31", "error:ValidationException"), ("9" * 5000, "error:ValidationException")]
)
def test_a_number_out_of_range(window: str, expected: str) -> None:
    """However long it is."""
    world = bundle(allow("App", APP))
    assert outcome(world, APP, "kms:ScheduleKeyDeletion", parameters={"PendingWindowInDays": window}) == expected

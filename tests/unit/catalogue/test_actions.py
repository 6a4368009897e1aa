"""Actions of the catalogue, and finding them."""

from __future__ import annotations

import pytest

from kmsgen.catalogue import actions
from kmsgen.catalogue.actions import ACTIONS


def words(text: str) -> list[str]:
    """Return the names in a text."""
    return text.split()


ADDED_SINCE_2020 = words(
    """Decapsulate DeriveSharedSecret Encapsulate GenerateMac GetKeyLastUsage ListKeyRotations ReplicateKey
    RotateKeyOnDemand SynchronizeMultiRegionKey UpdatePrimaryRegion VerifyMac"""
)
OF_2020 = words(
    """CancelKeyDeletion ConnectCustomKeyStore CreateAlias CreateCustomKeyStore CreateGrant CreateKey Decrypt DeleteAlias
    DeleteCustomKeyStore DeleteImportedKeyMaterial DescribeCustomKeyStores DescribeKey DisableKey DisableKeyRotation
    DisconnectCustomKeyStore EnableKey EnableKeyRotation Encrypt GenerateDataKey GenerateDataKeyPair
    GenerateDataKeyPairWithoutPlaintext GenerateDataKeyWithoutPlaintext GenerateRandom GetKeyPolicy GetKeyRotationStatus
    GetParametersForImport GetPublicKey ImportKeyMaterial ListAliases ListGrants ListKeyPolicies ListKeys ListResourceTags
    ListRetirableGrants PutKeyPolicy ReEncryptFrom ReEncryptTo RetireGrant RevokeGrant ScheduleKeyDeletion Sign TagResource
    UntagResource UpdateAlias UpdateCustomKeyStore UpdateKeyDescription Verify"""
)
CROSS_ACCOUNT = words(
    """CreateGrant Decapsulate Decrypt DeriveSharedSecret DescribeKey Encapsulate Encrypt GenerateDataKey
    GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext GenerateDataKeyWithoutPlaintext GenerateMac GetKeyRotationStatus
    GetPublicKey ListGrants ReEncryptFrom ReEncryptTo RetireGrant RevokeGrant Sign Verify VerifyMac"""
)
IAM_ONLY = words(
    """ConnectCustomKeyStore CreateCustomKeyStore CreateKey DeleteCustomKeyStore DescribeCustomKeyStores
    DisconnectCustomKeyStore GenerateRandom ListAliases ListKeys ListRetirableGrants RetireGrant UpdateCustomKeyStore"""
)
WITH_CONTEXT = words(
    """Decrypt Encrypt GenerateDataKey GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext
    GenerateDataKeyWithoutPlaintext ReEncryptFrom ReEncryptTo"""
)
EXPANSIONS = {
    "kms:Decrypt": ("kms:Decrypt",),
    "KMS:decrypt": ("kms:Decrypt",),
    "kms:Describe*": ("kms:DescribeCustomKeyStores", "kms:DescribeKey"),
    "kms:ReEncrypt????": ("kms:ReEncryptFrom",),
    "*:ReEncrypt*": ("kms:ReEncryptFrom", "kms:ReEncryptTo"),
    "kms:Get*Last*": ("kms:GetKeyLastUsage",),
    "kms:Nope": (),
    "s3:*": (),
    "Decrypt": (),
    "kms:Decryp[t]": (),
    "": (),
}
# (action, state) -> works, exceptions
STATES = {
    ("Decrypt", "Enabled"): (True, ()),
    ("Decrypt", "Disabled"): (False, ("DisabledException",)),
    ("Decrypt", "PendingDeletion"): (False, ("KMSInvalidStateException", "DisabledException")),
    ("Decrypt", "PendingReplicaDeletion"): (False, ("KMSInvalidStateException", "DisabledException")),
    ("Decrypt", "PendingImport"): (False, ("KMSInvalidStateException",)),
    ("Decrypt", "Unavailable"): (False, ("KMSInvalidStateException",)),
    ("DescribeKey", "Creating"): (True, ()),
    ("PutKeyPolicy", "PendingDeletion"): (True, ()),
    ("CancelKeyDeletion", "PendingDeletion"): (True, ()),
    ("CancelKeyDeletion", "Enabled"): (False, ("KMSInvalidStateException",)),
    ("EnableKeyRotation", "Enabled"): (None, ("UnsupportedOperationException",)),
    ("EnableKeyRotation", "Disabled"): (False, ("DisabledException", "UnsupportedOperationException")),
    ("DeleteImportedKeyMaterial", "Enabled"): (True, ()),
    ("ImportKeyMaterial", "Enabled"): (None, ("UnsupportedOperationException",)),
    ("GetKeyLastUsage", "PendingImport"): (True, ()),
    ("UpdateAlias", "PendingDeletion"): (None, ("KMSInvalidStateException",)),
    ("Encapsulate", "Disabled"): (False, ("DisabledException",)),
}


def test_every_privilege_of_2020_keeps_its_row() -> None:
    """The 47 actions of the 2020 catalogue are there, and the eleven that came since."""
    assert sorted(ACTIONS) == sorted([*OF_2020, *ADDED_SINCE_2020])
    assert (len(OF_2020), len(ACTIONS)) == (47, 58)


def test_names_are_keys() -> None:
    """Each action stands under its own name."""
    assert all(name == action.name and action.iam_name == f"kms:{name}" for name, action in ACTIONS.items())


@pytest.mark.parametrize("text", ["Decrypt", "decrypt", "kms:Decrypt", "KMS:DECRYPT"])
def test_find_minds_neither_case_nor_prefix(text: str) -> None:
    """An action is found with or without `kms:`, in any case."""
    assert actions.find(text) is ACTIONS["Decrypt"]


@pytest.mark.parametrize("text", ["", "kms:", "kms:*", "s3:GetObject", "kms:kms:Decrypt", "Decrypt "])
def test_find_knows_nothing_else(text: str) -> None:
    """What is no action is not found."""
    assert actions.find(text) is None


@pytest.mark.parametrize("pattern", EXPANSIONS)
def test_expand_matches_as_iam_does(pattern: str) -> None:
    """`*` is any run, `?` any one character, everything else is itself, and case does not matter."""
    assert actions.expand(pattern) == EXPANSIONS[pattern]


@pytest.mark.parametrize("pattern", ["*", "kms:*", "k*s:*", "**"])
def test_expand_of_all(pattern: str) -> None:
    """A pattern of stars matches every action."""
    assert len(actions.expand(pattern)) == 58


def test_only_documented_operations_cross_accounts() -> None:
    """The operations that work on a key of another account are those of the permissions table, and the ML-KEM pair."""
    assert sorted(name for name, action in ACTIONS.items() if action.cross_account) == sorted(CROSS_ACCOUNT)


def test_actions_without_effect_in_a_key_policy() -> None:
    """Operations without a key, and RetireGrant, are for IAM policies only."""
    dead = [name for name, action in ACTIONS.items() if not actions.works_in_key_policy(action)]
    assert sorted(dead) == sorted([*IAM_ONLY, "SynchronizeMultiRegionKey"])


def test_alias_actions_have_two_halves() -> None:
    """Alias operations need the alias (IAM only) and the key."""
    both = {name for name, action in ACTIONS.items() if action.policy_types == "both"}
    assert both == {"CreateAlias", "DeleteAlias", "UpdateAlias"}
    assert all(ACTIONS[name].resource_types == ("alias", "key") for name in both)


def test_encryption_context_operations() -> None:
    """Only operations of symmetric keys take an encryption context."""
    assert sorted(name for name, action in ACTIONS.items() if action.encryption_context) == sorted(WITH_CONTEXT)


def test_encryption_context_keys_are_on_what_has_a_context() -> None:
    """The context keys are on those operations, on CreateGrant and on RetireGrant, whose constraints hold a context."""
    carrying = {name for name, action in ACTIONS.items() if "kms:encryptioncontext:" in action.condition_keys}
    assert carrying == {*WITH_CONTEXT, "CreateGrant", "RetireGrant"}


@pytest.mark.parametrize(("action", "state"), STATES)
def test_key_states(action: str, state: str) -> None:
    """What KMS does with an action in a key state, as the key-state page has it."""
    rules = ACTIONS[action].states
    assert rules is not None
    assert (rules[state].ok, rules[state].exceptions) == STATES[action, state]


def test_every_state_rule_names_its_footnotes() -> None:
    """A failure has an exception, one under a condition too, and each footnote is one of the page."""
    rules = [rule for action in ACTIONS.values() for rule in (action.states or {}).values()]
    assert all(rule.exceptions for rule in rules if rule.ok is False or (rule.ok is None and rule.notes))
    assert {note for rule in rules for note in rule.notes} <= set(actions.FOOTNOTES)


def test_every_key_operation_has_states() -> None:
    """Only operations without a key, and the internal one, have no key states."""
    assert {name for name, action in ACTIONS.items() if action.states is None} == {
        *(name for name in IAM_ONLY if name not in {"ListAliases", "RetireGrant"}),
        "SynchronizeMultiRegionKey",
    }


def test_grant_tokens() -> None:
    """Every grant operation takes grant tokens, and nothing else does: RevokeGrant and ListGrants do not."""
    assert {name for name, action in ACTIONS.items() if action.grant_tokens} == {
        name for name, action in ACTIONS.items() if action.grantable
    }


def test_key_types() -> None:
    """Cryptographic operations fit their key types only; an action that is not tabulated fits every type."""
    fits = {name: [kind for kind in ("symmetric", "hmac", "ml-kem") if actions.fits(ACTIONS[name], kind)] for name in ACTIONS}
    assert fits["GenerateDataKey"] == ["symmetric"]
    assert fits["GenerateMac"] == ["hmac"]
    assert fits["Encapsulate"] == fits["GetPublicKey"] == ["ml-kem"]
    assert fits["PutKeyPolicy"] == fits["SynchronizeMultiRegionKey"] == ["symmetric", "hmac", "ml-kem"]


@pytest.mark.parametrize(
    ("action", "origins"),
    [
        ("ImportKeyMaterial", ("EXTERNAL",)),
        ("EnableKeyRotation", ("AWS_KMS",)),
        ("GenerateDataKeyPair", ("AWS_KMS", "EXTERNAL")),
        ("GetKeyRotationStatus", ("AWS_KMS", "EXTERNAL")),
        ("Decrypt", None),
    ],
)
def test_origins(action: str, origins: tuple[str, ...] | None) -> None:
    """Some operations work for keys of some origins only: imports, rotation, key pairs."""
    assert ACTIONS[action].origins == origins


def test_origins_agree_with_key_states() -> None:
    """What the key-state page refuses an enabled key in a custom key store has no such origin."""
    refused = {name for name, action in ACTIONS.items() if action.states and "7" in action.states["Enabled"].notes}
    assert {name for name in refused if "AWS_CLOUDHSM" in (ACTIONS[name].origins or ("AWS_CLOUDHSM",))} == set()
    assert {name for name, action in ACTIONS.items() if action.states and "9" in action.states["Enabled"].notes} == {
        name for name, action in ACTIONS.items() if action.origins == ("EXTERNAL",)
    }


@pytest.mark.parametrize(
    ("action", "dependent"),
    [("CreateKey", "kms:TagResource"), ("ReplicateKey", "kms:CreateKey"), ("CreateCustomKeyStore", "cloudhsm:DescribeClusters")],
)
def test_dependent_actions(action: str, dependent: str) -> None:
    """An operation that needs another permission too says which."""
    assert dependent in ACTIONS[action].dependent_actions

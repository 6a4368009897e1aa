"""Condition keys of the catalogue, and on which actions they can be."""

from __future__ import annotations

import pytest

from kmsgen.catalogue import condition_keys
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.condition_keys import CONDITION_KEYS, GLOBAL_KEYS, KMS_KEYS, SESSION_KEYS

FOUND = {
    "kms:ViaService": "kms:ViaService",
    "KMS:viaservice": "kms:ViaService",
    "kms:EncryptionContext:app": "kms:EncryptionContext:",
    "kms:encryptioncontext:aws:s3:arn": "kms:EncryptionContext:",
    "kms:EncryptionContext::": "kms:EncryptionContext:",
    "kms:EncryptionContext:a/b c": "kms:EncryptionContext:",
    "kms:EncryptionContextKeys": "kms:EncryptionContextKeys",
    "kms:RecipientAttestation:PCR0": "kms:RecipientAttestation:PCR0",
    "kms:recipientattestation:nitrotpmpcr23": "kms:RecipientAttestation:NitroTPMPCR23",
    "aws:PrincipalTag/team": "aws:PrincipalTag/",
    "AWS:principaltag/a/b": "aws:PrincipalTag/",
    "aws:ResourceTag/x": "aws:ResourceTag/",
    "aws:RequestTag/x": "aws:RequestTag/",
    "aws:TagKeys": "aws:TagKeys",
    "aws:username": "aws:username",
    "lambda:sourcefunctionarn": "lambda:SourceFunctionArn",
    "saml:sub": "saml:sub",
    "kms:RecipientAttestation:PCR8:ServiceName": "kms:RecipientAttestation:PCR8:ServiceName",
    "cognito-identity.amazonaws.com:sub": "cognito-identity.amazonaws.com:sub",
    "oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE:aud": "oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE:aud",
}
UNKNOWN = [
    "",
    "kms:",
    "kms:EncryptionContext",
    "kms:EncryptionContext:",
    "aws:PrincipalTag",
    "aws:PrincipalTag/",
    "kms:RecipientAttestation:",
    "kms:RecipientAttestation:PCR32",
    "kms:EncryptionContextKeysX",
    "s3:prefix",
    "cognito-identity.amazonaws.com:email",
    "saml:aud",
    "aws:x.y:sub",
    " kms:ViaService",
]
ON_ACTION = {
    ("kms:EncryptionContext:app", "Decrypt"): True,
    ("kms:EncryptionContext:app", "kms:CreateGrant"): True,
    ("kms:EncryptionContext:app", "DescribeKey"): False,
    ("kms:EncryptionContextKeys", "ReEncryptTo"): True,
    ("kms:ViaService", "Decrypt"): True,
    ("kms:ViaService", "CreateCustomKeyStore"): False,
    ("kms:GrantIsForAWSResource", "RevokeGrant"): True,
    ("kms:GrantIsForAWSResource", "Decrypt"): False,
    ("kms:GrantOperations", "ListGrants"): False,
    ("kms:KeySpec", "CreateKey"): True,
    ("kms:KeySpec", "ListKeys"): False,
    ("kms:KeySpec", "PutKeyPolicy"): True,
    ("kms:RecipientAttestation:PCR0", "Decrypt"): True,
    ("kms:RecipientAttestation:PCR0", "GenerateRandom"): True,
    ("kms:RecipientAttestation:PCR0", "Encrypt"): False,
    ("kms:RequestAlias", "Sign"): True,
    ("kms:RequestAlias", "CreateAlias"): False,
    ("kms:BypassPolicyLockoutSafetyCheck", "PutKeyPolicy"): True,
    ("kms:BypassPolicyLockoutSafetyCheck", "ReplicateKey"): False,
    ("kms:PolicyName", "PutKeyPolicy"): True,
    ("kms:EncapsulationAlgorithm", "Decapsulate"): True,
    ("aws:PrincipalArn", "ListKeys"): True,
    ("aws:PrincipalTag/team", "GenerateRandom"): True,
    ("aws:SourceIp", "Decrypt"): True,
    ("aws:RequestTag/team", "TagResource"): True,
    ("aws:RequestTag/team", "CreateKey"): True,
    ("aws:RequestTag/team", "Decrypt"): False,
    ("aws:TagKeys", "UntagResource"): True,
    ("aws:TagKeys", "Encrypt"): False,
    ("aws:ResourceTag/team", "Decrypt"): True,
    ("aws:ResourceTag/team", "ListKeys"): False,
    ("kms:CustomerMasterKeySpec", "Decrypt"): True,
    ("kms:CustomerMasterKeySpec", "ListKeys"): False,
    ("ec2:SourceInstanceArn", "ListKeys"): True,
    ("accounts.google.com:sub", "Decrypt"): True,
    ("kms:Nope", "Decrypt"): False,
    ("kms:ViaService", "Nope"): False,
    # C11
    ("kms:RequestAlias", "DeriveSharedSecret"): True,
    ("kms:ScheduleKeyDeletionPendingWindowInDays", "ScheduleKeyDeletion"): True,
    ("kms:CallerAccount", "ListKeys"): False,
    ("kms:CallerAccount", "GenerateRandom"): False,
    ("kms:ViaService", "ListAliases"): False,
    ("aws:RequestTag/team", "UntagResource"): False,
    ("kms:KeySpec", "RetireGrant"): False,
}


@pytest.mark.parametrize("name", FOUND)
def test_find(name: str) -> None:
    """A key is found in any case; a member of a family gives the family, whatever follows its prefix."""
    found = condition_keys.find(name)
    assert found is not None
    assert found.name == FOUND[name]


@pytest.mark.parametrize("name", UNKNOWN)
def test_find_knows_nothing_else(name: str) -> None:
    """A family without a member, and a name that no page has, are no keys."""
    assert condition_keys.find(name) is None


@pytest.mark.parametrize(("key", "action"), ON_ACTION)
def test_on_action(key: str, action: str) -> None:
    """A kms: key is on the actions that carry it; a global key on all, but for tag keys."""
    assert condition_keys.on_action(key, action) is ON_ACTION[key, action]


def test_counts() -> None:
    """All keys of KMS, all global keys and all that sessions carry are there; three stand in two tables."""
    assert (len(KMS_KEYS), len(GLOBAL_KEYS), len(SESSION_KEYS), len(CONDITION_KEYS)) == (101, 53, 15, 166)


def test_multi_valued() -> None:
    """The multi-valued keys are those that the documentation gives as such."""
    assert {key.name for key in CONDITION_KEYS.values() if key.multi_valued} == {
        "kms:EncryptionContextKeys",
        "kms:GrantOperations",
        "kms:ResourceAliases",
        "aws:CalledVia",
        "aws:PrincipalOrgPaths",
        "aws:PrincipalServiceNamesList",
        "aws:ResourceOrgPaths",
        "aws:SourceOrgPaths",
        "aws:TagKeys",
        "aws:VpceOrgPaths",
        "<oidc-provider>:amr",
    }


def test_types_are_classes_of_operators() -> None:
    """Each key has the class of operators that works on it."""
    assert {key.type for key in KMS_KEYS.values()} == {"String", "ARN", "Bool", "Numeric", "Date"}
    assert {key.type for key in GLOBAL_KEYS.values()} == {"String", "ARN", "Bool", "Numeric", "Date", "IPAddress"}
    assert {key.type for key in SESSION_KEYS.values()} == {"String", "ARN", "Numeric"}


def test_two_classes_of_operators() -> None:
    """A moment that AWS compares as a date and as a number has both classes (C13)."""
    also = {key.name: (key.type, key.also) for key in CONDITION_KEYS.values() if key.also}
    assert also == {"aws:EpochTime": ("Date", "Numeric"), "kms:ValidTo": ("Date", "Numeric")}


def test_keys_of_actions_are_known() -> None:
    """Every key of an action is a key of the catalogue, or the family of attestation keys."""
    known = {name.lower() for name in CONDITION_KEYS} | {"kms:recipientattestation:"}
    assert {key for action in ACTIONS.values() for key in action.condition_keys} <= known


def test_iam_only_keys() -> None:
    """aws:ResourceTag and kms:ResourceAliases work in IAM policies only (C4)."""
    assert condition_keys.is_for_iam_only("aws:ResourceTag/team")
    assert condition_keys.is_for_iam_only("kms:ResourceAliases")
    assert not condition_keys.is_for_iam_only("kms:RequestAlias")
    assert not condition_keys.is_for_iam_only("aws:PrincipalArn")
    assert not condition_keys.is_for_iam_only("kms:Nope")


def test_disputed_keys_say_why() -> None:
    """A key that AWS's sources disagree about is marked on that action only, and agrees with on_action (C11)."""
    found = condition_keys.disputed("aws:RequestTag/team", "UntagResource")
    assert found is not None
    assert found.why
    assert condition_keys.disputed("kms:KeySpec", "Decrypt") is None
    for row in condition_keys.DISPUTED:
        member = f"{row.key}x" if row.key.endswith("/") else row.key
        assert all(condition_keys.on_action(member, action) is row.exists for action in row.actions)
        assert row.given_by
        assert row.not_by
        assert not set(row.given_by) & set(row.not_by)


def test_a_dispute_is_settled_by_the_section_of_the_key() -> None:
    """The reference and the key's own section outweigh a table that lacks the key; nothing else settles a dispute."""
    settled = {(row.key, action) for row in condition_keys.DISPUTED for action in row.actions if row.settled}
    assert settled == {
        ("kms:requestalias", "DeriveSharedSecret"),
        ("kms:schedulekeydeletionpendingwindowindays", "ScheduleKeyDeletion"),
    }


def test_a_deprecated_name_is_disputed_as_the_key_it_stands_for() -> None:
    """kms:CustomerMasterKeySpec on RetireGrant is the contradiction about kms:KeySpec there."""
    found = condition_keys.disputed("kms:CustomerMasterKeySpec", "RetireGrant")
    assert found is not None
    assert found.key == "kms:keyspec"


CARRIED = {
    ("kms:KeySpec", "Decrypt"): True,
    ("kms:KeySpec", "ListKeys"): False,
    ("kms:KeySpec", "iam:CreateServiceLinkedRole"): False,
    ("aws:RequestTag/x", "iam:CreateServiceLinkedRole"): False,
    ("aws:CurrentTime", "iam:CreateServiceLinkedRole"): True,
    ("kms:Nope", "Decrypt"): False,
    ("s3:prefix", "Decrypt"): True,
    ("aws:Nope", "Decrypt"): True,
}


@pytest.mark.parametrize(("key", "action"), CARRIED)
def test_carried(key: str, action: str) -> None:
    """A request can carry what nobody knows, and a global key on another service's action; never an unknown kms: key."""
    assert condition_keys.carried(key, action) is CARRIED[key, action]


def test_closed_sets_of_values() -> None:
    """A key whose values KMS fixes lists them."""
    assert "ML_KEM_768" in KMS_KEYS["kms:KeySpec"].values
    assert KMS_KEYS["kms:MultiRegionKeyType"].values == ("PRIMARY", "REPLICA")
    assert KMS_KEYS["kms:ViaService"].values == ()

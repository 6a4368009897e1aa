"""Capability words, the administrator set and the deployer's needs."""

from __future__ import annotations

import pytest

from kmsgen.catalogue import capabilities
from kmsgen.catalogue.actions import ACTIONS, fits, works_in_key_policy
from kmsgen.catalogue.capabilities import ADMINISTRATOR, CAPABILITIES, DEPLOYER, actions_of
from kmsgen.catalogue.key_specs import KEY_TYPES

DESIGNED = [
    *("encrypt", "decrypt", "re-encrypt", "generate-data-key", "generate-data-key-pair", "sign", "verify", "generate-mac"),
    *("verify-mac", "derive-shared-secret", "get-public-key", "view", "use-grants", "manage", "tag", "rotate"),
    *("change-policy", "schedule-deletion", "import-material", "replicate", "encapsulate", "decapsulate"),
]
# word -> the key types that have it
TYPES = {
    "encrypt": {"symmetric", "asymmetric-encrypt"},
    "decrypt": {"symmetric", "asymmetric-encrypt"},
    "re-encrypt": {"symmetric", "asymmetric-encrypt"},
    "generate-data-key": {"symmetric"},
    "generate-data-key-pair": {"symmetric"},
    "sign": {"asymmetric-sign"},
    "verify": {"asymmetric-sign"},
    "generate-mac": {"hmac"},
    "verify-mac": {"hmac"},
    "derive-shared-secret": {"key-agreement"},
    "encapsulate": {"ml-kem"},
    "decapsulate": {"ml-kem"},
    "get-public-key": {"asymmetric-encrypt", "asymmetric-sign", "key-agreement", "ml-kem"},
    "rotate": {"symmetric"},
    "import-material": set(KEY_TYPES) - {"ml-kem"},
    "view": set(KEY_TYPES),
    "manage": set(KEY_TYPES),
}
EXACT = {
    ("re-encrypt", "symmetric"): ("kms:ReEncryptFrom", "kms:ReEncryptTo"),
    ("generate-data-key", "symmetric"): ("kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"),
    ("change-policy", "hmac"): ("kms:GetKeyPolicy", "kms:PutKeyPolicy"),
    ("schedule-deletion", "ml-kem"): ("kms:CancelKeyDeletion", "kms:ScheduleKeyDeletion"),
    ("list-keys", "symmetric"): ("kms:ListAliases", "kms:ListKeys"),
    ("sign", "symmetric"): (),
    ("nothing", "symmetric"): (),
}
USE = {name for name, action in ACTIONS.items() if action.cryptographic}
OPENS_THE_KEY = {"CreateGrant", "ReplicateKey", "ImportKeyMaterial"}


def names(actions: tuple[str, ...]) -> set[str]:
    """Return KMS action names without their prefix."""
    return {action.removeprefix("kms:") for action in actions if action.startswith("kms:")}


@pytest.mark.parametrize("word", DESIGNED)
def test_every_designed_word_is_there(word: str) -> None:
    """Each word that users were promised is in the table, with a reason."""
    assert CAPABILITIES[word].word == word
    assert CAPABILITIES[word].why


@pytest.mark.parametrize("word", TYPES)
def test_words_by_key_type(word: str) -> None:
    """A word is for the key types that can do it, and for no other."""
    assert {key_type for key_type in KEY_TYPES if actions_of(word, key_type)} == TYPES[word]


@pytest.mark.parametrize(("word", "key_type"), EXACT)
def test_exact_actions(word: str, key_type: str) -> None:
    """A word stands for exactly these actions."""
    assert actions_of(word, key_type) == EXACT[word, key_type]


@pytest.mark.parametrize("key_type", KEY_TYPES)
@pytest.mark.parametrize("word", CAPABILITIES)
def test_words_name_actions_that_the_key_can_do(word: str, key_type: str) -> None:
    """No word has a wildcard, an action that does not exist, or one that the key type lacks."""
    for action in actions_of(word, key_type):
        assert "*" not in action
        assert not action.startswith("kms:") or fits(ACTIONS[action.removeprefix("kms:")], key_type)


def test_view_of_a_symmetric_key_has_no_public_key() -> None:
    """Only asymmetric keys have a public key to view, only symmetric ones rotate."""
    assert "kms:GetPublicKey" not in actions_of("view", "symmetric")
    assert "kms:GetKeyRotationStatus" in actions_of("view", "symmetric")
    assert "kms:GetPublicKey" in actions_of("view", "asymmetric-sign")
    assert "kms:ListKeyRotations" not in actions_of("view", "asymmetric-sign")


def test_view_only_reads() -> None:
    """Whoever may view changes nothing and uses nothing."""
    for key_type in KEY_TYPES:
        for name in names(actions_of("view", key_type)):
            assert set(ACTIONS[name].access_levels) <= {"Read", "List"}
            assert not ACTIONS[name].cryptographic


def test_use_grants_is_for_aws_resources_only() -> None:
    """CreateGrant comes with kms:GrantIsForAWSResource, and each action of the word carries that key."""
    word = CAPABILITIES["use-grants"]
    assert [(row.operator, row.key, row.values) for row in word.conditions] == [("Bool", "kms:GrantIsForAWSResource", ("true",))]
    assert actions_of("use-grants", "hmac") == ("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant")
    assert all("kms:grantisforawsresource" in ACTIONS[name].condition_keys for name in names(actions_of("use-grants", "hmac")))


def test_no_other_word_creates_grants() -> None:
    """CreateGrant is in no word that does not narrow it."""
    with_it = [word for word in CAPABILITIES for key_type in KEY_TYPES if "kms:CreateGrant" in actions_of(word, key_type)]
    assert set(with_it) == {"use-grants"}


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_administrators_run_the_key_and_do_not_use_it(key_type: str) -> None:
    """The administrator set has no cryptographic use, no CreateGrant, and nothing that is dead in a key policy."""
    found = names(ADMINISTRATOR[key_type])
    assert not found & (USE | OPENS_THE_KEY)
    assert all(works_in_key_policy(ACTIONS[name]) and fits(ACTIONS[name], key_type) for name in found)
    assert {"PutKeyPolicy", "ScheduleKeyDeletion", "RevokeGrant", "TagResource", "DescribeKey", "CreateAlias"} <= found


def test_only_symmetric_administrators_rotate() -> None:
    """Rotation is in the set of symmetric keys only."""
    assert [key_type for key_type in KEY_TYPES if "kms:RotateKeyOnDemand" in ADMINISTRATOR[key_type]] == ["symmetric"]


def test_administrators_of_special_keys() -> None:
    """Multi-Region keys and imported material add their actions; no page lets ML-KEM keys have imported material."""
    plain = set(capabilities.administrator("symmetric"))
    assert plain == set(ADMINISTRATOR["symmetric"])
    assert set(capabilities.administrator("symmetric", multi_region=True)) - plain == {
        "kms:ReplicateKey",
        "kms:UpdatePrimaryRegion",
    }
    assert "kms:ImportKeyMaterial" in capabilities.administrator("hmac", imported=True)
    assert capabilities.administrator("ml-kem", imported=True) == ADMINISTRATOR["ml-kem"]
    assert capabilities.administrator("nothing") == ()


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_deployers_neither_use_nor_delete_the_key(key_type: str) -> None:
    """Who runs Terraform creates, changes and reads back; use, grants and deletion are asked for elsewhere."""
    found = names(DEPLOYER[key_type])
    assert not found & (USE | OPENS_THE_KEY | {"ScheduleKeyDeletion", "GetPublicKey"})
    assert {"DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "PutKeyPolicy", "ListResourceTags"} <= found
    assert ("EnableKeyRotation" in found) is (key_type == "symmetric")


def test_in_key_policy_drops_what_is_dead_there() -> None:
    """Operations without a key, RetireGrant and other services' actions have no effect in a key policy."""
    asked = ("kms:Decrypt", "kms:ListKeys", "kms:RetireGrant", "iam:ListRoles", "kms:CreateAlias", "kms:Nope")
    assert capabilities.in_key_policy(asked) == ("kms:Decrypt", "kms:CreateAlias")

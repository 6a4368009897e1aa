"""What lines of `admins` and `users` come to."""

from __future__ import annotations

import pytest

from kmsgen.catalogue import capabilities
from kmsgen.policy.document import Condition
from tests.unit.intent.conftest import HEAD, NEW_KEY, Load, Refused

SIGNING = f"{HEAD}key: {{alias: test, spec: ECC_NIST_P256, usage: SIGN_VERIFY}}\nadmins: [role/KmsAdmin]\n"


def user(can: str, principal: str = "role/a") -> str:
    """Return an intent with one user."""
    return f'{NEW_KEY}users:\n  - {{principal: "{principal}", can: [{can}]}}\n'


@pytest.mark.parametrize("word", sorted(capabilities.CAPABILITIES))
def test_words_mean_what_the_catalogue_says(word: str, load: Load, refused: Refused) -> None:
    """A word means the catalogue's actions for the key's type, without those of multi-Region keys and imported material."""
    actions = capabilities.actions_of(word, "symmetric")
    single_region = [
        a for a in actions if a not in (*capabilities.MULTI_REGION_ADMINISTRATOR, *capabilities.IMPORT_ADMINISTRATOR)
    ]
    if single_region:
        assert load(user(word)).users[0].actions == tuple(single_region)
    else:
        assert refused(user(word))[0].code in {"capability-key-type", "action-multi-region", "action-origin"}


def test_actions_are_spelled_as_in_policies(load: Load) -> None:
    """An action may be written with or without its prefix, in any case; it comes out as policies spell it, once."""
    assert load(user('"KMS:encrypt", Decrypt, kms:Decrypt, decrypt')).users[0].actions == ("kms:Encrypt", "kms:Decrypt")


def test_word_with_conditions_is_a_line_of_its_own(load: Load) -> None:
    """What `use-grants` allows is tied to AWS resources, and what else the line allows is not."""
    lines = load(user("encrypt, use-grants")).users
    assert [(line.actions, line.when.conditions) for line in lines] == [
        (("kms:Encrypt",), ()),
        (("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"), (Condition("Bool", "kms:GrantIsForAWSResource", ("true",)),)),
    ]


def test_action_asked_for_without_conditions_has_none(load: Load) -> None:
    """An action that both a word with conditions and the line itself name needs no condition, in either order."""
    for can in ("use-grants, kms:ListGrants", "kms:ListGrants, use-grants"):
        free = next(line for line in load(user(can)).users if not line.when.conditions)
        assert free.actions == ("kms:ListGrants",)


def test_words_shrink_to_what_other_accounts_can_call(load: Load) -> None:
    """For a principal of another account a word keeps the actions that cross accounts."""
    actions = load(user("view", "arn:aws:iam::444455556666:role/x")).users[0].actions
    assert set(actions) == {"kms:DescribeKey", "kms:GetKeyRotationStatus", "kms:ListGrants"}


def test_words_shrink_to_what_key_policies_can_allow(load: Load) -> None:
    """For a session, which has no IAM policies, `manage` leaves out what also needs one: the aliases."""
    actions = load(user("manage", "assumed-role/app/session")).users[0].actions
    assert set(actions) == {"kms:DescribeKey", "kms:DisableKey", "kms:EnableKey", "kms:UpdateKeyDescription"}


def test_administrators_run_the_key_and_do_not_use_it(load: Load) -> None:
    """Without `can` an administrator gets no cryptographic operation, no CreateGrant, and nothing that this key cannot do."""
    line = load(SIGNING).admins[0]
    assert line.explicit is False
    assert {"kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:GetPublicKey"} <= set(line.actions)
    assert not {"kms:Sign", "kms:CreateGrant", "kms:EnableKeyRotation", "kms:ReplicateKey", "kms:ImportKeyMaterial"} & set(
        line.actions
    )


@pytest.mark.parametrize(
    ("key", "action"),
    [("multi_region: true", "kms:ReplicateKey"), ("origin: EXTERNAL", "kms:ImportKeyMaterial")],
)
def test_administrators_get_what_a_special_key_adds(key: str, action: str, load: Load) -> None:
    """The administrator set grows with multi-Region keys and imported material."""
    assert action in load(f"{HEAD}key: {{alias: test, {key}}}\nadmins: [role/KmsAdmin]\n").admins[0].actions

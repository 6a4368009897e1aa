"""What lines of `admins`, `users`, `services` and `grants` come to."""

from __future__ import annotations

import pytest

from kmsgen.catalogue import capabilities
from kmsgen.intent.intent import When
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


def test_conditions_of_a_line(load: Load) -> None:
    """Every field of `when` is kept; dates become instants in UTC, aliases get their prefix, single values become lists."""
    when = """{encryption_context: {app: a}, via: s3, from: 2026-01-01, until: "2026-06-01T02:00:00+02:00", mfa: true,
      source_vpce: vpce-1, request_alias: data, principal_tags: {team: [x, y]}, organization: o-exampleorgid,
      conditions: {stringequals: {kms:CallerAccount: "111122223333"}}}"""
    text = f"{NEW_KEY}users:\n  - principal: role/a\n    can: [decrypt]\n    when: {when}\n"
    assert load(text).users[0].when == When(
        encryption_context=(("app", ("a",)),),
        via=("s3",),
        since="2026-01-01T00:00:00Z",
        until="2026-06-01T00:00:00Z",
        source_vpce=("vpce-1",),
        mfa=True,
        request_alias=("alias/data",),
        principal_tags=(("team", ("x", "y")),),
        organization=("o-exampleorgid",),
        conditions=(Condition("StringEquals", "kms:CallerAccount", ("111122223333",)),),
    )


def test_services_by_short_name(load: Load) -> None:
    """A service may be a short name alone; it comes out as its id of the catalogue."""
    assert [use.service for use in load(f"{NEW_KEY}services: [logs, {{service: cloudwatch-logs}}]\n").services] == [
        "cloudwatch-logs"
    ] * 2


def test_grants_to_services(load: Load) -> None:
    """A grant to an AWS service says so, for its grantee and for its retiring principal."""
    line = """{name: g, grantee: logs.amazonaws.com, operations: [decrypt], retiring_principal: logs.amazonaws.com,
      constraints: {source_arn: "arn:aws:logs:us-west-2:111122223333:log-group:x", encryption_context_subset: {a: b}}}"""
    grant = load(f"{NEW_KEY}grants:\n  - {line}\n").grants[0].grant
    assert (grant.grantee, grant.grantee_is_service, grant.retiring, grant.retiring_is_service) == (
        "logs.amazonaws.com",
        True,
    ) * 2
    assert grant.operations == ("Decrypt",)
    assert grant.constraints.encryption_context_subset == (("a", "b"),)


def test_never_takes_patterns_and_words(load: Load) -> None:
    """`never` takes patterns of actions and words whatever the key's type, and each principal is a line."""
    lines = load(f'{NEW_KEY}never:\n  - {{principal: [role/a, role/b], actions: ["kms:Re*Key", sign]}}\n').never
    assert [line.principal.rpartition("/")[2] for line in lines] == ["a", "b"]
    assert lines[0].actions == ("kms:ReplicateKey", "kms:Sign")


def test_guard_rails_for_some(load: Load) -> None:
    """A guard rail may spare principals, and may deny some only."""
    lines = load(
        f"{NEW_KEY}guardrails:\n  - deny-delete: {{except: role/x}}\n  - deny-lockout-bypass: {{for: [role/y]}}\n"
    ).guardrails
    assert [(line.name, line.exceptions, line.principals) for line in lines] == [
        ("deny-delete", ("arn:aws:iam::111122223333:role/x",), ()),
        ("deny-lockout-bypass", (), ("arn:aws:iam::111122223333:role/y",)),
    ]

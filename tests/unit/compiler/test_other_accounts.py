"""Keys that keep their key policies, and the half of another account than the key's."""

from __future__ import annotations

import pytest

from kmsgen.errors import InputError
from tests.unit.compiler.compiling import compile_text, identity

KEY = "arn:aws:kms:us-west-2:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"
HEAD = 'kmsgen: 1\nname: t\nscope: {account: "ACCOUNT", regions: [us-west-2]}\nkeys: ["' + KEY + '"]\nkey_policy: keep\n'
ROLE = "arn:aws:iam::111122223333:role/app"


@pytest.mark.parametrize(("account", "principal"), [("111122223333", "role/app"), ("444455556666", ROLE)])
def test_the_half_of_the_principals_account_is_written(account: str, principal: str) -> None:
    """Whosever the file is, the principal gets an IAM policy for the key, and a note tells what the key's account must do."""
    found = compile_text(f"{HEAD.replace('ACCOUNT', account)}users: [{{principal: '{principal}', can: [decrypt, view]}}]")
    (statement,) = identity(found, ROLE)
    assert statement["Resource"] == KEY
    assert statement["Action"] == ["kms:Decrypt", "kms:DescribeKey", "kms:GetKeyRotationStatus", "kms:ListGrants"]
    assert {note.code for note in found.notes} == {"needs-other-half", "left-at-home"}


def test_what_cannot_be_called_from_another_account_is_refused() -> None:
    """Most of what runs a key is for its own account only."""
    with pytest.raises(InputError, match="cross-account-action"):
        compile_text(f"{HEAD.replace('ACCOUNT', '111122223333')}users: [{{principal: role/app, can: [kms:PutKeyPolicy]}}]")


@pytest.mark.parametrize(
    "keys", ['"*"', '["arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"]\nkey_policy: keep']
)
def test_what_is_not_known_of_a_key_policy_that_stays_is_told(keys: str) -> None:
    """It may let in by itself whom `never` rules out: the proof is about what is written here."""
    head = f'kmsgen: 1\nname: t\nscope: {{account: "111122223333", regions: [us-west-2]}}\nkeys: {keys}\n'
    never = "never: [{principal: role/x, actions: [kms:Encrypt]}]\n"
    found = compile_text(f"{head}users: [{{principal: role/x, can: [decrypt]}}]\n{never}")
    assert {note.code for note in found.notes} == {"needs-delegation", "never-of-iam-alone"}


def test_a_deny_needs_nothing_of_a_key_policy() -> None:
    """Denies have their effect whatever the key policies say, so nothing is taken for granted of these."""
    found = compile_text(
        'kmsgen: 1\nname: t\nscope: {account: "111122223333"}\nkeys: "*"\nguardrails: [{deny-delete: {for: [role/app]}}]\n'
    )
    assert found.notes == ()


# --- services -----------------------------------------------------------------------------------------------------------


def test_who_uses_the_key_through_a_service_gets_its_half() -> None:
    """The IAM policy is as the key policy would say it, with the resources of the consumer's own account."""
    line = "{service: ssm, principals: {reader: role/app}, variables: {name: x}}"
    (statement,) = identity(compile_text(f"{HEAD.replace('ACCOUNT', '111122223333')}services: [{line}]"), ROLE)
    assert (statement["Resource"], statement["Action"]) == (KEY, "kms:Decrypt")
    held = {"StringLike": {"kms:EncryptionContext:PARAMETER_ARN": "arn:aws:ssm:us-west-2:111122223333:parameter/x"}}
    assert statement["Condition"] == held


def test_what_the_service_itself_needs_of_a_key_policy_that_stays_is_told() -> None:
    """With the line that says it where the key policy is written; nothing is told of conditions that are not written here."""
    line = "{service: athena-managed-results, principals: {user: role/app}, when: {via: [athena]}}"
    found = compile_text(f"{HEAD.replace('ACCOUNT', '111122223333')}services: [{line}]")
    (note,) = (note for note in found.notes if note.code == "needs-key-policy")
    assert "Decrypt, GenerateDataKey, DescribeKey" in note.message
    assert '`{service: athena-managed-results, source_account: "111122223333"}`' in note.hint
    assert {note.code for note in found.notes} == {"needs-other-half", "needs-key-policy"}


def test_a_service_that_acts_for_callers_alone_takes_nothing_for_granted_of_itself() -> None:
    """Nothing of it stands in a key policy beside what its principals need."""
    found = compile_text(f"{HEAD.replace('ACCOUNT', '111122223333')}services: [{{service: rds, principals: role/app}}]")
    assert "needs-key-policy" not in {note.code for note in found.notes}


def test_resources_for_what_the_service_does_itself_are_refused_there() -> None:
    """No statement that is written could name them."""
    line = "{service: glue, principals: {user: role/app}, resources: ['arn:aws:logs:us-west-2:111122223333:log-group:x']}"
    with pytest.raises(InputError, match="service-"):
        compile_text(f"{HEAD.replace('ACCOUNT', '111122223333')}services: [{line}]")

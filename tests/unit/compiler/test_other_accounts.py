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


def test_a_deny_needs_nothing_of_a_key_policy() -> None:
    """Denies have their effect whatever the key policies say, so nothing is taken for granted of these."""
    found = compile_text(
        'kmsgen: 1\nname: t\nscope: {account: "111122223333"}\nkeys: "*"\nguardrails: [{deny-delete: {for: [role/app]}}]\n'
    )
    assert found.notes == ()

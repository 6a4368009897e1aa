"""Notes on who else decides whether an access is had."""

from __future__ import annotations

from tests.unit.compiler.compiling import Compile


def test_a_whole_foreign_account_gets_no_iam_policy_from_here(compiled: Compile) -> None:
    """The other account decides who of it uses the key; a note says so."""
    found = compiled("users: [{principal: account/444455556666, can: [decrypt]}]")
    assert "arn:aws:iam::444455556666:root" not in found.bundle.principals
    assert "other-half" in {note.code for note in found.notes}


def test_without_an_account_line_a_note_suggests_one(compiled: Compile) -> None:
    """The key then depends on its administrators existing."""
    assert "no-recovery" in {note.code for note in compiled("").notes}
    found = compiled("", admin="admins: [role/Admin, {principal: account, can: [change-policy]}]\n")
    assert "no-recovery" not in {note.code for note in found.notes}

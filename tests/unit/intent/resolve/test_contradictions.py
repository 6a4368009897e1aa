"""Parts of an intent that contradict each other, told with where the other part stands, or where it is said instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmsgen.errors import InputError
from kmsgen.intent.load import load_intent

HEAD = 'kmsgen: 1\nname: a\nscope: {account: "111122223333", regions: [us-west-2]}\n'
NEW = "key: {alias: a}\nadmins: [role/Admin]\n"
GRANT = "grants: [{name: g, grantee: role/x, operations: [Decrypt]}]\n"
KEY = "arn:aws:kms:us-west-2:{}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def hints(path: Path) -> list[str]:
    """Return the hints on what is wrong with an intent."""
    with pytest.raises(InputError) as caught:
        load_intent(path)
    return [one.hint for one in caught.value.diagnostics]


def test_a_name_given_twice_is_told_with_the_file_of_the_first(tmp_path: Path) -> None:
    """A line of a base and one of the file that extends it may stand in lines of one number."""
    (tmp_path / "base.yaml").write_text(GRANT)
    (tmp_path / "intent.yaml").write_text(f"{HEAD}{NEW}extends: base.yaml\n{GRANT}")
    assert hints(tmp_path / "intent.yaml") == [f"the first is at {tmp_path / 'base.yaml'}:1:10"]


@pytest.mark.parametrize(("account", "where"), [("444455556666", "in account 444455556666"), ("111122223333", "list the keys")])
def test_what_needs_a_key_policy_is_told_where_it_is_said(account: str, where: str, tmp_path: Path) -> None:
    """Of a key that keeps its key policy: what an AWS service does itself, and grants."""
    text = f'{HEAD}keys: ["{KEY.format(account)}"]\nkey_policy: keep\nservices: [{{service: ssm}}, {{service: logs}}]\n{GRANT}'
    (tmp_path / "intent.yaml").write_text(text)
    services, grants = hints(tmp_path / "intent.yaml")
    assert "as `principals`: creator, writer, reader" in services
    assert (where in services, where in grants) == (True, True)

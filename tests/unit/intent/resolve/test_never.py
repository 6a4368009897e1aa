"""The lines of `never`."""

from __future__ import annotations

import pytest

from kmsgen.errors import InputError
from tests.unit.intent.conftest import NEW_KEY, Load


def test_never_takes_patterns_and_words(load: Load) -> None:
    """`never` takes patterns of actions and words whatever the key's type, and each principal is a line."""
    lines = load(f'{NEW_KEY}never:\n  - {{principal: [role/a, role/b], actions: ["kms:Re*Key", sign]}}\n').never
    assert [line.principal.rpartition("/")[2] for line in lines] == ["a", "b"]
    assert lines[0].actions == ("kms:ReplicateKey", "kms:Sign")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("organization", "organization/o-exampleorgid"),
        ("organization/o-otherorgid01", "organization/o-otherorgid01"),
        ("organization/o-otherorgid01/r-ab12/ou-ab12-11111111", "organization/o-otherorgid01/r-ab12/ou-ab12-11111111"),
    ],
)
def test_never_takes_organizations(load: Load, written: str, meant: str) -> None:
    """`never` may be about everybody of an organization, or of a unit of one."""
    scope = 'kmsgen: 1\nname: x\nscope: {account: "111122223333", regions: [us-west-2], organization: o-exampleorgid}\n'
    lines = load(f"{scope}key: {{alias: a}}\nadmins: [role/a]\nnever: [{{principal: {written}, actions: sign}}]\n").never
    assert [line.principal for line in lines] == [meant]


def test_never_needs_to_know_the_organization(load: Load) -> None:
    """`organization` alone is that of the scope."""
    with pytest.raises(InputError, match="organization-missing"):
        load(f"{NEW_KEY}never: [{{principal: organization, actions: sign}}]\n")

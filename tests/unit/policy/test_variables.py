"""The policy variables of a text."""

from __future__ import annotations

import pytest

from kmsgen.policy.variables import variables_in


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", ()),
        ("arn:aws:iam::*:role/x", ()),
        ("${aws:PrincipalTag/team}-*", ("aws:PrincipalTag/team",)),
        ("${ aws:username }", ("aws:username",)),
        ("${aws:PrincipalTag/team, 'none'}", ("aws:PrincipalTag/team",)),
        ("${aws:userid}/${aws:username}", ("aws:userid", "aws:username")),
        ("${*}${?}${$}", ()),
        ("${aws:userid", ()),
        ("$aws:userid}", ()),
        ("${a{b}", ()),
    ],
)
def test_the_keys_that_variables_name_are_told_in_their_order(text: str, keys: tuple[str, ...]) -> None:
    """A default counts for nothing, escapes and what is left open name none."""
    assert variables_in(text) == keys

"""Policy variables."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kmsgen.authorizer.language.open_value import OpenValue
from kmsgen.authorizer.language.variables import Missing, PolicyText, Resolved, Variable, parse_policy_text, resolve
from kmsgen.authorizer.language.wildcards import Wild

TAKEN_APART = [
    ("a${aws:username}b", ("a", Variable("aws:username"), "b")),
    ("${AWS:UserName}", (Variable("aws:username"),)),
    ("${aws:PrincipalTag/team, 'none'}", (Variable("aws:principaltag/team", "none"),)),
    ("${*}${?}${$}", ("*", "?", "$")),
    ("a*", ("a", Wild.MANY)),
]


def parsed(text: str) -> PolicyText:
    """Take a text apart, with variables and wildcards."""
    return parse_policy_text(text, variables=True, wildcards=True)


def values(**told: tuple[str, ...]) -> Callable[[str], tuple[str, ...] | OpenValue | None]:
    """Return what looks up `aws:NAME`."""
    return lambda key: told.get(key.removeprefix("aws:"))


@pytest.mark.parametrize(("text", "pieces"), TAKEN_APART)
def test_a_text_holds_variables_escapes_and_wildcards(text: str, pieces: tuple[object, ...]) -> None:
    """What is escaped is itself; a default stands in quotes."""
    assert parsed(text).pieces == pieces
    assert not parsed(text).malformed


@pytest.mark.parametrize("text", ["${", "${}", "${username}", "${aws:a", "${${aws:a}}", "${aws:a, none}", "x${aws:a}${"])
def test_what_begins_as_a_variable_and_is_none_is_not_evaluated(text: str) -> None:
    """AWS tells nothing of it: what it matches is open."""
    assert parsed(text).malformed
    assert resolve(parsed(text), values(a=("v",)), lambda _key: False) is None


def test_without_variables_a_text_is_literal() -> None:
    """In policies before version 2012-10-17."""
    assert parse_policy_text("${aws:a}", variables=False, wildcards=False).pieces == ("${aws:a}",)


def test_a_value_is_put_in_literally() -> None:
    """A wildcard in it is a character; only where a reading takes it for one does it count."""
    found = resolve(parsed("a/${aws:a}"), values(a=("x*",)), lambda _key: False)
    assert found == Resolved(("a/", "x*"), ("a/", "x", Wild.MANY))


def test_a_variable_without_a_value_matches_nothing_but_for_its_default() -> None:
    """A key of several values is no variable at all."""
    assert resolve(parsed("${aws:a}"), values(), lambda _key: False) == Missing()
    found = resolve(parsed("${aws:a, 'd'}"), values(), lambda _key: False)
    assert isinstance(found, Resolved)
    assert found.pieces == ("d",)
    assert resolve(parsed("${aws:a}"), values(a=("x", "y")), lambda _key: False) is None
    assert resolve(parsed("${aws:a}"), values(a=("x",)), lambda _key: True) is None


@pytest.mark.parametrize(("text", "early"), [("arn:${aws:a}:*", True), ("arn:aws:kms:r:1:key/${aws:a}", False), ("*", False)])
def test_a_resource_may_vary_behind_the_fifth_colon_only(text: str, *, early: bool) -> None:
    """Before it a variable is not allowed."""
    assert parsed(text).early is early

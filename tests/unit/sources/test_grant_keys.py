"""The key of a grant."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.errors import InputError
from kmsgen.reading import parse
from kmsgen.sources.grant_keys import check_asked_key, grant_on, key_among, told_key

KEY, OTHER = (f"arn:aws:kms:us-west-2:111122223333:key/{name}" for name in ("a", "b"))
SOURCE = parse('{"KeyId": "a"}', "grants.json")


def codes(error: InputError) -> list[str]:
    """Return the codes of an error."""
    return [one.code for one in error.diagnostics]


@pytest.mark.parametrize(("told", "arns", "key"), [(None, [KEY], KEY), ("a", [KEY, OTHER], KEY), (OTHER, [KEY, OTHER], OTHER)])
def test_a_grant_is_on_the_key_that_it_names_or_on_the_only_one(told: str | None, arns: list[str], key: str) -> None:
    """By an ARN or an id."""
    assert key_among(told, arns, SOURCE.where) == key


@pytest.mark.parametrize(
    ("told", "arns", "code"), [("c", [KEY, OTHER], "other-key"), ("b", [KEY], "other-key"), (None, [KEY, OTHER], "unknown-key")]
)
def test_no_key_of_a_grant_is_guessed(told: str | None, arns: list[str], code: str) -> None:
    """One that is not there, or that may be several, is refused."""
    with pytest.raises(InputError) as caught:
        key_among(told, arns, SOURCE.where)
    assert codes(caught.value) == [code]


def test_a_key_id_is_a_text() -> None:
    """Anything else is refused at its place; without one nothing is told."""
    assert told_key({}, SOURCE.where) is None
    with pytest.raises(InputError) as caught:
        told_key({"KeyId": 1}, SOURCE.where)
    assert str(caught.value.diagnostics[0].location) == "grants.json:1:11"


def test_a_grant_on_another_key_is_not_read_as_one_on_this() -> None:
    """Its operations would be given on a key that it is not for."""
    data: dict[str, Any] = {"GranteePrincipal": "arn:aws:iam::111122223333:role/app", "Operations": ["Decrypt"]}
    assert grant_on(KEY, {**data, "KeyId": "a"}, SOURCE.where).operations == ("Decrypt",)
    with pytest.raises(InputError) as caught:
        grant_on(OTHER, {**data, "KeyId": "a"}, SOURCE.where)
    assert codes(caught.value) == ["other-key"]


@pytest.mark.parametrize(("resource", "refused"), [(KEY, False), ("a", False), (OTHER, True)])
def test_a_request_for_a_grant_names_its_resource(resource: str, refused: bool) -> None:  # noqa: FBT001
    """KeyId and resource are one key."""
    if not refused:
        check_asked_key(resource, {"KeyId": KEY}, SOURCE.where)
        return
    with pytest.raises(InputError) as caught:
        check_asked_key(resource, {"KeyId": KEY}, SOURCE.where)
    assert codes(caught.value) == ["other-key"]

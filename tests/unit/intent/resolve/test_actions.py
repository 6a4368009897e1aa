"""How actions are named; what is no action has its case in tests/cases/intent/invalid."""

from __future__ import annotations

import pytest

from tests.unit.intent.conftest import NEW_KEY, Refused

WORDS = "say it in capability words, such as `decrypt`, `sign`, `view`; who runs the key stands under `admins`, without `can`"


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("kms:ReEncrypt*", "name them: kms:ReEncryptFrom, kms:ReEncryptTo"),
        ("kms:*", WORDS),
        ("kms:Nothing*", "name each action in full"),
        ("*", "name each action in full"),
    ],
)
def test_a_pattern_of_actions_has_another_way_to_say_it(pattern: str, hint: str, refused: Refused) -> None:
    """The actions of a narrow pattern are named; for a wide one there are words, and not the first of sixty names."""
    (found,) = refused(f"{NEW_KEY}users: [{{principal: role/a, can: ['{pattern}']}}]\n")
    assert (found.code, found.hint) == ("action-wildcard", hint)


def test_words_that_fit_are_those_that_the_key_takes(refused: Refused) -> None:
    """What the origin of the key or its one Region rules out is no advice: the next run would refuse it."""
    (found,) = refused(f"{NEW_KEY}users: [{{principal: role/a, can: [sign]}}]\n")
    words = found.hint.removeprefix("it can: ").split(", ")
    assert {"decrypt", "rotate", "view"} <= set(words)
    assert not {"import-material", "replicate", "sign"} & set(words)

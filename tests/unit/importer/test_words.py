"""Capability words for actions."""

from __future__ import annotations

import pytest

from kmsgen.catalogue.capabilities import CAPABILITIES, actions_of
from kmsgen.catalogue.condition_keys import FOR_AWS_RESOURCE
from kmsgen.importer.words import word_for_aws, words_of
from kmsgen.policy.document import Condition

KIND = "symmetric"
MFA = Condition("Bool", "aws:MultiFactorAuthPresent", ("true",))


def meant(*words: str) -> tuple[str, ...]:
    """Return the actions that words mean on a symmetric key."""
    return tuple(dict.fromkeys(action for word in words for action in actions_of(word, KIND)))


@pytest.mark.parametrize("words", [("decrypt",), ("encrypt", "decrypt"), ("decrypt", "view"), ("schedule-deletion",)])
def test_words_are_found_for_what_they_mean(words: tuple[str, ...]) -> None:
    """As few as say it."""
    wanted = meant(*words)
    assert wanted
    assert set(words_of(wanted, KIND, wanted)) == set(words)


def test_what_no_word_covers_stands_as_an_action() -> None:
    """A word that means more is never taken."""
    many = next(row.word for row in CAPABILITIES.values() if len(meant(row.word)) > 1 and not row.conditions)
    one = meant(many)[0]
    found = words_of((one,), KIND, meant(many))
    assert many not in found
    assert set(meant(*(word for word in found if word in CAPABILITIES))) | {name for name in found if ":" in name} == {one}


def test_a_word_with_a_condition_takes_it_along() -> None:
    """use-grants is kms:CreateGrant for AWS resources."""
    wanted = meant("use-grants")
    assert word_for_aws(wanted, (FOR_AWS_RESOURCE, MFA), KIND) == ("use-grants", (MFA,))
    assert word_for_aws(wanted, (MFA,), KIND) is None
    assert word_for_aws(("kms:Decrypt",), (FOR_AWS_RESOURCE,), KIND) is None

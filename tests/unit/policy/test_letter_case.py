"""Letter case: of ASCII letters it is ignored, of others it is open (P15)."""

from __future__ import annotations

from string import ascii_letters

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmsgen.policy.letter_case import folded, loosely_folded, near, spellings

FAR = [("\u212a", "k"), ("\u017f", "s"), ("\u0131", "i"), ("\u0130", "i"), ("\u00c9", "\u00e9"), ("\u03c2", "\u03a3")]


@given(st.text(alphabet=ascii_letters + "0-_:/"))
def test_the_case_of_ascii_is_ignored(text: str) -> None:
    """Texts of ASCII are alike in whichever case they are written."""
    assert folded(text.upper()) == folded(text.lower()) == text.lower()


@pytest.mark.parametrize(("one", "other"), FAR)
def test_other_letters_are_alike_loosely_only(one: str, other: str) -> None:
    """Letters that some rule of Unicode takes for one are two, and may be one."""
    assert folded(one) != folded(other)
    assert loosely_folded(one) == loosely_folded(other)
    assert other not in spellings(one)
    assert other in near(one)


@given(st.characters(max_codepoint=0x2FFFF), st.characters(max_codepoint=0x2FFFF))
def test_no_rule_of_unicode_for_one_character_is_forgotten(one: str, other: str) -> None:
    """What is equal in lower case, in upper case or folded, is alike loosely."""
    if one.lower() == other.lower() or one.upper() == other.upper() or one.casefold() == other.casefold():
        assert loosely_folded(one) == loosely_folded(other)


@given(st.characters(max_codepoint=0x2FFFF))
def test_spellings_are_what_folds_alike(character: str) -> None:
    """The spellings of a character are those that fold as it does; those near it, those that fold so loosely."""
    assert {folded(one) for one in spellings(character)} == {folded(character)}
    assert {loosely_folded(one) for one in near(character)} == {loosely_folded(character)}
    assert set(spellings(character)) <= set(near(character))


@given(st.text())
def test_a_text_folded_loosely_is_as_long(text: str) -> None:
    """Folding loosely goes character by character, so that what stands around a variable can be cut off."""
    assert len(loosely_folded(text)) == len(text)

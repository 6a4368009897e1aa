"""Shell words, as a real shell reads them."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmsgen.render.text.shell import quote
from tests.unit.render.texts import NASTY


def read_by_sh(words: list[str]) -> list[bytes]:
    """Return what `sh` takes the quoted words for."""
    script = "printf '%s\\0' " + " ".join(map(quote, words))
    done = subprocess.run(["sh", "-efu"], input=script.encode(), capture_output=True, check=True, timeout=30)
    return done.stdout.split(b"\0")[:-1]


def test_a_shell_reads_every_nasty_text_as_itself() -> None:
    """Nothing is expanded, run or split."""
    words = [text for text in NASTY if "\0" not in text]
    assert read_by_sh(words) == [word.encode() for word in words]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1, max_size=30))
def test_a_shell_reads_any_text_as_itself(words: list[str]) -> None:
    """Whatever the text, the shell's word is the text."""
    assert read_by_sh(words) == [word.encode() for word in words]


def test_a_nul_is_refused() -> None:
    """No shell word can hold a NUL."""
    with pytest.raises(ValueError, match="NUL"):
        quote("a\0b")

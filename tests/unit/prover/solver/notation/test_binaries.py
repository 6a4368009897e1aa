"""Binaries as texts of base64."""

from __future__ import annotations

import base64

import pytest

from kmsgen.prover.solver.notation.binaries import binary, overfilled, spellings
from kmsgen.prover.solver.terms import Terms

TERMS = Terms()


@pytest.mark.parametrize(("meant", "count"), [(b"", 1), (b"A", 16), (b"AB", 4), (b"ABC", 1)])
def test_a_binary_has_every_spelling_that_means_it(meant: bytes, count: int) -> None:
    """Bits that are not looked at may be anything."""
    found = spellings(meant)
    assert len(set(found)) == count
    assert {base64.b64decode(text) for text in found} == {meant}
    assert all(TERMS.inside(text, binary(TERMS)) for text in found)


@pytest.mark.parametrize(
    ("text", "means", "too_much"), [("QUJD=", False, True), ("QUJD==", False, True), ("Q", False, False), ("Q=Q=", False, False)]
)
def test_what_is_filled_up_too_much_hangs_on_who_reads_it(text: str, means: bool, too_much: bool) -> None:  # noqa: FBT001
    """What is no base64 means nothing."""
    assert TERMS.inside(text, binary(TERMS)) is means
    assert TERMS.inside(text, overfilled(TERMS)) is too_much

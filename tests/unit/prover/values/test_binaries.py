"""Cells of base64 texts."""

from __future__ import annotations

import base64
import itertools

import pytest

from kmsgen.prover.values.binaries import cells


@pytest.mark.parametrize(("text", "spellings"), [("QQ==", 16), ("QUI=", 4), ("QUJD", 1)])
def test_a_cell_holds_every_spelling_of_one_binary(text: str, spellings: int) -> None:
    """Bits of the last group that mean nothing may be anything."""
    first, *_ = cells([text])
    found = list(first)
    assert (found[0], len(set(found)), len(found)) == (text, spellings, spellings)
    assert {base64.b64decode(one) for one in found} == {base64.b64decode(text)}


def test_binaries_that_are_not_named_have_a_cell() -> None:
    """None of its texts means one that is."""
    *named, rest = cells(["", "AA==", "AB==", "no base64"])
    assert len(named) == 2
    others = {base64.b64decode(one) for one in itertools.islice(rest, 8)}
    assert others.isdisjoint({b"", b"\0"})
    assert len(others) == 8

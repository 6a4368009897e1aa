"""Binaries as texts of base64: those that mean one, and the spellings of each."""

from __future__ import annotations

import base64

from kmsgen.prover.solver.notation.languages import one_of
from kmsgen.prover.solver.terms import Language, Terms, once

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_UNUSED = {1: 4, 2: 2}
"""Bits of the last letter that are not looked at, by the number of bytes in the last group."""


@once
def binary(terms: Terms) -> Language:
    """Return the texts that mean a binary: groups of four, the last one perhaps filled up."""
    letter, end = one_of(terms, _ALPHABET), terms.exactly("=")
    last = terms.either([terms.sequence([letter, letter, letter, end]), terms.sequence([letter, letter, end, end])])
    return terms.sequence([terms.repeated(_group(terms)), terms.perhaps(last)])


@once
def overfilled(terms: Terms) -> Language:
    """Return whole groups with more behind them than there is to fill: what that means hangs on who reads it."""
    group, end = _group(terms), terms.exactly("=")
    return terms.sequence([group, terms.repeated(group), end, terms.repeated(end)])


def _group(terms: Terms) -> Language:
    return terms.sequence([one_of(terms, _ALPHABET)] * 4)


def spellings(meant: bytes) -> tuple[str, ...]:
    """Return the texts that mean one binary."""
    text = base64.b64encode(meant).decode()
    unused = _UNUSED.get(len(meant) % 3, 0)
    body = text.rstrip("=")
    first = _ALPHABET.index(body[-1]) if unused else 0
    last = [_ALPHABET[first + rest] for rest in range(1 << unused)] if unused else []
    return tuple(body[:-1] + letter + text[len(body) :] for letter in last) or (text,)

"""Patterns that hold undecided texts, compared with a text that may be undecided too.

Without undecided texts a pattern is a regular language. With them it is said place by place, as the authorizer compares: the run
before the first `*` at the start, the one behind the last at the end, those between from left to right each at its first place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kmsgen.authorizer.language.wildcards import Wild
from kmsgen.prover.problem import OutsideError
from kmsgen.prover.solver.notation.languages import wildcards
from kmsgen.prover.solver.terms import Formula, Number, Terms, Text

Piece = Text | Wild
"""A run of characters, an undecided text, or a wildcard."""


def is_fixed(pieces: Iterable[Piece]) -> bool:
    """Return whether a pattern holds no undecided text."""
    return all(isinstance(piece, str | Wild) for piece in pieces)


def takes(terms: Terms, pieces: Sequence[Piece], text: Text) -> Formula:
    """Say that a pattern takes a text. Raises OutsideError."""
    if not any(isinstance(piece, Wild) for piece in pieces):
        return terms.equal(text, terms.joined(pieces))
    if is_fixed(pieces):
        return terms.inside(text, wildcards(terms, pieces))
    first, *others = _runs(pieces)
    if not others:
        return terms.every([terms.as_many(terms.length(text), _length(terms, first)), *_placed(terms, first, text, 0)])
    return terms.every(_between_ends(terms, text, first, others[:-1], others[-1]))


def _runs(pieces: Iterable[Piece]) -> list[list[Piece]]:
    runs: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece is Wild.MANY:
            runs.append([])
        else:
            runs[-1].append(piece)
    return runs


def _holds_one(run: Iterable[Piece]) -> bool:
    return any(piece is Wild.ONE for piece in run)


def _length(terms: Terms, run: Iterable[Piece]) -> Number:
    return terms.sum(1 if isinstance(piece, Wild) else terms.length(piece) for piece in run)


def _placed(terms: Terms, run: Iterable[Piece], text: Text, at: Number) -> Iterator[Formula]:
    """Say that a run stands in a text at a place, which leaves room for it."""
    for piece in run:
        if not isinstance(piece, Wild):
            yield terms.equal(terms.part(text, at, terms.length(piece)), piece)
        at = terms.sum([at, 1 if isinstance(piece, Wild) else terms.length(piece)])


def _between_ends(
    terms: Terms, text: Text, first: Sequence[Piece], middle: Sequence[Sequence[Piece]], last: Sequence[Piece]
) -> Iterator[Formula]:
    start, whole = _length(terms, first), terms.length(text)
    end = terms.less(whole, _length(terms, last))
    yield terms.at_most(start, end)
    if _holds_one(first) or _holds_one(last):
        yield from _placed(terms, first, text, 0)
        yield from _placed(terms, last, text, end)
    else:
        yield terms.starts(text, terms.joined(first))
        yield terms.ends(text, terms.joined(last))
    if all(is_fixed(run) for run in middle):
        if any(middle):
            pieces = [piece for run in middle for piece in (Wild.MANY, *run)]
            yield terms.inside(terms.part(text, start, terms.less(end, start)), wildcards(terms, [*pieces, Wild.MANY]))
        return
    for run in middle:
        if _holds_one(run):
            raise OutsideError("a `?` and a policy variable stand between two `*`")
        found = terms.find(text, terms.joined(run), start)
        yield terms.at_most(0, found)
        start = terms.sum([found, terms.length(terms.joined(run))])
        yield terms.at_most(start, end)

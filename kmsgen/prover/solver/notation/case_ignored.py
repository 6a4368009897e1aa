"""Texts compared without their case, as formulas.

A known text is a language: that of its spellings, and that of the texts that it may be (P15). Two undecided texts are the same
where their lower case is in ASCII; whether they may be so beyond it is told only roughly.
"""

from __future__ import annotations

from collections.abc import Sequence

from kmsgen.prover.solver.notation.globs import Piece
from kmsgen.prover.solver.notation.languages import in_any_case, nearly
from kmsgen.prover.solver.readings import TestAnswer
from kmsgen.prover.solver.script import Script
from kmsgen.prover.solver.terms import Formula, Terms, Text


def equals_in_any_case(script: Script, pieces: Sequence[Piece], text: Text) -> TestAnswer:
    """Compare texts without their case."""
    terms = script.terms
    wanted = terms.joined(pieces)
    for fixed, other in ((wanted, text), (text, wanted)):
        if isinstance(fixed, str):
            return TestAnswer(
                terms.inside(other, in_any_case(terms, fixed)), terms.negate(terms.inside(other, nearly(terms, fixed)))
            )
    rough = terms.negate(terms.every(_has_simple_case(terms, one) for one in (text, wanted)))
    perhaps = script.roughly(rough, "letters beyond ASCII are compared without their case").no
    same = terms.equal(terms.lower(text), terms.lower(wanted))
    other = terms.every([terms.negate(same), terms.some([terms.negate(rough), perhaps])])
    script.say(terms.some([other, _may_be_equal(terms, pieces, text, wanted)]))
    return TestAnswer(same, other)


def _has_simple_case(terms: Terms, text: Text) -> Formula:
    """Say that a text has no letters with a case but those of ASCII: CJK characters stand for all without."""
    simple = terms.either([terms.characters("\0", "\x7f"), terms.characters("\u4e00", "\u9fff")])
    return terms.inside(text, terms.repeated(simple))


def _may_be_equal(terms: Terms, pieces: Sequence[Piece], text: Text, wanted: Text) -> Formula:
    """Say what holds of texts that may be equal but for their case: the same length, and what is written in its place."""
    written = [nearly(terms, piece) if isinstance(piece, str) else terms.anything() for piece in pieces]
    return terms.every([terms.as_many(terms.length(text), terms.length(wanted)), terms.inside(text, terms.sequence(written))])

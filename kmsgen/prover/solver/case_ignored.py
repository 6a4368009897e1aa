"""Texts compared without their case, as formulas.

A known text is a language: that of its spellings. Two undecided texts are the same where their lower case is, which the solver
knows of ASCII; of letters beyond it is told only roughly.
"""

from __future__ import annotations

from collections.abc import Sequence

from kmsgen.prover.solver import readings
from kmsgen.prover.solver.globs import Piece
from kmsgen.prover.solver.languages import in_any_case, one_of
from kmsgen.prover.solver.readings import Answer
from kmsgen.prover.solver.script import Script
from kmsgen.prover.solver.terms import Formula, Terms, Text

_I_WITH_A_DOT = "\u0130\u0307"
"""Where the lower case of a letter is two characters, and the second of them."""


def equals_in_any_case(script: Script, pieces: Sequence[Piece], text: Text) -> Answer:
    """Compare texts without their case."""
    terms = script.terms
    wanted = terms.joined(pieces)
    for fixed, other in ((wanted, text), (text, wanted)):
        if isinstance(fixed, str):
            return readings.of(terms, terms.inside(other, in_any_case(terms, fixed)))
    rough = terms.negate(terms.every(_has_simple_case(terms, one) for one in (text, wanted)))
    perhaps = readings.of(terms, script.roughly(rough, "letters beyond ASCII are compared without their case").yes)
    same = readings.of(terms, terms.equal(terms.lower(text), terms.lower(wanted)))
    answer = readings.where(terms, rough, perhaps, same)
    script.say(terms.some([terms.negate(answer.yes), _may_be_equal(terms, pieces, text, wanted)]))
    return answer


def _has_simple_case(terms: Terms, text: Text) -> Formula:
    """Say that a text has no letters with a case but those of ASCII: CJK characters stand for all without."""
    simple = terms.either([terms.characters("\0", "\x7f"), terms.characters("\u4e00", "\u9fff")])
    return terms.inside(text, terms.repeated(simple))


def _may_be_equal(terms: Terms, pieces: Sequence[Piece], text: Text, wanted: Text) -> Formula:
    """Say what holds of texts that are equal but for their case: the same length, and what is written in its place.

    An i with a dot has two characters in lower case, so that a written i may be a part of one.
    """
    dotted = terms.sequence([terms.anything(), one_of(terms, _I_WITH_A_DOT), terms.anything()])
    length = [terms.as_many(terms.length(text), terms.length(wanted)), *(terms.inside(one, dotted) for one in (text, wanted))]
    written = [
        in_any_case(terms, piece) if isinstance(piece, str) and not piece.lower().endswith("i") else terms.anything()
        for piece in pieces
    ]
    return terms.every([terms.some(length), terms.inside(text, terms.sequence(written))])

"""Patterns of ARNs: six parts compared one by one, wildcards within each; a pattern of other parts decides nothing (S12).

Source: IAM User Guide, reference_policies_elements_condition_operators (ARN condition operators).
"""

from __future__ import annotations

from collections.abc import Sequence

from kmsgen.authorizer.language.wildcards import Wild
from kmsgen.prover.solver import readings
from kmsgen.prover.solver.notation.globs import Piece, is_fixed, takes
from kmsgen.prover.solver.notation.languages import outside, wildcards, with_colons
from kmsgen.prover.solver.readings import TestAnswer
from kmsgen.prover.solver.script import Script
from kmsgen.prover.solver.terms import Formula, Language, Terms, Text

PARTS = 6


def is_arn(terms: Terms, text: Text) -> Formula:
    """Say that a text has the five colons of an ARN."""
    return terms.inside(text, with_colons(terms, PARTS - 1))


def matched(script: Script, pieces: Sequence[Piece], text: Text) -> TestAnswer:
    """Return the answer of a pattern of the ARN operators to an ARN. Raises OutsideError."""
    terms = script.terms
    whole = takes(terms, pieces, text)
    answer = _by_parts(script, pieces, text, whole)
    undecided = [piece for piece in pieces if not isinstance(piece, str | Wild)]
    if not undecided:
        return answer
    for piece in _before_the_name(pieces):
        another_part = terms.inside(piece, with_colons(terms, 1))
        other = script.roughly(another_part, "a policy variable that may hold a colon stands within the parts of an ARN")
        answer = readings.where(terms, another_part, other, answer)
    return answer


def _by_parts(script: Script, pieces: Sequence[Piece], text: Text, whole: Formula) -> TestAnswer:
    terms = script.terms
    parts = split(pieces)
    if len(parts) != PARTS:
        return TestAnswer(yes=False, no=terms.negate(whole))
    if is_fixed(pieces):
        within = terms.inside(text, _language(terms, parts))
    else:
        within = terms.every(takes(terms, part, own) for part, own in zip(parts, parts_of(script, text), strict=True))
        within = terms.every([is_arn(terms, text), within])
    return TestAnswer(yes=within, no=terms.negate(within))


def split(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Split a pattern at its first five colons that are written."""
    parts: list[list[Piece]] = [[]]
    for piece in pieces:
        rest = piece
        while isinstance(rest, str) and ":" in rest and len(parts) < PARTS:
            head, _, rest = rest.partition(":")
            parts[-1] += [head] if head else []
            parts.append([])
        if not isinstance(rest, str) or rest:
            parts[-1].append(rest)
    return parts


def _before_the_name(pieces: Sequence[Piece]) -> list[Text]:
    """Return the undecided texts in which a colon would begin another part."""
    *before, last = split(pieces)
    parts = before if len(before) == PARTS - 1 else [*before, last]
    return [piece for part in parts for piece in part if not isinstance(piece, str | Wild)]


def _language(terms: Terms, parts: Sequence[Sequence[Piece]]) -> Language:
    found = []
    for number, part in enumerate(parts):
        found += [wildcards(terms, part, within="" if number == PARTS - 1 else ":"), terms.exactly(":")]
    return terms.sequence(found[:-1])


def parts_of(script: Script, text: Text) -> list[Text]:
    """Return the six parts of a text, as far as it has so many."""
    terms = script.terms
    if isinstance(text, str):
        found = text.split(":", PARTS - 1)
        return [*found, *[""] * (PARTS - len(found))]
    parts = [terms.text("part") for _ in range(PARTS)]
    narrow = terms.repeated(outside(terms, ":"))
    whole = terms.joined([piece for part in parts for piece in (":", part)][1:])
    told = [terms.equal(text, whole), *(terms.inside(part, narrow) for part in parts[:-1])]
    script.say(terms.some([terms.negate(is_arn(terms, text)), terms.every(told)]))
    return parts

"""Texts of policies with their variables put in: as they are, and with the wildcards in a variable's value counting (P5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from kmsgen.authorizer.language.variables import PolicyText, Variable
from kmsgen.authorizer.language.wildcards import Wild, pieces_of
from kmsgen.prover.solver import readings
from kmsgen.prover.solver.notation.globs import Piece
from kmsgen.prover.solver.readings import TestAnswer
from kmsgen.prover.solver.script import Script
from kmsgen.prover.solver.terms import Formula, Terms, Text


class Value(NamedTuple):
    """What a condition key holds that a variable names: whether there is a value, whether several, and the first of them.

    `wild` tells whether it holds a wildcard.
    """

    there: Formula
    several: Formula
    text: Text
    wild: Formula


ValueOf = Callable[[str], Value]
Match = Callable[[Sequence[Piece]], TestAnswer]
"""Tells how a pattern without variables meets what it is compared with."""


class _VariableReading(NamedTuple):
    """One way in which a variable can be read as a pattern: when it is so, and the pattern; `plain`: it is its text."""

    when: Formula
    pieces: Sequence[Piece]
    plain: bool = True


def compared(script: Script, template: PolicyText, value_of: ValueOf, match: Match, *, wild: bool) -> TestAnswer:
    """Return how a template meets what `match` compares with; `wild`: wildcards in the value of a variable may count."""
    if template.malformed:
        return readings.OPEN
    terms = script.terms
    values = {piece: value_of(piece.key) for piece in template.pieces if isinstance(piece, Variable)}
    answer = match(_joined(_text_of(terms, piece, values) for piece in template.pieces))
    if wild and values:
        answer = TestAnswer(answer.yes, terms.every([answer.no, _refused_as_pattern(script, template, values, match)]))
    for piece in reversed(template.pieces):
        if isinstance(piece, Variable):
            value = values[piece]
            if piece.default is None:
                answer = readings.where(terms, value.there, answer, readings.NO)
            answer = readings.where(terms, value.several, readings.OPEN, answer)
    return answer


def _text_of(terms: Terms, piece: Piece | Variable, values: Mapping[Variable, Value]) -> Piece:
    if not isinstance(piece, Variable):
        return piece
    value = values[piece]
    return value.text if piece.default is None else terms.choice(value.there, value.text, piece.default)


def _joined(parts: Iterable[Piece]) -> list[Piece]:
    """Return a pattern with runs of known characters joined."""
    found: list[Piece] = []
    for part in parts:
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        elif not (isinstance(part, str) and not part):
            found.append(part)
    return found


def _refused_as_pattern(script: Script, template: PolicyText, values: Mapping[Variable, Value], match: Match) -> Formula:
    """Say that a template does not match when wildcards in the values of its variables count, if it does not without."""
    terms = script.terms
    refused = []
    for chosen in product(*(list(_ways(terms, piece, values)) for piece in template.pieces)):
        when = [way.when for way in chosen]
        if not all(way.plain for way in chosen):
            when.append(match(_joined(piece for way in chosen for piece in way.pieces)).no)
        refused.append(terms.every(when))
    other = terms.some(_is_pattern(terms, value) for value in values.values())
    if other is not False:
        refused.append(terms.every([other, script.roughly(other, "the value of a policy variable holds wildcards").no]))
    return terms.some(refused)


def _ways(terms: Terms, piece: Piece | Variable, values: Mapping[Variable, Value]) -> Iterator[_VariableReading]:
    if not isinstance(piece, Variable):
        yield _VariableReading(when=True, pieces=(piece,))
        return
    there, _, text, wild = values[piece]
    if piece.default is not None and there is not True:
        pieces = pieces_of(piece.default)
        yield _VariableReading(terms.negate(there), pieces, plain=not any(isinstance(one, Wild) for one in pieces))
    if isinstance(text, str):
        yield _VariableReading(there, pieces_of(text), plain=wild is False)
        return
    yield _VariableReading(terms.every([there, terms.negate(wild)]), (text,))
    if wild is not False:
        yield _VariableReading(terms.every([there, terms.equal(text, "*")]), (Wild.MANY,), plain=False)


def _is_pattern(terms: Terms, value: Value) -> Formula:
    """Say that a value holds wildcards and is more than a `*`."""
    if isinstance(value.text, str):
        return False
    return terms.every([value.there, value.wild, terms.negate(terms.equal(value.text, "*"))])

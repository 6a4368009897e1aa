"""Regular languages of the solver: wildcards, texts without their case, the shapes of condition keys."""

from __future__ import annotations

from collections.abc import Iterable

from kmsgen.authorizer.language.wildcards import Wild
from kmsgen.policy.letter_case import near, spellings
from kmsgen.prover.solver.terms import HIGHEST, Language, Terms, once
from kmsgen.prover.values.patterns import Pattern, PatternStep


def wildcards(terms: Terms, pieces: Iterable[str | Wild], *, within: str = "") -> Language:
    """Return what a pattern takes: `*` any run, `?` any one character; neither a character of `within`."""
    one = outside(terms, within) if within else terms.any_character()
    of = {Wild.MANY: terms.repeated(one) if within else terms.anything(), Wild.ONE: one}
    return terms.sequence([of[piece] if isinstance(piece, Wild) else terms.exactly(piece) for piece in pieces])


@once
def outside(terms: Terms, characters: str) -> Language:
    """Return every character but some. As ranges: of their complement the solver makes much more."""
    found = []
    first = "\0"
    for character in sorted(set(characters)):
        if first < character:
            found.append(terms.characters(first, chr(ord(character) - 1)))
        first = chr(ord(character) + 1)
    return terms.either([*found, terms.characters(first, HIGHEST)])


@once
def one_of(terms: Terms, characters: str) -> Language:
    """Return the language of some characters, as ranges."""
    ranges: list[list[str]] = []
    for character in sorted(set(characters)):
        if ranges and ord(ranges[-1][1]) + 1 == ord(character):
            ranges[-1][1] = character
        else:
            ranges.append([character, character])
    return terms.either(terms.characters(first, last) for first, last in ranges)


@once
def in_any_case(terms: Terms, text: str) -> Language:
    """Return the texts that are this one but for their case."""
    return terms.sequence([one_of(terms, spellings(character)) for character in text])


@once
def nearly(terms: Terms, text: str) -> Language:
    """Return the texts that may be this one but for their case, whatever AWS does beyond ASCII (P15)."""
    return terms.sequence([one_of(terms, near(character)) for character in text])


def shape(terms: Terms, pattern: Pattern) -> Language:
    """Return the language of a pattern: the texts that its steps take, one behind the other."""
    return terms.sequence([_step(terms, step) for step in pattern.steps])


def _step(terms: Terms, step: PatternStep) -> Language:
    if step.characters is None:
        return terms.anything() if step.loop else terms.any_character()
    taken = outside(terms, step.characters) if step.negated else one_of(terms, step.characters)
    return terms.repeated(taken) if step.loop else taken


@once
def holds_wildcard(terms: Terms) -> Language:
    """Return the texts that hold a `*` or a `?`."""
    return terms.sequence([terms.anything(), one_of(terms, "*?"), terms.anything()])


@once
def with_slash(terms: Terms) -> Language:
    """Return the texts that hold a slash."""
    return terms.sequence([terms.anything(), terms.exactly("/"), terms.anything()])


@once
def with_colons(terms: Terms, count: int) -> Language:
    """Return the texts that hold at least so many colons."""
    return terms.sequence([*([terms.anything(), terms.exactly(":")] * count), terms.anything()])

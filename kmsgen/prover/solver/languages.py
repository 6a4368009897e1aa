"""Regular languages of the solver: wildcards, texts without their case, the shapes of condition keys."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from kmsgen.authorizer.language.wildcards import Wild
from kmsgen.prover.problem import OutsideError
from kmsgen.prover.solver.terms import HIGHEST, Language, Terms, once
from kmsgen.prover.values.patterns import Pattern, Step

KELVIN = "\u212a"
"""The one character beyond ASCII whose lower case is a letter of ASCII."""
_DEPENDS_ON_NEIGHBOURS = set("\u03c3\u03c2\u0307")
"""Letters whose lower case depends on the letters around (final sigma), or that stand for half of one (i with a dot)."""


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
    """Return the texts that are this one but for their case. Raises OutsideError where a letter's case depends on others."""
    if _DEPENDS_ON_NEIGHBOURS & set(text.lower()):
        raise OutsideError(f"`{text}` is compared without its case, which depends on the letters beside each other")
    return terms.sequence([one_of(terms, cases(character)) for character in text])


def cases(character: str) -> str:
    """Return every character with the lower case of this one."""
    if character.isascii():
        return "".join({character.lower(), character.upper(), *(KELVIN if character in "kK" else "")})
    return _of_lower_case().get(character.lower(), character)


@lru_cache(maxsize=1)
def _of_lower_case() -> dict[str, str]:
    """Return, by lower case, the characters that have it."""
    found: dict[str, list[str]] = {}
    for code in range(ord(HIGHEST) + 1):
        found.setdefault(chr(code).lower(), []).append(chr(code))
    return {lower: "".join(characters) for lower, characters in found.items() if len(characters) > 1}


def shape(terms: Terms, pattern: Pattern) -> Language:
    """Return what the steps of a pattern take."""
    return terms.sequence([_step(terms, step, ignore_case=pattern.ignore_case) for step in pattern.steps])


def _step(terms: Terms, step: Step, *, ignore_case: bool) -> Language:
    if step.characters is None:
        return terms.anything() if step.loop else terms.any_character()
    if step.negated:
        taken = outside(terms, step.characters)
    else:
        taken = one_of(terms, "".join(map(cases, step.characters)) if ignore_case else step.characters)
    return terms.repeated(taken) if step.loop else taken


@once
def holds_wildcard(terms: Terms) -> Language:
    """Return the texts that hold a `*` or a `?`."""
    return terms.sequence([terms.anything(), one_of(terms, "*?"), terms.anything()])


@once
def with_colons(terms: Terms, count: int) -> Language:
    """Return the texts that hold at least so many colons."""
    return terms.sequence([*([terms.anything(), terms.exactly(":")] * count), terms.anything()])

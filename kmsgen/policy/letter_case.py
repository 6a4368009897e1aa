"""Letter case, where AWS ignores it: that of ASCII letters. Of other letters no page says, so it is open (P15).

Names that are equal only by the case of such letters (`Été` and `été`, the Kelvin sign and k) are two names. Values that are so
compare neither as equal nor as different.
Source: IAM User Guide, reference_policies_elements_condition_operators, reference_policies_elements_condition.
"""

from __future__ import annotations

from functools import lru_cache

_ASCII = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_BEYOND_ASCII = {"i": "\u0130\u0131", "k": "\u212a", "s": "\u017f"}
"""Letters beyond ASCII that some rule of Unicode takes for one of ASCII: i with and without a dot, Kelvin, the long s."""
_HIGHEST = 0x2FFFF


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Return a text with its ASCII letters in lower case: texts that are alike so are equal but for their case."""
    return text.lower() if text.isascii() else text.translate(_ASCII)


def loosely_folded(text: str) -> str:
    """Return a text of the same length that all have alike which are equal but for their case by some rule of Unicode."""
    return text.lower() if text.isascii() else "".join(map(_simple, text))


def spellings(character: str) -> str:
    """Return the characters that are the same but for their case."""
    return "".join(sorted({character, character.lower(), character.upper()})) if character.isascii() else character


def near(character: str) -> str:
    """Return the characters that may be the same but for their case, whichever rule holds."""
    lower = _simple(character)
    if lower.isascii():
        return spellings(lower) + _BEYOND_ASCII.get(lower, "")
    return _alike().get(lower, character)


@lru_cache(maxsize=4096)
def _simple(character: str) -> str:
    """Return one character for all that are alike by their lower or their upper case."""
    upper = character.upper()
    return (upper if len(upper) == 1 else character).lower()[0]


@lru_cache(maxsize=1)
def _alike() -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for character in map(chr, range(_HIGHEST + 1)):
        found.setdefault(_simple(character), []).append(character)
    return {lower: "".join(characters) for lower, characters in found.items() if len(characters) > 1}

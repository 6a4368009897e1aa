"""Hints that offer the words that were probably meant."""

from __future__ import annotations

from collections.abc import Iterable

_NEAR = 0.6  # of difflib's ratio
_AS_NEAR = 0.06  # how far behind the nearest another one may be


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Return ``did you mean `x` ``, with others that are as near, or nothing where no choice is near."""
    found = _scored(word, choices, _NEAR)
    near = [f"`{choice}`" for score, choice in found if score >= found[0][0] - _AS_NEAR]
    return f"did you mean {' or '.join(near)}?" if near else ""


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return ``did you mean `x` ``, or the nearest choices where none is near."""
    choices = tuple(choices)
    found = [f"`{choice}`" for _, choice in _scored(word, choices, 0.0)]
    return did_you_mean(word, choices) or (f"the nearest: {', '.join(found)}" if found else "")


def one_of(word: str, choices: Iterable[str]) -> str:
    """Return the near choice, else those that the word is a part of, else all of them."""
    listed = tuple(choices)
    holding = [choice for choice in listed if word and word.lower() in choice.lower()]
    return did_you_mean(word, listed) or (f"it may mean: {', '.join(holding)}" if holding else f"one of: {', '.join(listed)}")


def _scored(word: str, choices: Iterable[str], cutoff: float) -> list[tuple[float, str]]:
    """Return the three choices that are nearest by difflib's ratio, the nearest first; case does not matter."""
    from difflib import SequenceMatcher, get_close_matches  # noqa: PLC0415 - only a message pays for it

    word, by_lower = word.lower()[:200], {choice.lower(): choice for choice in choices}
    near = get_close_matches(word, by_lower, n=3, cutoff=cutoff)
    scored = [(SequenceMatcher(None, choice, word).ratio(), by_lower[choice]) for choice in near]
    return sorted(scored, key=lambda pair: (-pair[0], pair[1]))

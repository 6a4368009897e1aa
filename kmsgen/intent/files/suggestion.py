"""Hints that offer the word that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Return ``did you mean `x` ``, or nothing where no choice is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a message pays for it

    by_lower = {choice.lower(): choice for choice in choices}
    near = get_close_matches(word.lower()[:200], by_lower, n=1, cutoff=0.6)
    return f"did you mean `{by_lower[near[0]]}`?" if near else ""


def one_of(word: str, choices: Iterable[str]) -> str:
    """Return the near choice, else all of them."""
    listed = tuple(choices)
    return did_you_mean(word, listed) or f"one of: {', '.join(listed)}"

"""Three answers: true, false, and open (None) where the answer hangs on something that nobody told or no page says."""

from __future__ import annotations

from collections.abc import Iterable

Answer = bool | None


def all_of(answers: Iterable[Answer]) -> Answer:
    """Return true if all are true, false if one is false, else open."""
    found = list(answers)
    return False if False in found else None if None in found else True


def any_of(answers: Iterable[Answer]) -> Answer:
    """Return true if one is true, false if all are false, else open."""
    found = list(answers)
    return True if True in found else None if None in found else False


def negate(answer: Answer) -> Answer:
    """Turn an answer round; what is open stays open."""
    return None if answer is None else not answer


def agreed(answers: Iterable[Answer]) -> Answer:
    """Return what all readings of one question say; open where they differ."""
    found = set(answers)
    return found.pop() if len(found) == 1 else None


def doubted(answer: Answer) -> Answer:
    """Return the answer with a doubt on it: no longer surely true."""
    return None if answer else answer

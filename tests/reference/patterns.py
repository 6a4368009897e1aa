"""Patterns of characters: what policies compare with, and what is known of a value that nobody told.

A pattern is a sequence of (character, wild): a wild `*` is any run of characters, a wild `?` any one, a wild `~` any run without
a colon. A policy's pattern asks; a value's pattern (a *shape*) says what is known of a value: `AROA*:ci` is the id of some
session named `ci`.

Source: IAM User Guide, reference_policies_elements_condition_operators, reference_policies_elements_resource.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tests.reference.three import Answer

Pattern = tuple[tuple[str, bool], ...]
State = frozenset[int]
ANYTHING: Pattern = (("*", True),)
WITHIN_SEGMENT: Pattern = (("~", True),)


def literal(text: str) -> Pattern:
    """Return a text as the pattern that matches it alone."""
    return tuple((character, False) for character in text)


def wild(text: str) -> Pattern:
    """Return a text as a pattern in which `*` and `?` are wildcards."""
    return tuple((character, character in "*?") for character in text)


def is_known(pattern: Pattern) -> bool:
    """Tell whether a pattern stands for one text only."""
    return not any(is_wild for _character, is_wild in pattern)


def text_of(pattern: Pattern) -> str:
    """Return the characters of a pattern."""
    return "".join(character for character, _wild in pattern)


def folded(pattern: Pattern) -> Pattern:
    """Lower the case of the ASCII letters of a pattern."""
    return tuple((lower(character), is_wild) for character, is_wild in pattern)


def far_folded(pattern: Pattern) -> Pattern:
    """Make letters alike that any rule of Unicode takes for one."""
    return tuple((_alike(character), is_wild) for character, is_wild in pattern)


def lower(text: str) -> str:
    """Lower the case of ASCII letters: of others AWS says nothing."""
    return re.sub("[A-Z]", lambda found: found[0].lower(), text)


def _alike(character: str) -> str:
    upper = character.upper() if len(character.upper()) == 1 else character
    return upper.lower()[0]


def matches(pattern: Pattern, text: str) -> bool:
    """Compare a pattern with a text, character by character."""
    states = _closure(pattern, frozenset({0}))
    for character in text:
        states = _step(pattern, states, character)
    return len(pattern) in states


@lru_cache(maxsize=20_000)
def compare(pattern: Pattern, value: Pattern) -> Answer:
    """Tell whether every value of a shape matches (true), none does (false), or some may (open)."""
    if is_known(value):
        return matches(pattern, text_of(value))
    # Characters that neither pattern has are all alike: one stands for them.
    alphabet = {character for character, is_wild in (*pattern, *value) if not is_wild} | {"\0"}
    start = (_closure(value, frozenset({0})), _closure(pattern, frozenset({0})))
    seen, todo, found = {start}, [start], set()
    while todo:
        shape, wanted = todo.pop()
        if len(value) in shape:
            found.add(len(pattern) in wanted)
        for character in alphabet:
            after = (_step(value, shape, character), _step(pattern, wanted, character))
            if after[0] and after not in seen:
                seen.add(after)
                todo.append(after)
    return found.pop() if len(found) == 1 else None


def _closure(pattern: Pattern, states: State) -> State:
    """Add the places that a wild `*` reaches by matching nothing."""
    found = set(states)
    for state in sorted(states):
        place = state
        while place < len(pattern) and pattern[place] in (("*", True), ("~", True)):
            place += 1
            found.add(place)
    return frozenset(found)


def _step(pattern: Pattern, states: State, character: str) -> State:
    after = set()
    for state in states:
        if state < len(pattern):
            wanted, is_wild = pattern[state]
            if is_wild and wanted in "*~":
                after |= {state} if wanted == "*" or character != ":" else set()
            elif is_wild or wanted == character:
                after.add(state + 1)
    return _closure(pattern, frozenset(after))


def parts(pattern: Pattern, most: int = 6) -> list[Pattern]:
    """Cut a pattern at its first colons, into at most `most` parts."""
    found: list[list[tuple[str, bool]]] = [[]]
    for character, is_wild in pattern:
        if character == ":" and not is_wild and len(found) < most:
            found.append([])
        else:
            found[-1].append((character, is_wild))
    return [tuple(part) for part in found]

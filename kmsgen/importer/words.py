"""Capability words for actions: the fewest that together mean exactly these."""

from __future__ import annotations

from itertools import combinations

from kmsgen.catalogue.capabilities import CAPABILITIES, actions_of
from kmsgen.catalogue.condition_keys import FOR_AWS_RESOURCE
from kmsgen.catalogue.model import Values
from kmsgen.importer.allowed import plainest
from kmsgen.policy.document import Condition

_MOST_WORDS = 5  # where that many do not do, all that fit are taken


def words_of(wanted: Values, key_type: str, offered: Values) -> Values:
    """Return capability words, and single actions that no word covers, that together mean these actions.

    `offered`: the actions that have an effect on the key; others do not count against a word.
    """
    rows = {row.word: frozenset(actions_of(row.word, key_type)) & frozenset(offered) for row in _plain()}
    fitting = {word: given for word, given in rows.items() if given and given <= frozenset(wanted)}
    chosen = _fewest(frozenset(wanted), _without_parts(fitting))
    given = frozenset[str]().union(*(fitting[word] for word in chosen))
    return (*(row.word for row in _plain() if row.word in chosen), *(name for name in wanted if name not in given))


def word_for_aws(wanted: Values, conditions: tuple[Condition, ...], key_type: str) -> tuple[str, tuple[Condition, ...]] | None:
    """Return the word that includes the condition kms:GrantIsForAWSResource, and the other conditions; None if none fits."""
    others = tuple(one for one in conditions if plainest((one,)) != plainest((FOR_AWS_RESOURCE,)))
    if len(others) == len(conditions):
        return None
    carrying = (row for row in CAPABILITIES.values() if row.conditions)
    return next(((row.word, others) for row in carrying if set(actions_of(row.word, key_type)) == set(wanted)), None)


def _plain() -> list:  # type: ignore[type-arg]
    return [row for row in CAPABILITIES.values() if not row.conditions and "*" not in row.actions]


def _without_parts(rows: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Drop each word whose actions another word includes."""
    kept: dict[str, frozenset[str]] = {}
    for word, given in sorted(rows.items(), key=lambda row: -len(row[1])):
        if not any(given <= wider for wider in kept.values()):
            kept[word] = given
    return kept


def _fewest(wanted: frozenset[str], rows: dict[str, frozenset[str]]) -> frozenset[str]:
    """Return the fewest words that cover everything words can cover; beyond _MOST_WORDS all of them."""
    reachable = wanted & frozenset[str]().union(*rows.values())
    needed = {word for word, given in rows.items() if any(sum(name in other for other in rows.values()) == 1 for name in given)}
    left = reachable - frozenset[str]().union(*(rows[word] for word in needed))
    free = [word for word in rows if word not in needed]
    for count in range(min(len(free), _MOST_WORDS) + 1):
        for some in combinations(free, count):
            if left <= frozenset[str]().union(*(rows[word] for word in some)):
                return frozenset((*needed, *some))
    return frozenset(rows)

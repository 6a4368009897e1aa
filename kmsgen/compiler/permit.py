"""Permits, from which every statement is made: one principal, one action, its conditions, and the lines that ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kmsgen.errors import Location
from kmsgen.policy.document import Condition, Principal
from kmsgen.policy.operators import split_operator

Conditions = tuple[Condition, ...]

# In this order statements are written. The words begin the statements' Sids.
PURPOSES = ("delegate", "deploy", "administer", "use", "serve")


class Permit(NamedTuple):
    """One action for one principal.

    `half` is the resource it is for: `key`, `alias`, `new` (a key that is being created), `any` (only `*` in Resource), or an
    ARN. `topic` is what the Sid says beside principal and purpose: a service's id, a grant's name.
    """

    principal: Principal
    action: str
    half: str
    conditions: Conditions
    purpose: str
    origins: tuple[Location, ...]
    topic: str = ""
    explicit: bool = True  # False: a set that the compiler chose, from which a guard rail may take
    meant: str = ""  # the pattern or organization for which the principal stands under its conditions

    @property
    def who(self) -> str:
        """The principal as the intent names it."""
        return self.meant or self.principal.value


def canonical(conditions: Iterable[Condition]) -> Conditions:
    """Return conditions sorted, each once, with each value once."""
    unique = {condition._replace(values=tuple(dict.fromkeys(condition.values))) for condition in conditions}
    return tuple(sorted(unique, key=lambda condition: (condition.operator, condition.key, condition.values)))


def without_repetition(permits: Iterable[Permit]) -> list[Permit]:
    """Drop each permit that another one covers: same principal, action and half, with fewer conditions or the same.

    Permits of lines that differ in the values of one condition become one, with a list of values.

    The lines that asked for a dropped permit become lines of the one that stays.
    """
    kept: list[Permit] = []
    for same in _alike(permits):
        kept.extend(_with_lists(_maximal(same)))
    return kept


def _alike(permits: Iterable[Permit]) -> Iterator[list[Permit]]:
    groups: dict[tuple[Principal, str, str], list[Permit]] = {}
    for permit in permits:
        groups.setdefault((permit.principal, permit.action, permit.half), []).append(permit)
    yield from groups.values()


def _maximal(same: list[Permit]) -> list[Permit]:
    kept: list[Permit] = []
    for permit in sorted(same, key=lambda permit: len(permit.conditions)):
        cover = next((i for i, wider in enumerate(kept) if set(wider.conditions) <= set(permit.conditions)), None)
        if cover is None:
            kept.append(permit)
        else:
            origins = dict.fromkeys((*kept[cover].origins, *permit.origins))
            explicit = kept[cover].explicit or permit.explicit
            kept[cover] = kept[cover]._replace(origins=tuple(origins), explicit=explicit)
    return kept


def gives_alternatives(operator: str) -> bool:
    """Return whether a condition with this operator holds for any one of its values: then two lists make one."""
    name = split_operator(operator)
    return name is not None and name.quantifier != "ForAllValues" and name.base in _ALTERNATIVES


_ALTERNATIVES = frozenset({"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "IpAddress"})
_OF_LINES = ("delegate", "administer", "use")


def _with_lists(same: list[Permit]) -> list[Permit]:
    """Put permits together that are alike but for the values of one condition, as long as there are such."""
    before = 0
    while len(same) != before:
        before = len(same)
        for slot in dict.fromkeys((each.operator, each.key) for permit in same for each in permit.conditions):
            same = _merged(same, *slot) if gives_alternatives(slot[0]) else same
    return same


def _merged(same: list[Permit], operator: str, key: str) -> list[Permit]:
    groups: dict[object, list[tuple[Permit, Condition]]] = {}
    apart: list[Permit] = []
    for permit in same:
        own = next((each for each in permit.conditions if (each.operator, each.key) == (operator, key)), None)
        if own is None or permit.purpose not in _OF_LINES:
            apart.append(permit)
            continue
        rest = tuple(each for each in permit.conditions if each is not own)
        groups.setdefault((rest, permit.purpose, permit.topic, permit.explicit, permit.meant), []).append((permit, own))
    return [*apart, *(_of_group(members) for members in groups.values())]


def _of_group(members: list[tuple[Permit, Condition]]) -> Permit:
    first, own = members[0]
    values = tuple(value for _, condition in members for value in condition.values)
    conditions = (own._replace(values=values) if each is own else each for each in first.conditions)
    origins = tuple(dict.fromkeys(origin for permit, _ in members for origin in permit.origins))
    return first._replace(conditions=canonical(conditions), origins=origins)

"""Which of a principal's merged policies holds the access to a resource: where it was, as long as there is room.

What Terraform and CloudFormation change they change one policy after the other, so access that moves from one to another pauses.
A resource that comes goes where there is room, one that goes leaves room, and no other moves.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kmsgen.compiler.identity_policy import MANAGED_POLICY_CHARACTERS, characters, divided
from kmsgen.compiler.key_policy import Traced
from kmsgen.errors import Location
from kmsgen.policy.document import Document, Statement
from kmsgen.render.merging.statements import joined

Homes = tuple[tuple[str, ...], ...]
# no ARN of a key or an alias is so short that a policy would hold more
_MOST = 205


class Placed(NamedTuple):
    """Policies by number, from 1; the digests of what each is the home of, in that order; how many resources moved."""

    documents: Mapping[int, Document]
    homes: Homes
    moved: int = 0


def placed(policies: Iterable[Document], homes: Homes, place: Location) -> Placed:
    """Return policies that say what these say, each as long as IAM takes, by where the last render had each resource.

    Raises RefusedError where one statement is longer than a policy.
    """
    work = _Work(policies, place)
    waiting = work.stay(homes)
    waiting = work.fill(sorted(waiting, key=work.order))
    work.open(waiting)
    return work.finish(homes)


class _Work:
    """The resources of a principal, each with the statements on it, and which of them are in which policy."""

    def __init__(self, policies: Iterable[Document], place: Location) -> None:
        self.place = place
        self.units: dict[str, list[Statement]] = {}
        for statement in (one for document in policies for one in document.statements):
            for name, part in _parts(statement):
                self.units.setdefault(name, []).append(part)
        groups = dict.fromkeys(tuple(_bare(one) for one in held) for held in self.units.values())
        ranks = {group: number for number, group in enumerate(sorted(groups, key=repr))}
        self.ranks = {name: ranks[tuple(_bare(one) for one in held)] for name, held in self.units.items()}
        self.names: dict[int, list[str]] = {}
        self.cut: dict[int, Document] = {}

    def order(self, name: str) -> tuple[int, str]:
        """Return what puts resources with the same access side by side."""
        return self.ranks[name], name

    def stay(self, homes: Homes) -> list[str]:
        """Put each resource where it was; return those that were nowhere, or for which there is no room there any more."""
        numbers = {told: number for number, held in enumerate(homes, start=1) for told in held}
        waiting: list[str] = []
        for name in sorted(self.units, key=self.order):
            if (number := numbers.get(_digest(name))) is None:
                waiting.append(name)
            else:
                self.names.setdefault(number, []).append(name)
        for number, names in sorted(self.names.items()):
            if not self._fits(names):
                count = self._room([], names)
                self.names[number] = names[:count]
                waiting += names[count:]
        self.names = {number: names for number, names in sorted(self.names.items()) if names}
        return waiting

    def fill(self, waiting: list[str]) -> list[str]:
        """Put resources where there is room, in the order of the policies; return the rest."""
        for names in self.names.values():
            count = self._room(names, waiting)
            names.extend(waiting[:count])
            waiting = waiting[count:]
        return waiting

    def open(self, waiting: list[str]) -> None:
        """Put resources into new policies; what is longer than one alone is cut."""
        while waiting:
            count = self._room([], waiting)
            if count:
                self.names[self._free()] = waiting[:count]
            for document in self._divided(waiting[0]) if not count else ():
                self.cut[self._free()] = document
            waiting = waiting[count or 1 :]

    def finish(self, homes: Homes) -> Placed:
        """Return what is where."""
        whole = {number: _document(self._joined(names)) for number, names in self.names.items()}
        last = max((*self.names, *self.cut), default=0)
        now = tuple(tuple(sorted(map(_digest, self.names.get(number, ())))) for number in range(1, last + 1))
        return Placed(dict(sorted({**whole, **self.cut}.items())), now, moves(homes, now))

    def _free(self) -> int:
        return next(number for number in range(1, len(self.names) + len(self.cut) + 2) if number not in {*self.names, *self.cut})

    def _joined(self, names: Iterable[str]) -> list[Traced]:
        return joined((one for name in names for one in self.units[name]), self.place)

    def _divided(self, name: str) -> list[Document]:
        return [_document(group) for group in divided(self._joined([name]))]

    def _fits(self, names: Iterable[str]) -> bool:
        return characters(self._joined(names)) <= MANAGED_POLICY_CHARACTERS

    def _room(self, held: list[str], waiting: list[str]) -> int:
        """Return how many of those that wait, from the first on, fit beside what a policy holds."""

        def is_full(count: int) -> bool:
            return not self._fits([*held, *waiting[:count]])

        return bisect_left(range(1, min(len(waiting), _MOST) + 1), x=True, key=is_full)


def moves(before: Homes, now: Homes) -> int:
    """Return how many resources are in another policy than before."""
    numbers = {told: number for number, held in enumerate(before) for told in held}
    return sum(numbers.get(told, number) != number for number, held in enumerate(now) for told in held)


def _parts(statement: Statement) -> list[tuple[str, Statement]]:
    """Return a statement as one for each resource; what excepts resources stays whole."""
    if statement.not_resource:
        return [(f"all but {' '.join(statement.resources)}", statement)]
    return [(name, statement._replace(resources=(name,))) for name in statement.resources]


def _bare(statement: Statement) -> Statement:
    return statement._replace(sid=None, resources=())


def _document(traced: Sequence[Traced]) -> Document:
    return Document(tuple(item.statement for item in traced))


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:12]

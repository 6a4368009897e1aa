"""Access gained and lost as plain values, which a process can hand on, whatever they are then printed as."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from kmsgen.cli.reports.proofs import shortly, told_group
from kmsgen.errors import Diagnostic, Location
from kmsgen.prover.question import Group

Texts = tuple[str, ...]


class ChangedAccess(NamedTuple):
    """A kind of access that is gained, or else lost, with a call of it; `place` is where a statement stands that gives it."""

    gained: bool
    principals: Texts
    actions: Texts
    conditions: Texts
    reason: Texts
    such_as: str
    witness: Mapping[str, Any]
    place: Location
    danger: int = 0

    @property
    def side(self) -> str:
        """Gained or lost, in a word."""
        return "gained" if self.gained else "lost"

    def told(self) -> dict[str, Any]:
        """Return the group that it is as plain data: `{principals, actions, conditions, reason, witness}`."""
        return {
            "principals": list(self.principals),
            "actions": list(self.actions),
            "conditions": list(self.conditions),
            "reason": list(self.reason),
            "witness": dict(self.witness),
        }

    def __str__(self) -> str:
        return "; ".join(filter(None, (", ".join(part) for part in (self.principals, self.actions, self.conditions))))


class Compared(NamedTuple):
    """What differs between two sides of a key, or of a file with several.

    `change` is what became of the intent (added, removed, renamed, changed, base), nothing of two files; `was` its name before,
    `bases` those that differ. Where the comparison is not complete `reason` says why. `assumed`: what it takes for granted.
    """

    name: str
    path: str
    accesses: tuple[ChangedAccess, ...] = ()
    reason: str = ""
    change: str = ""
    was: str = ""
    bases: Texts = ()
    notes: tuple[Diagnostic | str, ...] = ()
    assumed: Texts = ()

    @property
    def gained(self) -> tuple[ChangedAccess, ...]:
        """The access that there was not before."""
        return tuple(one for one in self.accesses if one.gained)

    @property
    def lost(self) -> tuple[ChangedAccess, ...]:
        """The access that there is no more."""
        return tuple(one for one in self.accesses if not one.gained)

    def fails(self, fail_on: str | None) -> bool:
        """Return whether the answer is no: a difference that was asked for, or one that may be there."""
        failing = {"gained": bool(self.gained), "lost": bool(self.lost), "any": bool(self.accesses)}
        return bool(self.reason) or (fail_on is not None and failing[fail_on])

    @property
    def happened(self) -> str:
        """What became of the intent, in words."""
        by = ", ".join(self.bases)
        return {
            "renamed": f"renamed, {self.was} before",
            "base": f"changed by {by}",
            "changed": f"changed, and {by}" if by else "changed",
        }.get(self.change, self.change)


class DiffReport(NamedTuple):
    """What was compared, and all that differs.

    Of two files `old` and `new` say nothing, and there is one thing compared. `same` of the intents do not differ, `reason` says
    what cannot be compared from here, `errors` what is wrong with intents that could not be.
    """

    compared: Collection[Compared]
    old: str = ""
    new: str = ""
    same: int = 0
    reason: str = ""
    errors: Texts = ()

    @property
    def of_intents(self) -> bool:
        """Whether intents of two sides were compared, and not two files."""
        return bool(self.old)

    @property
    def summary(self) -> str:
        """How many intents differ, and in what, in words."""
        gaining, losing = sum(bool(one.gained) for one in self.compared), sum(bool(one.lost) for one in self.compared)
        unfinished = sum(bool(one.reason) for one in self.compared) + bool(self.reason)
        said = [f"{len(self.compared)} of {len(self.compared) + self.same} intents differ"]
        said += [f"{gaining} gain access", f"{losing} lose access"]
        said += [f"{unfinished} could not be compared to the end"] if unfinished else []
        said += ["some could not be read"] if self.errors else []
        return ", ".join(said)

    def fails(self, fail_on: str | None) -> bool:
        """Return whether the answer is no."""
        return bool(self.reason) or any(one.fails(fail_on) for one in self.compared)


def access_of(one: Group, places: Iterable[Sequence[Location]], otherwise: Location, *, gained: bool) -> ChangedAccess:
    """Return a group as plain values; `places` are those of its statements, `otherwise` is the file."""
    place = next((found[0] for found in places if found), otherwise)
    witness = told_group(one)["witness"]
    return ChangedAccess(
        gained, one.principals, one.actions, one.conditions, one.reason, shortly(one), witness, place, one.danger
    )  # fmt: skip

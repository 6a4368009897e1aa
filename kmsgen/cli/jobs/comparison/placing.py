"""Accesses with the place of a statement that gives them; of a file with several keys, with the key."""

from __future__ import annotations

from collections.abc import Iterable

from kmsgen.cli.reports.accesses import ChangedAccess, access_of
from kmsgen.errors import Location
from kmsgen.prover.question import Group
from kmsgen.sources.subject import Subject


class Placing:
    """The places of the statements and grants of a file."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._anywhere = subject.described.places.origins()
        self._of_keys = subject.described.places.origins_by_key()

    def accesses(self, groups: Iterable[Group], *, gained: bool, names_keys: bool = False) -> list[ChangedAccess]:
        """Return groups as plain values, each about one key; `names_keys` says which, where the file has several."""
        return [self._access(one, gained=gained, names_keys=names_keys) for one in groups]

    def _access(self, one: Group, *, gained: bool, names_keys: bool) -> ChangedAccess:
        keys = one.witness.bundle.keys
        key = keys[0].key.arn if keys else ""
        if names_keys and key and len(self.subject.bundle.keys) > 1:
            one = one._replace(conditions=(*one.conditions, f"on {self.subject.described.names.get(key, key)}"))
        own = self._of_keys.get(key, {})
        places = [own.get(label) or self._anywhere.get(label, ()) for label in one.reason]
        return access_of(one, places, Location(self.subject.path), gained=gained)

"""Intents of two sides, such as two revisions, paired by the key that they are about: its name, or else its alias."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from kmsgen.cli.jobs.revisions.revision import Revision
from kmsgen.errors import Diagnostic, Location
from kmsgen.intent.files.find import find_intents, same_names
from kmsgen.intent.files.store import Store
from kmsgen.intent.files.tree import Tree


class IntentSide(NamedTuple):
    """An intent as one side has it. `key` tells the key that it is about; `digests` are of its file, then of its bases."""

    path: str
    name: str
    key: Hashable
    files: tuple[Path, ...]
    digests: tuple[str, ...]
    store: Store

    @property
    def shown(self) -> str:
        """The path without the name of a revision."""
        return self.store.inner(self.path) if isinstance(self.store, Revision) else self.path

    def plain(self, place: Location) -> Location:
        """Return a place without the name of a revision."""
        return place._replace(path=self.store.inner(place.path)) if isinstance(self.store, Revision) else place


class IntentPair(NamedTuple):
    """An intent as it was and as it is; one of the two may be missing, not both."""

    old: IntentSide | None
    new: IntentSide | None

    @property
    def only(self) -> IntentSide:
        """The side that there is, the new one where there are both."""
        found = self.new or self.old
        if found is None:
            raise ValueError("a pair has a side")
        return found

    @property
    def change(self) -> str:
        """What happened to the intent: `base` says that its own file is as it was."""
        if self.old is None or self.new is None:
            return "added" if self.old is None else "removed"
        if self.old.name != self.new.name:
            return "renamed"
        return "base" if self.old.digests[:1] == self.new.digests[:1] else "changed"

    @property
    def bases(self) -> tuple[str, ...]:
        """The bases that differ, by their paths."""
        if self.old is None or self.new is None:
            return ()
        old, new = (dict(zip(one.files[1:], one.digests[1:], strict=True)) for one in (self.old, self.new))
        return tuple(sorted(path.as_posix() for path in {**old, **new} if old.get(path) != new.get(path)))


def sides_of(store: Store, paths: Iterable[str], problems: list[Diagnostic], empty: list[Diagnostic]) -> list[IntentSide]:
    """Find the intents of a side; adds to the problems what cannot be read, and folders without any intent to `empty`."""
    digest = _digests(store)

    def side(path: str, tree: Tree, bases: tuple[Path, ...]) -> IntentSide:
        files = (store.identity(path), *bases)
        return IntentSide(path, _name(tree.data, path), _key(tree.data), files, tuple(map(digest, files)), store)

    found = list({one.path: one for one in find_intents(dict.fromkeys(paths), side, problems, store, empty)}.values())
    problems.extend(same_names((one.name, one.path) for one in found))
    return found


def _digests(store: Store) -> Callable[[Path], str]:
    if isinstance(store, Revision):
        return store.id_of
    return _digest_of_file


def _digest_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _name(data: Any, path: str) -> str:  # noqa: ANN401 - plain data
    """Return the name; of a file that has none, which is told when it is resolved, its path."""
    name = data.get("name") if isinstance(data, dict) else None
    return name if isinstance(name, str) and name else path


def _key(data: Any) -> Hashable:  # noqa: ANN401 - plain data
    """Return what tells the key of an intent besides the intent's name: its alias, where it lives, or the keys that exist."""
    if not isinstance(data, dict):
        return None
    key, scope = data.get("key"), data.get("scope")
    alias = key.get("alias") if isinstance(key, dict) else None
    if alias:
        home = [str(scope.get(one)) for one in ("partition", "account", "regions")] if isinstance(scope, dict) else []
        return ("alias", str(alias), *home)
    return ("keys", str(data["keys"])) if data.get("keys") else None


def pairs_of(old: list[IntentSide], new: list[IntentSide]) -> Iterator[IntentPair]:
    """Pair intents by name, the rest by key; yield the new ones in their order, then those that are gone."""
    by_name = {one.name: one for one in old}
    taken = {one.name for one in new} & by_name.keys()
    by_key = {one.key: one for one in old if one.name not in taken and one.key is not None}
    for one in new:
        before = by_name.get(one.name) if one.name in taken else by_key.pop(one.key, None)
        if before is not None:
            taken.add(before.name)
        yield IntentPair(before, one)
    yield from (IntentPair(one, None) for one in old if one.name not in taken)


def differing(pairs: Iterable[IntentPair]) -> list[IntentPair]:
    """Return the pairs that are not the same, byte for byte, with all that they extend."""
    return [one for one in pairs if not (one.old and one.new and one.old.digests == one.new.digests)]

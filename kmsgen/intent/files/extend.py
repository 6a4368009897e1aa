"""`extends`: the content of other files under the content of this one, every part still knowing its own file.

Mappings merge, the extending file winning; the lists of lines (`admins`, `users`, `services`, `grants`, `guardrails`,
`never`) are joined, the base's lines first, so no line of a base can be lost; every other list is replaced. Paths are
relative to the file that names them, end in `.yaml`, `.yml` or `.json`, and stay within the repository that holds the
file (the nearest folder above with `.git`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple

from kmsgen.errors import Diagnostic, InputError, Location, input_error
from kmsgen.intent.files.problems import Problems
from kmsgen.intent.files.store import DISK, Store
from kmsgen.intent.files.tree import DerivedTree, Origin, Tree
from kmsgen.intent.intent import LINES
from kmsgen.reading import Source, Steps

MAX_FILES = 16
ENDINGS = (".yaml", ".yml", ".json")
_LISTS_OF_LINES = tuple((name,) for name in LINES)


def read_tree(path: str | Path, store: Store = DISK) -> tuple[Tree, tuple[Path, ...]]:
    """Read a file and all it extends; return the content and the files that were extended. Raises InputError."""
    return extended(store.read(str(path)), store)


def extended(source: Source, store: Store = DISK) -> tuple[Tree, tuple[Path, ...]]:
    """Return what `read_tree` does of a file that was read. Raises InputError."""
    chain: tuple[Path, ...] = () if source.path == "-" else (store.identity(source.path),)
    reader = _TreeReader(store, [])
    files: list[Tree] = list(reader.in_order(source, chain))
    return reduce(merge, files), tuple(reader.bases)


class _TreeReader(NamedTuple):
    """Reads what files extend, and remembers the bases that it has met."""

    store: Store
    bases: list[Path]

    def in_order(self, source: Source, chain: tuple[Path, ...]) -> Iterator[Source]:
        """Yield what a file extends, and the file after it; a base that several bases extend comes once, where it comes first."""
        named = source.data.get("extends") if isinstance(source.data, dict) else None
        names = named if isinstance(named, list) else [] if named is None else [named]
        problems = Problems(source)
        if named == []:
            problems.add(("extends",), "empty-list", "`extends` is empty", "leave the field out, or name a file")
        for index, name in enumerate(names):
            steps: Steps = ("extends", index) if isinstance(named, list) else ("extends",)
            try:
                yield from self._base(source, name, source.where(steps), chain)
            except InputError as error:
                problems.found.extend(error.diagnostics)
        problems.raise_any()
        yield source

    def _base(self, source: Source, name: Any, place: Location, chain: tuple[Path, ...]) -> Iterator[Source]:  # noqa: ANN401
        shown = self._named(source.path, name, place)
        target = self.store.identity(shown)
        if target in chain:
            hint = "move what both share into a third file"
            raise input_error(place, "extends-cycle", f"`{name}` extends this file in turn", hint)
        if target in self.bases:
            return
        self.bases.append(target)
        if len(self.bases) > MAX_FILES:
            raise input_error(place, "extends-too-many", f"more than {MAX_FILES} files are extended")
        try:
            base = self.store.read(shown)
        except InputError as error:
            raise InputError(_at_name(diagnostic, place, name) for diagnostic in error.diagnostics) from None
        if not isinstance(base.data, dict):
            raise input_error(base.where(), "wrong-type", "a file that is extended must be a mapping")
        if "name" in base.data:
            hint = "each intent has its own name"
            raise input_error(base.where_key(("name",)), "extends-name", "a file that is extended must not have a `name`", hint)
        yield from self.in_order(base, (*chain, target))

    def _named(self, path: str, name: Any, place: Location) -> str:  # noqa: ANN401 - plain data
        """Return the path of the file that `name` means, or refuse it."""
        if not isinstance(name, str):
            raise input_error(place, "wrong-type", "`extends` must be a path, or a list of paths")
        hint = "a relative path such as ../base.yaml, within the repository"
        plain = name and name.isprintable() and "\\" not in name and not name.startswith(("/", "~"))
        if not plain or ":" in name or not name.lower().endswith(ENDINGS) or len(name) > 1024:
            raise input_error(place, "extends-path", f"`{name}` is not a path that can be extended", hint)
        if path == "-" or not self.store.is_file(path):
            message = "what comes from standard input or a pipe cannot extend another file"
            raise input_error(place, "extends-path", message, "name the file itself: what it extends is found beside it")
        shown = self.store.beside(path, name)
        repository = self.store.outside(path, self.store.identity(shown))
        if repository is not None:
            raise input_error(place, "extends-path", f"`{name}` is outside the repository `{repository}`", hint)
        return shown


def _at_name(diagnostic: Diagnostic, place: Location, name: str) -> Diagnostic:
    """Move what is wrong with a file as a whole to where it is named."""
    if diagnostic.location.line:
        return diagnostic
    return Diagnostic(place, diagnostic.code, f"`{name}`: {diagnostic.message}", diagnostic.hint)


def merge(base: Tree, top: Tree) -> DerivedTree:
    """Return the content of two mappings, `top` extending `base`."""
    origins: dict[Steps, Origin] = {(): (top, ())}
    return DerivedTree(top.path, _merged(base, top, (), origins), origins)


def _merged(base: Tree, top: Tree, steps: Steps, origins: dict[Steps, Origin]) -> dict[str, Any]:
    """Merge the mappings at `steps`, and add to the origins where each part of the result stands."""
    below, above = _at(base.data, steps), _at(top.data, steps)
    merged: dict[str, Any] = {}
    for key in dict.fromkeys((*below, *above)):
        here: Steps = (*steps, key)
        lines = here in _LISTS_OF_LINES
        origins[here] = (top, here)
        if key not in above or (lines and above[key] is None):
            origins[here] = (base, here)
            merged[key] = below[key]
        elif isinstance(below.get(key), dict) and isinstance(above[key], dict):
            merged[key] = _merged(base, top, here, origins)
        elif lines and isinstance(below.get(key), list | str) and isinstance(above[key], list | str):
            items = [(tree, steps, item) for tree in (base, top) for steps, item in _lines(_at(tree.data, here), here)]
            origins.update({(*here, index): (tree, steps) for index, (tree, steps, _) in enumerate(items)})
            merged[key] = [item for _, _, item in items]
        else:
            merged[key] = above[key]
    return merged


def _lines(value: Any, steps: Steps) -> Iterator[tuple[Steps, Any]]:  # noqa: ANN401 - plain data
    """Yield each line of a list of lines, with its steps; a single text stands for a list of one."""
    if isinstance(value, str):
        yield steps, value
    else:
        yield from (((*steps, index), item) for index, item in enumerate(value))


def _at(data: Any, steps: Steps) -> Any:  # noqa: ANN401 - plain data
    for step in steps:
        data = data[step]
    return data

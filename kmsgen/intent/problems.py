"""Everything that is wrong with a file, gathered with places, reported at once."""

from __future__ import annotations

from typing import Any, Protocol

from kmsgen.errors import Diagnostic, InputError, Location
from kmsgen.reading import Steps


class Tree(Protocol):
    """Data that was read and the place of each part: a `Source`, several merged, or a preset filled in."""

    @property
    def data(self) -> Any:  # noqa: ANN401 - any plain data
        """Dicts, lists, texts, booleans and None."""

    @property
    def path(self) -> str:
        """The file that messages name."""

    def where(self, steps: Steps = ()) -> Location:
        """Return where the value at `steps` starts."""

    def where_key(self, steps: Steps) -> Location:
        """Return where the last key of `steps` stands."""


class Problems:
    """Collects the diagnostics of one tree."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.found: list[Diagnostic] = []

    def add(self, steps: Steps, code: str, message: str, hint: str = "") -> None:
        """Report a value."""
        self.found.append(Diagnostic(self.tree.where(steps), code, message, hint))

    def add_key(self, steps: Steps, code: str, message: str, hint: str = "") -> None:
        """Report a key, by the place of the key itself."""
        self.found.append(Diagnostic(self.tree.where_key(steps), code, message, hint))

    def raise_any(self) -> None:
        """Raise InputError with everything found, if there is anything."""
        if self.found:
            raise InputError(self.found)

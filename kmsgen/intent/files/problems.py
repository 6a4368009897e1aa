"""Everything that is wrong with a file, gathered with places, reported at once."""

from __future__ import annotations

from kmsgen.errors import Diagnostic, InputError, Location, visible
from kmsgen.intent.files.tree import Tree
from kmsgen.reading import Steps

MAX_MESSAGE = 600


def _shown(text: str) -> str:
    """Return a message of one line: what cannot be seen is spelled out, and what is endless is cut."""
    shown = visible(text)
    return shown if len(shown) <= MAX_MESSAGE else f"{shown[:MAX_MESSAGE]}..."


class Problems:
    """Collects the diagnostics of one tree, `lacking` those of what an intent must have and the tree has not at all."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.found: list[Diagnostic] = []
        self.lacking: list[Diagnostic] = []

    def on(self, tree: Tree) -> Problems:
        """Return what collects, beside these, the diagnostics of another tree: of a part of this one."""
        other = Problems(tree)
        other.found, other.lacking = self.found, self.lacking
        return other

    def add(self, steps: Steps, code: str, message: str, hint: str = "") -> None:
        """Report a value."""
        self._add(self.tree.where(steps), code, message, hint)

    def add_key(self, steps: Steps, code: str, message: str, hint: str = "") -> None:
        """Report a key, by the place of the key itself."""
        self._add(self.tree.where_key(steps), code, message, hint)

    def add_lacking(self, steps: Steps, code: str, message: str, hint: str = "") -> None:
        """Report what the whole has not."""
        self.add(steps, code, message, hint)
        self.lacking.append(self.found[-1])

    def _add(self, place: Location, code: str, message: str, hint: str) -> None:
        self.found.append(Diagnostic(place, code, _shown(message), _shown(hint)))

    def raise_any(self) -> None:
        """Raise InputError with everything found, if there is anything."""
        if self.found:
            raise InputError(self.found)

"""A key that does not exist yet: where a bundle names it, the target's own language refers to what creates it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from kmsgen.policy.document import Document
from kmsgen.policy.json_form import format_document
from kmsgen.render.deployment import holds_placeholder, key_id


class KeyReference(NamedTuple):
    """What the target evaluates to a key's ARN and to its id; `key_arn` is the ARN that the bundle has in their place."""

    key_arn: str
    arn: object
    id: object

    def applied(self, data: object, join: Callable[[list[object]], object]) -> object:
        """Return plain data with the reference in each text that mentions the key; names of mappings stay.

        `join` makes a text of literal parts and references.
        """
        if isinstance(data, dict):
            return {name: self.applied(item, join) for name, item in data.items()}
        if isinstance(data, list):
            return [self.applied(item, join) for item in data]
        if not isinstance(data, str):
            return data
        found = self._split(data)
        return found[0] if len(found) == 1 else join(found)

    def _split(self, text: str) -> list[object]:
        """Split a text at the key's ARN and, in what is left, at its id: a related multi-Region key has the same id."""
        identifier = key_id(self.key_arn)
        if identifier not in text:
            return [text]
        found: list[object] = []
        for number, piece in enumerate(text.split(self.key_arn)):
            found += [self.arn] * (number > 0)
            for inner, literal in enumerate(piece.split(identifier)):
                found += [self.id] * (inner > 0)
                found += [literal] * (literal != "")
        return found


def refers(document: Document) -> bool:
    """Return whether a policy names a key to create."""
    return any(holds_placeholder(text) for text in _texts(format_document(document)))


def _texts(data: object) -> Iterator[str]:
    if isinstance(data, dict):
        for name, item in data.items():
            yield name
            yield from _texts(item)
    elif isinstance(data, list):
        for item in data:
            yield from _texts(item)
    elif isinstance(data, str):
        yield data

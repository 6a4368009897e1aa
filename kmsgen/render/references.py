"""References to a key that does not exist yet, in place of the ARN that a bundle has for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from kmsgen.policy.document import Document
from kmsgen.policy.json_form import format_document
from kmsgen.render.deployment import holds_placeholder, key_id


class KeyReference(NamedTuple):
    """A key's ARN and id as expressions of the target's language; `key_arn` is the ARN that the bundle has in their place."""

    key_arn: str
    arn: object
    id: object

    def applied(self, data: object, join: Callable[[list[object]], object]) -> object:
        """Return policy data with expressions wherever a text names the key; names of mappings stay.

        `join` makes one value of the literal parts and expressions of a text.
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
        """Return a text's literal parts and expressions: split at the ARN, then at the id, which multi-Region keys share."""
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


class KeyReferences(NamedTuple):
    """The references of several keys; a text names one of them at most."""

    of_keys: tuple[KeyReference, ...]

    def applied(self, data: object, join: Callable[[list[object]], object]) -> object:
        """Return policy data with expressions wherever a text names one of the keys; names of mappings stay."""
        if isinstance(data, dict):
            return {name: self.applied(item, join) for name, item in data.items()}
        if isinstance(data, list):
            return [self.applied(item, join) for item in data]
        found = (one for one in self.of_keys if isinstance(data, str) and key_id(one.key_arn) in data)
        own = next(found, None)
        return own.applied(data, join) if own else data


def names_key(document: Document, key_arn: str) -> bool:
    """Return whether a policy mentions the id of a key."""
    return any(key_id(key_arn) in text for text in _texts(format_document(document)))


def refers(document: Document) -> bool:
    """Return whether a policy mentions the id of a key to create."""
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

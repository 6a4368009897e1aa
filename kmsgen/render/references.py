"""References to a key that does not exist yet, in place of the ARN that a bundle has for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from kmsgen.policy.document import Document
from kmsgen.policy.json_form import format_document
from kmsgen.render.deployment import holds_placeholder, key_id

# overlapping ones too: what stands before an id may read as its beginning
_KEY_ID = re.compile(r"(?=(mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))")


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


class KeyReferences:
    """The references of several keys, each with an id as KMS gives them; a text names one of them at most."""

    def __init__(self, of_keys: Iterable[KeyReference]) -> None:
        """Keep them by id."""
        self._by_id = {key_id(one.key_arn): one for one in of_keys}

    def applied(self, data: object, join: Callable[[list[object]], object]) -> object:
        """Return policy data with expressions wherever a text names one of the keys; names of mappings stay."""
        if isinstance(data, dict):
            return {name: self.applied(item, join) for name, item in data.items()}
        if isinstance(data, list):
            return [self.applied(item, join) for item in data]
        found = (self._by_id[one] for one in _ids(data) if one in self._by_id) if isinstance(data, str) else ()
        own = next(iter(found), None)
        return own.applied(data, join) if own else data


def named_ids(document: Document) -> frozenset[str]:
    """Return each key id that a policy mentions."""
    return frozenset(found for text in _texts(format_document(document)) for found in _ids(text))


def _ids(text: str) -> Iterator[str]:
    return (found.group(1) for found in _KEY_ID.finditer(text))


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

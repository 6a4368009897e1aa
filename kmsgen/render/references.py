"""Where a bundle names a key to create, an expression of the target's own language takes its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum

from kmsgen.policy.document import Document
from kmsgen.policy.json_form import format_document
from kmsgen.render.deployment import holds_placeholder, key_id


class Mention(Enum):
    """How a text names a key: by its ARN or by its id."""

    ARN = "ARN"
    ID = "id"


def replaced(data: object, replace: Callable[[str], object]) -> object:
    """Return plain data with each text passed through `replace`; names of mappings stay."""
    if isinstance(data, dict):
        return {name: replaced(item, replace) for name, item in data.items()}
    if isinstance(data, list):
        return [replaced(item, replace) for item in data]
    return replace(data) if isinstance(data, str) else data


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


def parts(text: str, arn: str) -> list[str | Mention]:
    """Split a text at a key's ARN and, in what is left, at its id; an empty ARN splits nothing.

    A related multi-Region key has the same id in the ARN of another Region.
    """
    identifier = key_id(arn)
    if not arn or identifier not in text:
        return [text]
    found: list[str | Mention] = []
    for number, piece in enumerate(text.split(arn)):
        found += [Mention.ARN] * (number > 0)
        for inner, literal in enumerate(piece.split(identifier)):
            found += [Mention.ID] * (inner > 0)
            found += [literal] * (literal != "")
    return found

"""Where a bundle names a key to create, an expression of the target's own language takes its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kmsgen.render.deployment import key_id

# A literal text; None: the key's ARN; True: the key's id.
Part = str | None | bool


def replaced(data: object, replace: Callable[[str], object]) -> object:
    """Return plain data with each text passed through `replace`; names of mappings stay."""
    if isinstance(data, dict):
        return {name: replaced(item, replace) for name, item in data.items()}
    if isinstance(data, list):
        return [replaced(item, replace) for item in data]
    return replace(data) if isinstance(data, str) else data


def texts(data: object) -> Iterator[str]:
    """Yield every text of plain data, names of mappings included."""
    if isinstance(data, dict):
        for name, item in data.items():
            yield name
            yield from texts(item)
    elif isinstance(data, list):
        for item in data:
            yield from texts(item)
    elif isinstance(data, str):
        yield data


def parts(text: str, arn: str) -> list[Part]:
    """Split a text at a key's ARN and, in what is left, at its id; an empty ARN splits nothing.

    A related multi-Region key has the same id in the ARN of another Region.
    """
    identifier = key_id(arn)
    if not arn or identifier not in text:
        return [text]
    found: list[Part] = []
    for number, piece in enumerate(text.split(arn)):
        found += [None] * (number > 0)
        for inner, literal in enumerate(piece.split(identifier)):
            found += [True] * (inner > 0)
            found += [literal] * (literal != "")
    return found

"""Base64 values: several texts mean one binary, since bits of the last group are not looked at."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def cells(texts: Sequence[str]) -> Iterator[Iterator[str]]:
    """Cells of base64 texts: every spelling of each binary that `texts` name, then one text each of binaries that they do not."""
    named = dict.fromkeys(found for text in texts if (found := _decode(text)) is not None)
    yield from (_spellings(binary) for binary in named)
    yield (
        base64.b64encode(bytes([0] * length)).decode() for length in range(len(named) + 66) if bytes([0] * length) not in named
    )


def _decode(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _spellings(binary: bytes) -> Iterator[str]:
    text = base64.b64encode(binary).decode()
    yield text
    body = text.rstrip("=")
    yield from (
        other
        for letter in (_ALPHABET if len(body) < len(text) else "")
        if (other := body[:-1] + letter + "=" * (len(text) - len(body))) != text and _decode(other) == binary
    )

"""Changes at random to what files hold, and to their texts, for tests of readers."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

ANY: tuple[Any, ...] = (
    None, True, False, "", "*", "0", "-1", "1e999", "${", "${a}", "²", "\u202e", "\x1b[31m", {}, [], [[]], [{}], [None], {"": ""},
    {"a": 1}, {"Statement": []}, {"Statement": {}},
    [["x"]], {"references": ["x"]}, {"references": [1]}, {"AWS": "*"}, {"AWS": [["*"]]},
    "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:iam::111122223333:role/app",
    "arn:::::", "kms:Decrypt", "kms:*", '{"Statement"',
    '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}]}',
)  # fmt: skip
"""Values that stand where they do not belong."""


def paths(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the steps to every part of plain data."""
    if path:
        yield path
    for step, one in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from paths(one, (*path, step))


def at(data: Any, path: tuple[Any, ...]) -> Any:
    """Return the part of plain data at some steps."""
    for step in path:
        data = data[step]
    return data


def mutate(data: Any, chance: random.Random, values: tuple[Any, ...] = ANY) -> None:
    """Change a part of plain data: another value, one from elsewhere in it, a name of another, or none."""
    found = list(paths(data))
    if not found:
        return
    path = chance.choice(found)
    holder, kind = at(data, path[:-1]), chance.randrange(6)
    if kind == 0:
        del holder[path[-1]]
    elif kind == 1 and isinstance(holder, dict):
        holder[str(chance.choice(found)[-1])] = holder.pop(path[-1])
    else:
        value = at(data, chance.choice(found)) if kind == 2 else chance.choice(values)
        holder[path[-1]] = copy.deepcopy(value)


def mutated(data: Any, chance: random.Random, values: tuple[Any, ...] = ANY) -> Any:
    """Return plain data with one to five changes."""
    changed = copy.deepcopy(data)
    for _ in range(chance.choice((1, 1, 2, 3, 5))):
        mutate(changed, chance, values)
    return changed


_PIECES = (
    b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\\u0000", b"\\ud800", b"[" * 60, b"{", b"]", b"}", b'"', b"'", b"\n",
    b"\r\n", b"\t", b":", b",", b"&a ", b"*a", b"<<: ", b"!Ref ", b"!!x ", b"---\n", b"%", b"#", b"NaN", b"1e999", b"-" * 9,
    b"\xc2\xa0",
)  # fmt: skip


def damaged(text: bytes, chance: random.Random) -> bytes:
    """Return a text with one to three pieces cut, put in, or taken from elsewhere in it."""
    for _ in range(chance.choice((1, 1, 2, 3))):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice((0, 1, 2, 10, 1000)))
        other = chance.randrange(len(text) + 1)
        piece = chance.choice((b"", chance.choice(_PIECES), text[other : other + chance.choice((1, 5, 50))]))
        text = text[:start] + piece + text[end:]
    return text

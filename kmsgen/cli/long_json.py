"""JSON that holds a list of any length, made an element at a time: as `printable_json` makes it of the whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from kmsgen.cli.console import printable_json

ELEMENTS = "\0"
"""What stands in a document for the elements of its long list: no path and no text of a command line holds it."""
_DEPTH = 2


def json_pieces(elements: Iterable[object], document: object = ELEMENTS) -> Iterator[str]:
    """Yield the JSON of a document in which the elements stand for ELEMENTS, or of them alone, with the end of its last line."""
    before, after = printable_json(document).split(json.dumps(ELEMENTS))
    last = before.rpartition("\n")[2]
    outer = "\n" + " " * (len(last) - len(last.lstrip()))
    inner = outer + " " * _DEPTH
    yield f"{before}["
    comma = ""
    for one in elements:
        yield f"{comma}{inner}" + printable_json(one).replace("\n", inner)
        comma = ","
    yield f"{outer if comma else ''}]{after}\n"

"""JSON that a string of a file holds, read with its places in that file: AWS and Terraform put policies into strings."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import accumulate

from kmsgen.errors import Diagnostic, InputError, Location
from kmsgen.reading.json_text import parse_json
from kmsgen.reading.source import Mark, Source, Steps

Move = Callable[[int, int], tuple[int, int]]

# What one character is written as within a JSON string; a pair of surrogates is one character.
_WRITTEN = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL)


def parse_within(source: Source, steps: Steps) -> Source:
    """Parse the JSON text that the string at `steps` holds. Raises InputError with places in the file."""
    text = str(source.at(steps))
    try:
        inner = parse_json(text, source.path)
    except InputError as error:
        move = _mover(source, steps, text)
        raise InputError(_moved_problem(diagnostic, move) for diagnostic in error.diagnostics) from None
    return Source(source.path, inner.data, lambda: _moved(inner.root, _mover(source, steps, text)))


def _mover(source: Source, steps: Steps, text: str) -> Move:
    """Return what turns a line and column of the text into those of the file; the string's own where the file is not JSON."""
    start = source.where(steps)
    raw = source.raw_string(start)
    if raw is None:
        return lambda _line, _column: (start.line, start.column)
    lines = [0, *accumulate(len(row) + 1 for row in text.split("\n"))]
    written = [0, *accumulate(len(match[0]) for match in _WRITTEN.finditer(raw))]

    def move(line: int, column: int) -> tuple[int, int]:
        offset = lines[line - 1] + column - 1 if line else 0
        return start.line, start.column + 1 + written[min(offset, len(written) - 1)]

    return move


def _moved(mark: Mark, move: Move) -> Mark:
    moved = Mark(*move(mark.line, mark.column), {step: _moved(child, move) for step, child in mark.children.items()})
    moved.keys = {key: move(*place) for key, place in mark.keys.items()}
    return moved


def _moved_problem(diagnostic: Diagnostic, move: Move) -> Diagnostic:
    line, column = move(diagnostic.location.line, diagnostic.location.column)
    return diagnostic._replace(location=Location(diagnostic.location.path, line, column))

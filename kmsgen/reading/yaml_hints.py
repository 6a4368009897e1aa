"""Hints on what PyYAML's parser (libyaml, and its own) says of a text that is not YAML."""

from __future__ import annotations

import yaml

_COLUMN = "the lines of one list, or of one mapping, start in the same column"
_QUOTE = "a text that starts with one of ``* & @ ` % ! | >``, or that holds `: ` or ` #`, stands in quotes"
_OPEN = "the `[` or `{{` of line {line} is not closed, or a comma is missing"
# a part of what is said, where the parser was when it said that, and the hint; the first that fits
_HINTS = (
    ("',' or ']'", "", _OPEN),
    ("',' or '}'", "", _OPEN),
    ("unexpected end of stream", "quoted scalar", "the quote of line {line} is not closed"),
    ("document separator", "quoted scalar", "the quote of line {line} is not closed"),
    ("alphabetic or numeric character", "", _QUOTE),
    ("cannot start any token", "", _QUOTE),
    ("mapping values are not allowed", "", f"{_COLUMN}; {_QUOTE}"),
    ("expected key", "", f"{_COLUMN}; {_QUOTE}"),
    ("'-' indicator", "", _COLUMN),
    ("<block end>", "", f"{_COLUMN}; {_QUOTE}"),
    ("block sequence entries", "", "a list within a line is [a, b]"),
    ("could not find expected ':'", "", "each line of a mapping is `name: value`"),
    ("unknown escape character", "", "a backslash stands for itself in single quotes alone"),
)


def hint_on(error: yaml.MarkedYAMLError, text: str, line: int) -> str:
    """Return what is likely to mend an error in a line of a text; empty where that is not known."""
    if tab := _tab_before(text, line):
        return tab
    said, within = error.problem or "", error.context or ""
    began = error.context_mark.line + 1 if error.context_mark else line
    return next((hint.format(line=began) for part, where, hint in _HINTS if part in said and where in within), "")


def _tab_before(text: str, line: int) -> str:
    """Return a hint on the last tab up to a line in what indents a line, which YAML takes spaces for alone."""
    rows = enumerate(text.splitlines()[:line], 1)
    found = [number for number, row in rows if "\t" in row[: len(row) - len(row.lstrip(" \t"))]]
    return f"line {found[-1]} is indented with a tab: use spaces" if found else ""

"""Printing, and the one place where what an input says is kept from speaking for kmsgen: data on stdout, talk on stderr."""

from __future__ import annotations

import codecs
import json
import os
import sys
from collections.abc import Iterable

from kmsgen.errors import Diagnostic, KmsgenError, visible

_ON_A_LINE = json.JSONEncoder(ensure_ascii=False).encode


def escape_what_streams_cannot_hold() -> None:
    r"""Write characters that the encoding of a terminal or pipe does not have as JSON spells them (`\u00e9`)."""
    codecs.register_error("kmsgen", _spelled_as_json)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="kmsgen")  # type: ignore[union-attr]  # standard streams are of text


def _spelled_as_json(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def line(text: str) -> str:
    """Return a text as the one line that it may be printed as, on a terminal, in a CI log and in a report.

    A line that starts with `::` is a command of GitHub Actions, spaces before it or not.
    """
    shown = visible(text)
    if not shown.lstrip().startswith("::"):
        return shown
    return shown.replace(":", "\\u003a", 1)


def say(text: str) -> None:
    """Print a line of talk: to stderr."""
    sys.stderr.write(f"{line(text)}\n")


def answer(*texts: str) -> None:
    """Print data, a line a text: to stdout."""
    sys.stdout.write("".join(f"{line(text)}\n" for text in texts))


def answer_each(texts: Iterable[str]) -> None:
    """Print data, a line a text, of which there may be more than memory is to hold: to stdout."""
    sys.stdout.writelines(f"{line(text)}\n" for text in texts)


def answer_held(texts: Iterable[str]) -> None:
    """Print what was held of texts that `line` and `printable_json` made: to stdout."""
    sys.stdout.writelines(texts)


def answer_row(cells: Iterable[str]) -> None:
    """Print a row of data on a line, tabs between the cells."""
    shown = [line(" ".join(cell.split())) for cell in cells]
    sys.stdout.write("\t".join(shown) + "\n")


def answer_json(data: object) -> None:
    """Print data as JSON, two spaces deep; characters that a terminal would not show as they are stand as JSON spells them."""
    sys.stdout.write(f"{printable_json(data)}\n")


def printable_json(data: object) -> str:
    """Return data as the JSON that it may be printed as, two spaces deep."""
    return _printable(json.dumps(data, indent=2, ensure_ascii=False))


def printable_json_line(data: object) -> str:
    """Return data as JSON on one line, which is written in a third of the time."""
    return _printable(_ON_A_LINE(data))


def _printable(text: str) -> str:
    if text.isascii() and "\x7f" not in text and "##" not in text:
        return text  # JSON spells out the other control characters itself
    return "\n".join(map(visible, text.split("\n")))


def complain(error: KmsgenError) -> None:
    """Print every diagnostic of an error."""
    for diagnostic in error.diagnostics:
        for text in diagnostic.lines():
            say(text)


def say_note(note: Diagnostic | str) -> None:
    """Print what a reader should know beside an answer."""
    first, *more = note.lines() if isinstance(note, Diagnostic) else (note,)
    for text in (f"note: {first}", *more):
        say(text)


def coloured() -> bool:
    """Return whether data goes to a terminal whose user did not ask for plain text."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")

"""Text of inputs within Markdown: as code, where nothing is markup, a link, a mention of somebody or the end of a cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from kmsgen.cli.console import line

Section = Callable[[bool], str]
"""Makes a section: in short, or else in full."""
LIMIT = 60_000
"""Bytes of a text that fits a comment: GitHub takes 65,536 characters."""
MOST_SECTIONS = 2_000
"""No text holds so many sections, in short: more of them need not be kept to be left out."""
_LONGEST = 300
_MOST = 64
_SHORT = 4
_OPENING = re.compile(r"<(?=[A-Za-z/!?])")
_RUNS = re.compile(r"`+")


def code(text: str) -> str:
    """Return a text as a code span that stands in a cell too; what would end the cell or begin a tag is spelled as JSON does."""
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    shown = _OPENING.sub("\\\\u003c", line(cut)).replace("|", "\\u007c")
    fence = "`" * (1 + max((len(run) for run in _RUNS.findall(shown)), default=0))
    space = " " if len(fence) > 1 or shown != shown.strip() or not shown else ""
    return f"{fence}{space}{shown}{space}{fence}"


def item(text: str) -> str:
    """Return a text as an item of a list, each of its lines on a line."""
    return f"- {'<br>'.join(code(one.strip()) for one in text.splitlines())}"


def cell(texts: Sequence[str], nothing: str = "") -> str:
    """Return texts as a cell, a line each where they are few, and how many more there are than are shown."""
    shown = [code(text) for text in texts[:_MOST]]
    more = [f"and {len(texts) - _MOST} more"] if len(texts) > _MOST else []
    return ("<br>" if len(texts) <= _SHORT else ", ").join((*shown, *more)) or nothing


def table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells."""
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def folded(summary: str, text: str) -> str:
    """Return a text that is shown when its summary is clicked."""
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def bounded(head: str, sections: Sequence[Section], left_out: str, more: int = 0, limit: int = LIMIT) -> str:
    """Return a head with sections, in full as long as they fit, then in short, and a note on those left out.

    A section is made when its turn comes. `left_out` says in words what a section is of; there are so many `more` of them.
    """
    room = limit - len(head.encode()) - 200
    shown: list[str] = []
    short = False
    for section in sections:
        text = section(short)
        if not short and len(text.encode()) + 2 > room:
            short = True
            text = section(short)
        if len(text.encode()) + 2 > room:
            break
        shown.append(text)
        room -= len(text.encode()) + 2
    missing = len(sections) - len(shown) + more
    note = f"**{missing} more {left_out} not shown here:** a comment takes no more text. The exit code counts them too."
    return "\n\n".join((head, *shown, *([note] if missing else []))) + "\n"

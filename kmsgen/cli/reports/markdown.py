"""Text of inputs within Markdown: as code, where nothing is markup, a link, a mention of somebody or the end of a cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kmsgen.cli.console import line

LIMIT = 60_000
"""Bytes of a text that fits a comment: GitHub takes 65,536 characters."""
_LONGEST = 300
_MOST = 64
_SHORT = 4
_OPENING = re.compile(r"<(?=[A-Za-z/!?])")
_RUNS = re.compile(r"`+")


def code(text: str) -> str:
    """Return a text as a code span that stands in a cell too; what would end the cell or begin a tag is spelled as JSON does."""
    shown = _OPENING.sub("\\\\u003c", line(text)).replace("|", "\\u007c")
    shown = shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}..."
    fence = "`" * (1 + max((len(run) for run in _RUNS.findall(shown)), default=0))
    space = " " if len(fence) > 1 or shown != shown.strip() or not shown else ""
    return f"{fence}{space}{shown}{space}{fence}"


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


def bounded(head: str, sections: Sequence[tuple[str, str]], left_out: str, limit: int = LIMIT) -> str:
    """Return a head with sections, each in its long form or else its short one, in their order, and a note on those left out.

    `left_out` says in words what a section is of.
    """
    room = limit - len(head.encode()) - 200
    shown: list[str] = []
    for forms in sections:
        fitting = next((form for form in forms if len(form.encode()) + 2 <= room), None)
        if fitting is None:
            break
        shown.append(fitting)
        room -= len(fitting.encode()) + 2
    missing = len(sections) - len(shown)
    note = f"**{missing} more {left_out} not shown here:** a comment takes no more text. The exit code counts them too."
    return "\n\n".join((head, *shown, *([note] if missing else []))) + "\n"

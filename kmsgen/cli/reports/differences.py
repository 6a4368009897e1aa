"""Access gained and lost, as text, as Markdown for a comment on a pull request, and as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kmsgen.cli.console import answer, answer_json, line
from kmsgen.cli.reports.proofs import shortly, told_group
from kmsgen.prover.question import Differences, Group

# What ends a cell, begins markup or is a character of HTML.
_MARKDOWN = {
    **{ord(character): f"\\{character}" for character in "\\|*_`[]"},
    ord("&"): "&amp;",
    ord("<"): "&lt;",
}


def show(found: Differences, output: str) -> None:
    """Print the differences."""
    if output == "json":
        gained, lost = ([told_group(one) for one in side] for side in (found.gained, found.lost))
        answer_json({"gained": gained, "lost": lost, "reason": found.reason})
    else:
        answer(*(_markdown(found) if output == "markdown" else text_lines(found)))


def text_lines(found: Differences) -> Iterator[str]:
    """Yield the differences as lines for a reader."""
    for sign, groups in (("+", found.gained), ("-", found.lost)):
        for one in groups:
            yield f"{sign} {one}"
            yield f"    such as {shortly(one)}"


def _markdown(found: Differences) -> Iterator[str]:
    for title, groups in (("Access gained", found.gained), ("Access lost", found.lost)):
        if groups:
            yield from _table(title, groups)


def _table(title: str, groups: Sequence[Group]) -> Iterator[str]:
    yield f"### {title}"
    yield ""
    yield "| Who | What | When | Such as |"
    yield "|---|---|---|---|"
    for one in groups:
        cells = (one.principals, one.actions, one.conditions or ("always",), (shortly(one),))
        yield "| " + " | ".join("<br>".join(map(markdown, cell)) for cell in cells) + " |"
    yield ""


def markdown(text: str) -> str:
    """Keep a text from ending its cell or becoming markup."""
    return line(text).translate(_MARKDOWN)

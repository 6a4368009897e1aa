"""Put into docs/lint.md what the table of lint rules holds: `python scripts/refresh_lint.py`; `--check` tells if it is stale."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from kmsgen.checks.lint import table
from kmsgen.checks.lint.rule import LintRule

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "lint.md"
START, END = "<!-- rules -->", "<!-- /rules -->"
SECTIONS: tuple[tuple[str, Iterable[LintRule[Any]]], ...] = (
    ("Rules on a statement by itself", table.OF_STATEMENTS),
    ("Rules on a policy as it is written", table.OF_POLICIES),
    ("Rules on a key with all that bears on it", table.OF_KEYS),
    ("Rules on what a file leaves unknown", table.OF_READINGS),
)


def _lines() -> Iterator[str]:
    yield from ("", "| code | severity | what it means |", "|---|---|---|")
    for rule in table.RULES:
        yield f"| [`{rule.id}`](#{rule.id}) | {rule.severity} | {rule.meaning} |"
    for title, rules in SECTIONS:
        yield from ("", f"## {title}")
        for rule in rules:
            yield from _section(rule)
    yield ""


def _section(rule: LintRule[Any]) -> Iterator[str]:
    page = rule.source.rpartition("/")[2].removesuffix(".html")
    yield from ("", f"### `{rule.id}`", "", f"*{rule.severity.capitalize()}.* {rule.meaning}", "", rule.why, "")
    yield f"**How to mend it:** {rule.mend}. AWS: [{page}]({rule.source})."


def refreshed(text: str) -> str:
    """Return the page with its rules as the table has them now."""
    head, _, rest = text.partition(START)
    return "\n".join((head + START, *_lines(), END + rest.partition(END)[2]))


def main() -> int:
    """Rewrite the page; with `--check` return 1 where it is stale."""
    old = PAGE.read_text(encoding="utf-8")
    new = refreshed(old)
    if "--check" in sys.argv[1:]:
        return int(old != new)
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

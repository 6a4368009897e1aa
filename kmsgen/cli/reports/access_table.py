"""Who can do what, as a table and as data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kmsgen.checks.matrix import Row, short
from kmsgen.cli.console import answer_json
from kmsgen.cli.reports.table import print_table
from kmsgen.sources.described import Described

_NAMES = ("principal", "may", "when", "by", "unless")


def show(rows: Sequence[Row], output: str, described: Described) -> None:
    """Print the rows, with the keys they are about where these are several."""
    if output == "json":
        answer_json([told(row) | {"name": described.names.get(row.key)} for row in rows])
    elif len({row.key for row in rows}) > 1:
        print_table(("key", *_NAMES), [(described.name_of(row.key), *_cells(row)) for row in rows])
    else:
        print_table(_NAMES, [_cells(row) for row in rows])


def told(row: Row) -> dict[str, Any]:
    """Return a row as plain data: `{key, principal, actions, conditions, statements, unless, sure}`."""
    return {
        "key": row.key,
        "principal": row.principal,
        "actions": list(row.actions),
        "conditions": list(row.conditions),
        "statements": list(row.statements),
        "unless": list(row.unless),
        "sure": row.sure,
    }


def _cells(row: Row) -> tuple[str, ...]:
    conditions = "; ".join(row.conditions) or "always"
    conditions += "" if row.sure else " (open: depends on what is not known)"
    return row.principal, short(row.actions), conditions, ", ".join(row.statements), ", ".join(row.unless)

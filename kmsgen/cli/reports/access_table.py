"""Who can do what, as a table and as data."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from kmsgen.checks.matrix import Row, short
from kmsgen.cli.console import answer_held
from kmsgen.cli.long_json import json_pieces
from kmsgen.cli.reports.table import print_table
from kmsgen.errors import Diagnostic

_NAMES = ("principal", "may", "when", "by", "unless")


class NamedRow(NamedTuple):
    """A row with what its file calls the key, if anything, the key as it is printed, and what the row takes for granted."""

    row: Row
    name: str | None
    key: str
    assumed: tuple[str, ...] = ()


class FileRows(NamedTuple):
    """The rows of a file, and what to know beside them."""

    path: str
    rows: tuple[NamedRow, ...]
    notes: tuple[Diagnostic, ...] = ()


def show(found: Collection[FileRows], output: str, *, by_file: bool) -> None:
    """Print the rows, with the keys they are about where these are several, and their files where these may be."""
    if output == "json":
        answer_held(json_pieces(_with_file(file, one) for file in found for one in file.rows))
        return
    by_key = by_file or len({one.row.key for file in found for one in file.rows}) > 1
    names = (*(("file",) if by_file else ()), *(("key",) if by_key else ()), *_NAMES)
    rows = (
        (*((file.path,) if by_file else ()), *((one.key,) if by_key else ()), *_cells(one.row))
        for file in found
        for one in file.rows
    )
    print_table(names, rows)


def _with_file(file: FileRows, one: NamedRow) -> dict[str, Any]:
    return told(one.row) | {"name": one.name, "file": file.path, "assumed": list(one.assumed)}


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

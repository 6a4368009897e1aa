"""What `kmsgen matrix` asks and prints."""

from __future__ import annotations

from typing import Any

from kmsgen.checks.matrix import Row, matrix, short
from kmsgen.cli.console import answer_json
from kmsgen.cli.reports.table import print_table
from kmsgen.sources.beside import Beside
from kmsgen.sources.subject import read_subject

_NAMES = ("principal", "may", "when", "by", "unless")


def run(path: str, beside: Beside, output: str) -> None:
    """Print who can do what with the keys of a file. Raises KmsgenError."""
    subject = read_subject(path, beside)
    organization = subject.intent.scope.organization if subject.intent else None
    rows = matrix(subject.bundle, organization, subject.account)
    if output == "json":
        answer_json([told(row) for row in rows])
        return
    several = len({row.key for row in rows}) > 1
    if several:
        print_table(("key", *_NAMES), [(row.key, *_cells(row)) for row in rows])
    else:
        print_table(_NAMES, [_cells(row) for row in rows])


def told(row: Row) -> dict[str, Any]:
    """Return a row as plain data: `{key, principal, actions, conditions, statements, unless}`."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in row._asdict().items()}


def _cells(row: Row) -> tuple[str, ...]:
    conditions = "; ".join(row.conditions) or "always"
    return row.principal, short(row.actions), conditions, ", ".join(row.statements), ", ".join(row.unless)

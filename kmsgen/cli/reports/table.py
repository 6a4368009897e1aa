"""Tables: drawn on a terminal; where the output is piped, a line a row with tabs between the cells."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from itertools import chain

from kmsgen.cli.console import answer_row, line


def print_table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under the names of their columns, as text that is never read as markup."""
    if not sys.stdout.isatty():
        for row in chain([names], rows):
            answer_row(row)
        return
    from rich.console import Console  # noqa: PLC0415 - a pipe does not pay for drawing
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(show_lines=True)
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(line(cell)) for cell in row))
    Console().print(table)

"""The table that benchmarks print, in Markdown: a row a measure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

HEAD = ("| measure | figure | peer or floor | ratio |", "|---|---:|---:|---:|")


class Row(NamedTuple):
    """One measure: a figure in a unit, and in the same unit what it is held against, if anything is.

    That is a peer, which does the same work, or a floor, below which nobody can get; `whose` names it.
    """

    measure: str
    figure: float
    unit: str
    against: float | None = None
    whose: str = ""

    def __str__(self) -> str:
        """Return the row as a line; the ratio is the figure divided by that of the peer or floor."""
        beside = "-" if self.against is None else f"{number(self.against)} {self.unit}, {self.whose}"
        ratio = number(self.figure / self.against) if self.against else "-"
        return f"| {self.measure} | {number(self.figure)} {self.unit} | {beside} | {ratio} |"


def number(value: float) -> str:
    """Return a number with three digits that count, and none behind the point from 100 on."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def print_table(benchmark: str, rows: Iterable[Row]) -> None:
    """Print each row as soon as it is measured, with the name of the benchmark in front."""
    print(*HEAD, sep="\n", flush=True)
    for row in rows:
        print(row._replace(measure=f"{benchmark}: {row.measure}"), flush=True)

"""Rows of `_availability.py`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from catalogue_build import documentation
from catalogue_build.packages import Reference, family

Row = tuple[Any, ...]
WITHOUT_RESOURCE = "none"
_UNTOLD = {"sometimes": "absent", "never": "absent"}


@cache
def _facts() -> dict[str, Any]:
    return documentation.load("availability")


def readings() -> dict[str, tuple[tuple[str, str], ...]]:
    """Return what the pages say where they contradict each other or are silent: pairs of source and saying."""
    return {name: tuple((source, says) for source, says in pairs) for name, pairs in _facts()["readings"].items()}


def rows(reference: Reference) -> tuple[Row, ...]:
    """Return one row a group of keys, in the order of the fields of `Availability` after `key`."""
    return tuple(_row(row, reference) for row in _facts()["rows"])


def keys(known: Iterable[str]) -> dict[str, int]:
    """Return the number of each key's row; keys in lower case, families without their placeholder.

    Raises SystemExit for a known condition key without a row.
    """
    found: dict[str, int] = {}
    for number, row in enumerate(_facts()["rows"]):
        for key in map(_lower, row["keys"]):
            if key in found:
                raise SystemExit(f"availability.yaml: {key} stands twice")
            found[key] = number
    begin = tuple(name for name in found if name.endswith((":", "/")))
    without = {key for key in known if key.lower() not in found and not key.lower().startswith(begin)}
    documentation.hold_rows("availability", (), without, "")
    return dict(sorted(found.items()))


def _lower(key: str) -> str:
    return family(key).lower()


def _row(row: dict[str, Any], reference: Reference) -> Row:
    *_, last = occurrences = [_occurrence(each, reference) for each in row["when"]]
    if any(last[:3]):
        raise SystemExit(f"availability.yaml: the last line of {row['keys']} must hold for all")
    return (
        tuple(row["follows_from"]),
        row["how"],
        tuple(occurrences),
        row.get("parameter", ""),
        row.get("default", ""),
        tuple(map(_implied, row.get("implies", ()))),
        tuple(map(_lower, row.get("excludes", ()))),
        row.get("note", ""),
        tuple(row["sources"]),
    )


def _implied(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key.lower(), value


def _occurrence(row: dict[str, Any], reference: Reference) -> Row:
    named = row.get("actions", ())
    without = (name for name in reference.actions if not reference.resource_types(name))
    if ("readings" in row) != (row["is"] in ("contradiction", "undocumented")):
        raise SystemExit(f"availability.yaml: readings go with a contradiction or silence: {row}")
    return (
        tuple(row.get("callers", ())),
        tuple(row.get("routes", ())),
        tuple(without if named == WITHOUT_RESOURCE else named),
        row["is"],
        row.get("untold", _UNTOLD.get(row["is"], "open")),
        tuple(row.get("values", ())),
        row.get("shape", ""),
        row["why"],
        row.get("readings", ""),
    )

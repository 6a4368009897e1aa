"""The part of `docs/catalogue.md` about condition keys: when AWS sends each, and where its pages differ or are silent."""

from __future__ import annotations

from collections.abc import Iterator

from kmsgen.catalogue import _availability
from kmsgen.catalogue.condition_keys import CONDITION_KEYS, DISPUTED

INTRODUCTION = """\
## Condition keys in requests

Whose requests hold a key, by which routes and for which actions; the first that fits. In parentheses what a scenario that does
not tell the key is taken to hold: *derived* from what it follows from, *open* or *absent*. A `kms:` key is in requests of its
actions only. *contradiction* and *undocumented* are told below.
"""
DIFFERENCES = "## Where pages differ about a condition key, or none says\n"
DISPUTES = """\
## Condition keys that not every source gives an action

Unless it is settled, a Deny counts with the key, and an Allow that rests on it does not: C11 in
[aws-silences.md](aws-silences.md).
"""
HEADER = ("condition key", "in requests of", "follows from")
READINGS = ("condition keys", "page", "what it says")
SOURCES = ("condition key", "actions", "given by", "not by", "settled", "why")
_SPELLING = {name.lower(): name for name in CONDITION_KEYS}
_Cells = tuple[str, ...]


def presence() -> Iterator[_Cells]:
    """Yield a line for each group of keys: when it is there, and what it follows from."""
    for number, (_origins, how, occurrences, *_rest) in enumerate(_availability.ROWS):
        others = "all others" if len(occurrences) > 1 else "everybody"
        yield _quoted(_keys(number)), "; ".join(_occurrence(each, others) for each in occurrences), how


def readings() -> Iterator[_Cells]:
    """Yield a line for each thing that a page says of a contradiction or silence."""
    for name, pairs in _availability.READINGS.items():
        keys = [key for number, row in enumerate(_availability.ROWS) if _has(row[2], name) for key in _keys(number)]
        yield from ((_quoted(keys), source, says) for source, says in pairs)


def disputes() -> Iterator[_Cells]:
    """Yield a line for each key and the actions that not every source gives it."""
    for row in DISPUTED:
        settled = "yes" if row.settled else "no"
        yield _quoted([_spelled(row.key)]), ", ".join(row.actions), _listed(row.given_by), _listed(row.not_by), settled, row.why


def _has(occurrences: tuple[tuple[str, ...], ...], name: str) -> bool:
    return any(each[-1] == name for each in occurrences)


def _keys(number: int) -> list[str]:
    return [_spelled(key) for key, row in _availability.KEYS.items() if row == number]


def _spelled(key: str) -> str:
    return _SPELLING.get(key, "kms:RecipientAttestation:" if key.startswith("kms:") else key)


def _quoted(keys: list[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _listed(sources: _Cells) -> str:
    return "; ".join(sources)


def _occurrence(row: tuple[_Cells, _Cells, _Cells, str, str, *tuple[object, ...]], others: str) -> str:
    kinds, routes, actions, presence, untold, *_rest = row
    where = ", ".join((*kinds, *(f"by {route}" for route in routes), *_named(actions))) or others
    return f"{where}: {presence}" + ("" if presence == "never" else f" ({untold})")


def _named(actions: _Cells) -> _Cells:
    return actions if len(actions) < 4 else ("actions without a resource",)

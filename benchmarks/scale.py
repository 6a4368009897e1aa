"""What was measured of estates, as rows of a benchmark and as the tables of docs/scale.md with what follows from them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from table import Row, number

CORES = (8, 64, 512)
INTENTS = (10_000, 100_000, 1_000_000)
_SHORT, _LONG = 120, 7200


class OfKind(NamedTuple):
    """What one intent of a kind, of which there are so many of ten, takes: seconds of CPU."""

    name: str
    of_ten: int
    render: float
    lint: float
    verify: float


class OfEstate(NamedTuple):
    """What an estate takes: seconds of CPU, or by the clock (`wall`), and MiB.

    `own` is the CPU of the process that hands out to two others, `two` that of all three. `asked`: of `verify` and `lint` the
    first run and the one in which nothing changed.
    """

    count: int
    first: float
    memory: float
    again: float
    memory_again: float
    changed: float
    wall: float
    wall_of_two: float
    own: float
    two: float
    asked: Mapping[str, tuple[float, float]]


def rows(one: OfKind | OfEstate) -> Iterator[Row]:
    """Yield the rows of a benchmark."""
    if isinstance(one, OfKind):
        for told, took in (("render without cfn-lint", one.render), ("cfn-lint", one.lint), ("verify", one.verify)):
            yield Row(f"one {one.name} intent, {told}: CPU", 1000 * took, "ms")
        return
    yield Row(f"{one.count:,} intents, one process: CPU an intent", 1000 * one.first / one.count, "ms")
    yield Row(f"{one.count:,} intents, one process: memory", one.memory, "MiB")
    yield Row(f"{one.count:,} intents, first run: CPU", one.first, "s", one.again, "nothing changed")
    yield Row(f"{one.count:,} intents, one process by the clock", one.wall, "s", one.wall_of_two, "two processes")
    yield Row(f"{one.count:,} intents, one of them changed: CPU", one.changed, "s")
    yield Row(
        f"{one.count:,} intents, two processes: CPU an intent of the third, which hands out", 1000 * one.own / one.count, "ms"
    )
    for command, (anew, again) in one.asked.items():
        yield Row(f"{one.count:,} intents, first {command}: CPU", anew, "s", again, "nothing changed")


def tables(found: Sequence[OfKind | OfEstate], load: float) -> str:
    """Return the tables of docs/scale.md, with what is reckoned from them; `load` is the system's at the end."""
    kinds = [one for one in found if isinstance(one, OfKind)]
    estates = [one for one in found if isinstance(one, OfEstate)]
    measured = (f"On {os.cpu_count()} cores, with a load of {load:.1f} at the end.", _by_kind(kinds), _by_estate(estates))
    return "\n\n".join((*measured, *_reckoned(kinds, estates)))


def _by_kind(kinds: Iterable[OfKind]) -> str:
    kinds = list(kinds)
    told = (
        ("`render` without cfn-lint", [one.render for one in kinds]),
        ("cfn-lint on its templates", [one.lint for one in kinds]),
        ("`verify`, which counts through besides", [one.verify for one in kinds]),
    )
    return _table(("one intent", *(one.name for one in kinds)), ((name, *map(_ms, took)) for name, took in told))


def _by_estate(estates: Iterable[OfEstate]) -> str:
    names = ("estate", "CPU an intent", "memory", "nothing changed", "one changed", "two processes", "the client's own part")
    told = (
        (
            f"{one.count:,}",
            _ms(one.first / one.count),
            f"{one.memory:.0f} MiB",
            f"{number(one.again)} s, {number(one.first / one.again)} times less; {one.memory_again:.0f} MiB",
            f"{number(one.changed)} s",
            f"{number(one.wall / one.wall_of_two)} times faster",
            f"{_ms(one.own / one.count)} an intent",
        )
        for one in estates
    )
    asked = (
        (f"{command}, {one.count:,} intents", f"{number(anew)} s", f"{number(again)} s", f"{number(anew / again)} times less")
        for one in estates
        for command, (anew, again) in one.asked.items()
    )
    return f"{_table(names, told)}\n\n{_table(('command', 'first run: CPU', 'nothing changed', ''), asked)}"


def _reckoned(kinds: Iterable[OfKind], estates: Sequence[OfEstate]) -> Iterator[str]:
    """Yield the arithmetic: seconds of CPU an intent, over the cores, but never less than the process that hands out takes."""
    lint = sum(one.of_ten * one.lint for one in kinds) / 10
    mixture, own = _an_intent(estates, lambda one: one.two - one.own), _an_intent(estates, lambda one: one.own)
    worked = mixture + lint
    yield (
        f"An intent takes {_ms(worked)} of CPU ({_ms(mixture)} for the mixture above, {_ms(lint)} of cfn-lint), and the process\n"
        f"that hands out {_ms(own)} besides: `N` intents on `C` cores take the larger of `{worked:.3f} · N / C` and\n"
        f"`{own:.4f} · N` seconds. These are products of what was measured, not runs."
    )
    names = ("intents", "CPU", *(f"on {cores} cores" for cores in CORES), "the client's own part")
    yield _table(
        names,
        (
            (
                f"{count:,}",
                _time(worked * count),
                *(f"{_time(max(worked * count / cores, own * count))}{_by_whom(worked, own, cores)}" for cores in CORES),
                _time(own * count),
            )
            for count in INTENTS
        ),
    )
    yield f"The client is the slower part beyond {worked / own:.0f} cores."


def _an_intent(estates: Sequence[OfEstate], took: Callable[[OfEstate], float]) -> float:
    """Return what an intent more takes, without the start of a run: from the smallest of several estates to the largest."""
    least, most = estates[0], estates[-1]
    if most.count == least.count:
        return took(most) / most.count
    return (took(most) - took(least)) / (most.count - least.count)


def _by_whom(worked: float, own: float, cores: int) -> str:
    return " (the client)" if own > worked / cores else ""


def _time(seconds: float) -> str:
    if seconds < _SHORT:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < _LONG else f"{seconds / 3600:.1f} h"


def _ms(seconds: float) -> str:
    return f"{number(1000 * seconds)} ms"


def _table(names: Sequence[str], told: Iterable[Sequence[str]]) -> str:
    head, *lines = (f"| {' | '.join(line)} |" for line in (names, *told))
    return "\n".join((head, f"|{'|'.join(('---', *['---:'] * (len(names) - 1)))}|", *lines))

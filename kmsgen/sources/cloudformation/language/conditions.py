"""CloudFormation conditions; those that the template leaves undecided are split into cases, one for each assumption.

A parameter compared with texts has one of them or OTHER; any other undecided comparison is assumed true and false.
Source: AWS CloudFormation User Guide, intrinsic-function-reference-conditions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeVar

from kmsgen.sources.unknown.unknown import has_unknown

Done = TypeVar("Done")

OTHER: Final = None
"""Stands for any value of a parameter other than the texts that conditions compare it with."""

Assignment = Mapping[str, str | bool | None]
"""Assumptions: of parameters (by name) their value, of comparisons (by their JSON) whether they hold."""

MOST_CASES = 16


class UndecidedError(Exception):
    """A condition depends on what the template does not tell; `cases` are the assumptions to try instead."""

    def __init__(self, cases: tuple[Assignment, ...]) -> None:
        super().__init__("undecided")
        self.cases = cases


class Case(NamedTuple):
    """The value of something under some assumptions."""

    assumed: Assignment
    value: Any


def cases_of(work: Callable[[Assignment], Any], assumed: Assignment) -> tuple[Case, ...] | None:
    """Do the work once for each case that it must tell apart, splitting at UndecidedError; None if over MOST_CASES."""
    waiting = [assumed]
    done: list[Case] = []
    while waiting:
        one = waiting.pop()
        try:
            done.append(Case(one, work(one)))
        except UndecidedError as undecided:
            waiting += [{**one, **case} for case in reversed(undecided.cases)]
        if len(waiting) + len(done) > MOST_CASES:
            return None
    return tuple(done)


class Conditions(NamedTuple):
    """Decides the Conditions section: its `definitions`, the values of parameters, and what is told for sure or by default.

    `choices`: for each parameter the texts that it may have, OTHER among them if it may have more.
    """

    definitions: Mapping[str, Any]
    choices: Mapping[str, tuple[str | None, ...]]
    told: Callable[[Any], Any]
    likely: Callable[[Any], Any]

    def holds(self, data: Any, assumed: Assignment, outer: frozenset[str] = frozenset()) -> bool:  # noqa: ANN401 - plain data
        """Return whether a condition holds under the assumptions. Raises UndecidedError.

        `outer` are the conditions being worked out, to stop at circles.
        """
        name, argument = next(iter(data.items())) if isinstance(data, dict) and len(data) == 1 else ("", data)
        argument = plain(argument)
        if name == "Condition" and isinstance(argument, str) and argument in self.definitions and argument not in outer:
            return self.holds(self.definitions[argument], assumed, outer | {argument})
        if name == "Fn::Equals" and isinstance(argument, list) and len(argument) == 2:
            return self._equal(argument[0], argument[1], assumed)
        if name == "Fn::Not" and isinstance(argument, list) and len(argument) == 1:
            return not self.holds(argument[0], assumed, outer)
        if name in ("Fn::And", "Fn::Or") and isinstance(argument, list) and argument:
            return self._several(argument, assumed, outer, settles=name == "Fn::Or")
        return _opaque(data, assumed)

    def _several(self, items: list[Any], assumed: Assignment, outer: frozenset[str], *, settles: bool) -> bool:
        """Decide `Fn::Or` (settled by one that holds) or `Fn::And` (settled by one that does not). Raises UndecidedError."""
        undecided: UndecidedError | None = None
        for item in items:
            try:
                if self.holds(item, assumed, outer) is settles:
                    return settles
            except UndecidedError as error:
                undecided = undecided or error
        if undecided:
            raise undecided
        return not settles

    def _equal(self, left: Any, right: Any, assumed: Assignment) -> bool:  # noqa: ANN401 - plain data
        values = self.told(left), self.told(right)
        if left == right or not has_unknown(list(values)):
            return bool(left == right or plain(values[0]) == plain(values[1]))
        for one, other in ((left, plain(values[1])), (right, plain(values[0]))):
            parameter = referred(one)
            choices = self.choices.get(parameter or "", ())
            if parameter and (other in choices or (isinstance(other, str) and choices and OTHER not in choices)):
                if parameter not in assumed:
                    raise UndecidedError(tuple({parameter: choice} for choice in choices))
                return bool(assumed[parameter] == other)
        return self._comparison(left, right, assumed)

    def _comparison(self, left: Any, right: Any, assumed: Assignment) -> bool:  # noqa: ANN401 - plain data
        """Decide any other comparison by assumption; against its parameters' defaults, their values become unknown too."""
        likely = self.likely(left), self.likely(right)
        by_default = None if has_unknown(list(likely)) else plain(likely[0]) == plain(likely[1])
        parameters = {unsure(name): True for name in sorted(set(names_in([left, right]))) if name in self.choices}
        name = json.dumps([left, right], sort_keys=True)
        if name in assumed:
            return bool(assumed[name])
        raise UndecidedError(tuple({name: holds, **({} if holds is by_default else parameters)} for holds in (True, False)))


def unsure(parameter: str) -> str:
    """Return the name of the assumption that a parameter's value is unknown, its default included."""
    return f"?{parameter}"


def _opaque(data: Any, assumed: Assignment) -> bool:  # noqa: ANN401 - plain data
    name = json.dumps(data, sort_keys=True)
    if name not in assumed:
        raise UndecidedError(({name: True}, {name: False}))
    return bool(assumed[name])


def plain(value: Any) -> Any:  # noqa: ANN401 - plain data
    """Return a value as CloudFormation compares it: a boolean as its text."""
    return str(value).lower() if isinstance(value, bool) else value


def referred(data: Any) -> str | None:  # noqa: ANN401 - plain data
    """Return the name in a `Ref`; None for anything else."""
    return data["Ref"] if isinstance(data, dict) and len(data) == 1 and isinstance(data.get("Ref"), str) else None


def names_in(data: Any) -> Iterator[str]:  # noqa: ANN401 - plain data
    """Yield every name that a `Ref` in plain data names."""
    name = referred(data)
    if name is not None:
        yield name
    elif isinstance(data, dict | list):
        for item in data.values() if isinstance(data, dict) else data:
            yield from names_in(item)


def compared(data: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - plain data
    """Yield every pair of a name and the text that a condition compares it with."""
    if isinstance(data, dict):
        pair = data.get("Fn::Equals")
        if isinstance(pair, list) and len(pair) == 2:
            for one, other in (pair, pair[::-1]):
                name = referred(one)
                if name is not None and isinstance(other, str | bool):
                    yield name, str(plain(other))
    if isinstance(data, dict | list):
        for item in data.values() if isinstance(data, dict) else data:
            yield from compared(item)

"""Scenarios of JSON Lines of any length, one at a time; what repeats from line to line is read once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from kmsgen.errors import KmsgenError
from kmsgen.policy.json_form import nowhere
from kmsgen.reading import Line, Lines
from kmsgen.reading.json_frame import Frame, frame_of
from kmsgen.reading.json_text import parse_json
from kmsgen.sources.question import Scenario
from kmsgen.sources.scenario import read_one
from kmsgen.sources.scenario_requests import RequestReader

OF_THE_LINE = frozenset({"note", "requests"})
"""What of a scenario bears on its bundle in no way: it may be another in each line."""
MAX_KNOWN = 16
MAX_KNOWN_SIZE = 2 * 1024 * 1024


def scenarios_of_lines(lines: Lines) -> Iterator[Scenario | KmsgenError]:
    """Yield the scenario of each line that is not blank, or what is wrong with it. Raises InputError where reading fails.

    Lines with the same policies give the same bundle, as one object.
    """
    known = _Known()
    for line in lines.found:
        try:
            text = line.text
            if text.strip():
                yield known.scenario(text, line)
        except KmsgenError as error:
            yield error


class _Read(NamedTuple):
    """What a scenario without its requests was read from, but for what is the line's own."""

    frame: Frame
    scenario: Scenario


class _Known:
    """The bundles of the lines before, those met last first; the last one, and more up to so many and so many characters."""

    def __init__(self) -> None:
        self._found: list[_Read] = []

    def scenario(self, text: str, line: Line) -> Scenario:
        """Read a line. Raises InputError with every problem found."""
        for index, one in enumerate(self._found):
            values = one.frame.values(text)
            if values is not None:
                if index:
                    self._found.insert(0, self._found.pop(index))
                return _repeated(values, one.scenario, line) or _read(text, line)
        scenario = _read(text, line)
        self._keep(_Read(frame_of(text, OF_THE_LINE), scenario._replace(questions=())))
        return scenario

    def _keep(self, one: _Read) -> None:
        self._found.insert(0, one)
        while len(self._found) > 1 and self._are_too_many():
            self._found.pop()

    def _are_too_many(self) -> bool:
        return len(self._found) > MAX_KNOWN or sum(one.frame.size for one in self._found) > MAX_KNOWN_SIZE


def _read(text: str, line: Line) -> Scenario:
    return read_one(parse_json(text, line.path, line.number), line.number)


def _repeated(values: dict[str, Any], like: Scenario, line: Line) -> Scenario | None:
    """Read what is a line's own; None where anything is wrong with it: the whole line tells the places."""
    reader = RequestReader(nowhere)
    note = reader.text(values.get("note"), ("note",), "note") or ""
    questions = reader.questions(values.get("requests"), like.bundle)
    return None if reader.problems else like._replace(note=note, questions=questions, path=line.path, line=line.number)

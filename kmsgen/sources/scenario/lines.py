"""Scenarios in JSON Lines of any length, read one at a time; parts that lines repeat are read once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from kmsgen.errors import KmsgenError
from kmsgen.policy.json_form import nowhere
from kmsgen.reading import Lines, TextLine
from kmsgen.reading.json_frame import Frame, frame_of
from kmsgen.reading.json_text import parse_json
from kmsgen.sources.question import Scenario
from kmsgen.sources.scenario.requests import RequestReader
from kmsgen.sources.scenario.scenario import read_one

OF_THE_LINE = frozenset({"note", "requests"})
"""Fields that do not affect the bundle, so that lines may differ in them and share one."""
MAX_KNOWN = 16
MAX_KNOWN_SIZE = 2 * 1024 * 1024


def scenarios_of_lines(lines: Lines) -> Iterator[Scenario | KmsgenError]:
    """Yield the scenario of each line that is not blank, or its error. Raises InputError if reading fails.

    Lines with the same policies share one bundle object.
    """
    known = _Known()
    for line in lines.found:
        try:
            text = line.text
            if text.strip():
                yield known.scenario(text, line)
        except KmsgenError as error:
            yield error


class _ReadScenario(NamedTuple):
    """A scenario without its requests, and the text around what differs from line to line."""

    frame: Frame
    scenario: Scenario


class _Known:
    """The bundles of earlier lines, latest first; limited in number and size, but always the last one."""

    def __init__(self) -> None:
        self._found: list[_ReadScenario] = []

    def scenario(self, text: str, line: TextLine) -> Scenario:
        """Read a line. Raises InputError with every problem."""
        for index, one in enumerate(self._found):
            values = one.frame.values(text)
            if values is not None:
                if index:
                    self._found.insert(0, self._found.pop(index))
                return _repeated(values, one.scenario, line) or _read(text, line)
        scenario = _read(text, line)
        self._keep(_ReadScenario(frame_of(text, OF_THE_LINE), scenario._replace(questions=())))
        return scenario

    def _keep(self, one: _ReadScenario) -> None:
        self._found.insert(0, one)
        while len(self._found) > 1 and self._are_too_many():
            self._found.pop()

    def _are_too_many(self) -> bool:
        return len(self._found) > MAX_KNOWN or sum(one.frame.size for one in self._found) > MAX_KNOWN_SIZE


def _read(text: str, line: TextLine) -> Scenario:
    return read_one(parse_json(text, line.path, line.number), line.number)


def _repeated(values: dict[str, Any], like: Scenario, line: TextLine) -> Scenario | None:
    """Read what differs in a line; None if anything is wrong with it, as only the whole line has places."""
    reader = RequestReader(nowhere)
    note = reader.text(values.get("note"), ("note",), "note") or ""
    questions = reader.questions(values.get("requests"), like.bundle)
    return None if reader.problems else like._replace(note=note, questions=questions, path=line.path, line=line.number)

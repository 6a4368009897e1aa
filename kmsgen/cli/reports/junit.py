"""Answers as a JUnit XML report, which pipelines read."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from kmsgen.cli.reports.decisions import Answer, line, outcome_of
from kmsgen.errors import Location, input_error

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def report(answers: Sequence[Answer]) -> str:
    """Return the report: a suite a scenario, a case a request, a failure where it is not as expected."""
    top = ET.Element("testsuites", name="kmsgen simulate", tests=str(len(answers)), failures=_failures(answers))
    suites: dict[tuple[str, str], list[Answer]] = {}
    for answer in answers:
        suites.setdefault((answer.place, answer.scenario.note), []).append(answer)
    for (place, note), members in suites.items():
        name = _clean(f"{place}: {note}" if note else place)
        suite = ET.SubElement(top, "testsuite", name=name, tests=str(len(members)), failures=_failures(members))
        for answer in members:
            _add_case(suite, answer, name)
    ET.indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(top, encoding="unicode") + "\n"


def _failures(answers: Sequence[Answer]) -> str:
    return str(sum(not answer.ok for answer in answers))


def _add_case(suite: ET.Element, answer: Answer, classname: str) -> None:
    request = answer.question.request
    name = _clean(f"{answer.number}: {request.principal} {request.action}")
    case = ET.SubElement(suite, "testcase", classname=classname, name=name)
    if not answer.ok:
        failure = ET.SubElement(case, "failure", message=_clean(outcome_of(answer.decision)))
        failure.text = _clean(line(answer))


def _clean(text: str) -> str:
    return _NOT_XML.sub("?", text)


def write(path: str, text: str) -> None:
    """Write a file whole or not at all. Raises InputError where it cannot be written."""
    target = Path(path)
    if target.is_dir():
        raise input_error(Location(path), "is-a-directory", "expected a file to write, found a directory")
    try:
        handle, staged = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise input_error(Location(path), "unwritable", f"the file cannot be written: {_reason(error)}") from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(staged).chmod(0o644)
        Path(staged).replace(target)
    except OSError as error:
        Path(staged).unlink(missing_ok=True)
        raise input_error(Location(path), "unwritable", f"the file cannot be written: {_reason(error)}") from None


def _reason(error: OSError) -> str:
    return (error.strerror or "not a usable path").lower()

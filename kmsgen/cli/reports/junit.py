"""Decisions as a JUnit XML report, which pipelines read."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from kmsgen.cli import console
from kmsgen.cli.reports.decisions import Decided, line, outcome_of


def junit_of(decided: Sequence[Decided]) -> str:
    """Return the report: a suite a scenario, a case a request, a failure where it is not as expected."""
    top = ET.Element("testsuites", name="kmsgen simulate", tests=str(len(decided)), failures=_failures(decided))
    suites: dict[tuple[str, str], list[Decided]] = {}
    for one in decided:
        suites.setdefault((one.scenario.place, one.scenario.note), []).append(one)
    for (place, note), members in suites.items():
        name = console.line(f"{place}: {note}" if note else place)
        suite = ET.SubElement(top, "testsuite", name=name, tests=str(len(members)), failures=_failures(members))
        for one in members:
            _add_case(suite, one, name)
    ET.indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(top, encoding="unicode") + "\n"


def _failures(decided: Sequence[Decided]) -> str:
    return str(sum(not one.ok for one in decided))


def _add_case(suite: ET.Element, one: Decided, classname: str) -> None:
    request = one.question.request
    name = console.line(f"{one.number}: {request.principal} {request.action}")
    case = ET.SubElement(suite, "testcase", classname=classname, name=name)
    if not one.ok:
        failure = ET.SubElement(case, "failure", message=console.line(outcome_of(one.decision)))
        failure.text = console.line(line(one))

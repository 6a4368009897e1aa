"""JUnit XML reports, which pipelines read: suites of cases, with a failure where the answer is no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from xml.etree import ElementTree as ET

from kmsgen.cli import console
from kmsgen.cli.reports.decisions import Decided, line, outcome_of


class JUnitCase(NamedTuple):
    """A case. `failure` is why the answer is no, in a line, with more in `text`; `error`: nothing could be answered."""

    name: str
    failure: str = ""
    text: str = ""
    error: bool = False


def junit(name: str, suites: Mapping[str, Sequence[JUnitCase]]) -> str:
    """Return a report."""
    every = [one for cases in suites.values() for one in cases]
    top = ET.Element("testsuites", {"name": name, **_counts(every)})
    for title, cases in suites.items():
        shown = console.line(title)
        suite = ET.SubElement(top, "testsuite", {"name": shown, **_counts(cases)})
        for one in cases:
            _add_case(suite, one, shown)
    ET.indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(top, encoding="unicode") + "\n"


def _counts(cases: Sequence[JUnitCase]) -> dict[str, str]:
    failures, errors = (sum(bool(one.failure) and one.error is kind for one in cases) for kind in (False, True))
    return {"tests": str(len(cases)), "failures": str(failures), **({"errors": str(errors)} if errors else {})}


def _add_case(suite: ET.Element, one: JUnitCase, classname: str) -> None:
    case = ET.SubElement(suite, "testcase", classname=classname, name=console.line(one.name))
    if one.failure:
        failure = ET.SubElement(case, "error" if one.error else "failure", message=console.line(one.failure))
        failure.text = "\n".join(map(console.line, one.text.split("\n")))


def junit_of(decided: Sequence[Decided]) -> str:
    """Return the report on scenarios: a suite each, a case a request, a failure where it is not as expected."""
    suites: dict[str, list[JUnitCase]] = {}
    for one in decided:
        place, note = one.scenario.place, one.scenario.note
        request = one.question.request
        name = f"{one.number}: {request.principal} {request.action}"
        failed = ("", "") if one.ok else (outcome_of(one.decision), console.line(line(one)))
        suites.setdefault(f"{place}: {note}" if note else place, []).append(JUnitCase(name, *failed))
    return junit("kmsgen simulate", suites)

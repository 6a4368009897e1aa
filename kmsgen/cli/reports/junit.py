"""JUnit XML reports, which pipelines read: suites of cases, with a failure where the answer is no."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
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


Suites = Callable[[], Iterable[tuple[str, Iterable[JUnitCase]]]]
"""Gives the suites, a title and cases each, any number of times: a report begins with what it counts."""


def junit(name: str, suites: Suites) -> Iterator[str]:
    """Yield a report in pieces, one for each case."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    every = _counts(case for _, cases in suites() for case in cases)
    of_each = [_counts(cases) for _, cases in suites()]
    opening, closing = _tags(ET.Element("testsuites", {"name": name, **every}), empty=not of_each)
    yield opening
    for counts, (title, cases) in zip(of_each, suites(), strict=True):
        shown = console.line(title)
        yield from _suite(shown, counts, cases)
    yield f"\n{closing}\n" if of_each else f"{closing}\n"


def _suite(title: str, counts: Mapping[str, str], cases: Iterable[JUnitCase]) -> Iterator[str]:
    opening, closing = _tags(ET.Element("testsuite", {"name": title, **counts}), empty=counts["tests"] == "0")
    yield f"\n  {opening}"
    for one in cases:
        yield f"\n    {_case(one, title)}"
    yield f"\n  {closing}" if closing else ""


def _tags(element: ET.Element, *, empty: bool) -> tuple[str, str]:
    """Return the tags of an element; of an empty one a tag that is its own end."""
    if empty:
        return ET.tostring(element, encoding="unicode"), ""
    whole = ET.tostring(element, encoding="unicode", short_empty_elements=False)
    opening, slash, name = whole.rpartition("</")
    return opening, slash + name


def _counts(cases: Iterable[JUnitCase]) -> dict[str, str]:
    found = Counter((bool(one.failure), one.error) for one in cases)
    failures, errors = found[True, False], found[True, True]
    return {"tests": str(found.total()), "failures": str(failures), **({"errors": str(errors)} if errors else {})}


def _case(one: JUnitCase, classname: str) -> str:
    case = ET.Element("testcase", classname=classname, name=console.line(one.name))
    if one.failure:
        failure = ET.SubElement(case, "error" if one.error else "failure", message=console.line(one.failure))
        failure.text = "\n".join(map(console.line, one.text.split("\n")))
    ET.indent(case, level=2)
    return ET.tostring(case, encoding="unicode")


def case_of(one: Decided) -> tuple[str, JUnitCase]:
    """Return the case of a request under the title of its scenario: a failure where the answer is not as expected."""
    place, note = one.scenario.place, one.scenario.note
    request = one.question.request
    name = f"{one.number}: {request.principal} {request.action}"
    failed = ("", "") if one.ok else (outcome_of(one.decision), console.line(line(one)))
    return f"{place}: {note}" if note else place, JUnitCase(name, *failed)


def junit_of(decided: Collection[tuple[str, JUnitCase]]) -> Iterator[str]:
    """Yield the report on scenarios, a suite each, made of the cases of their requests in order."""

    def suites() -> Iterator[tuple[str, Iterator[JUnitCase]]]:
        for title, held in groupby(decided, key=itemgetter(0)):
            yield title, (case for _, case in held)

    return junit("kmsgen simulate", suites)

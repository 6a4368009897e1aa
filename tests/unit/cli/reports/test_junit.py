"""JUnit XML reports."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from kmsgen.cli.reports.junit import JUnitCase, junit


def test_a_report_counts_its_suites_and_their_cases() -> None:
    """A failure is a no; an error says that nothing could be answered."""
    cases = [JUnitCase("good"), JUnitCase("bad", "denied", "why\nhow"), JUnitCase("unread", "no such file", error=True)]
    top = ET.fromstring("".join(junit("kmsgen", {"a.yaml": cases, "b.yaml": [JUnitCase("good")]}.items)))  # noqa: S314 - made here
    assert (top.get("tests"), top.get("failures"), top.get("errors")) == ("4", "1", "1")
    first, second = top
    assert [one.get("name") for one in first] == ["good", "bad", "unread"]
    assert (second.get("tests"), second.get("failures"), second.get("errors")) == ("1", "0", None)
    assert [(child.tag, child.get("message"), child.text) for case in first for child in case] == [
        ("failure", "denied", "why\nhow"),
        ("error", "no such file", None),
    ]


def test_a_name_cannot_end_the_report() -> None:
    """What is no character of XML, and what is markup, is spelled out."""
    text = "".join(junit("kmsgen", {'"><x/>': [JUnitCase("\x00</testsuites>\x1b", "\ud800", "]]>")]}.items))
    (suite,) = ET.fromstring(text)  # noqa: S314 - made here
    assert suite.get("name") == '"><x/>'
    assert "\x1b" not in text

"""Findings as text and as data: those of `lint`, and the answers of `verify` with what speaks against them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kmsgen.checks.finding import Finding
from kmsgen.checks.intent.verification import Answer
from kmsgen.cli.reports.plain_scenario import format_scenario
from kmsgen.errors import Location

_INDENT = "     "


def shown(found: Iterable[Finding], output: str) -> list[Any]:
    """Return the findings of `lint` as they are printed: lines of text, plain data, or results of SARIF."""
    if output == "json":
        return [told(one) for one in found]
    if output == "sarif":
        from kmsgen.cli.reports.sarif import result  # noqa: PLC0415 - only where it is asked for

        return [result(one) for one in found]
    return [text for one in found for text in lines(one)]


def lines(one: Finding) -> Iterator[str]:
    """Yield a finding as lines for a reader."""
    yield f"{one.location}: {one.severity}: {one.code}: {one.message}{_which(one)}"
    if one.hint:
        yield f"  fix: {one.hint}"


def _which(one: Finding) -> str:
    """Return in brackets what the place does not tell: which statements without a line, which key of several."""
    labels = ", ".join(f"`{label}`" for label in one.statements) if not one.location.line else ""
    said = ", ".join(filter(None, (labels, f"key `{one.key}`" if one.key else "")))
    return f" ({said})" if said else ""


def told(one: Finding) -> dict[str, Any]:
    """Return a finding of `lint` as plain data, as docs/json.md has it."""
    return {
        "code": one.code,
        "severity": one.severity,
        "message": one.message,
        "fix": one.hint,
        "location": told_place(one.location),
        "statements": list(one.statements),
        "key": one.key or None,
        "witness": format_scenario(one.witness) if one.witness is not None else None,
    }


def told_place(place: Location) -> dict[str, Any]:
    """Return a place as plain data: `{path, line, column}`."""
    return {"path": place.path, "line": place.line, "column": place.column}


# --- verify -------------------------------------------------------------------------------------------------------------


def told_answer(one: Answer) -> dict[str, Any]:
    """Return the answer to one of the three questions as plain data: `{question, answer: yes | no, findings}`."""
    findings = [_told_finding(finding) for finding in one.findings]
    return {"question": one.question, "answer": "yes" if one.is_yes else "no", "findings": findings}


def _told_finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint,
        "location": told_place(finding.location),
        "statements": list(finding.statements),
        "origins": [told_place(place) for place in finding.origins],
        "witness": format_scenario(finding.witness) if finding.witness is not None else None,
    }


def answer_lines(answers: Sequence[Answer]) -> Iterator[str]:
    """Yield the answers as text: a line a question, and below a no what speaks against it."""
    for one in answers:
        yield f"{'yes' if one.is_yes else 'no '}  {one.question}"
        for finding in one.findings:
            yield from (f"{_INDENT}{text}" for text in finding.diagnostic.lines())

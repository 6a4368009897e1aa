"""Findings of lint as a SARIF log, which code scanning and editors read.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) 2.1.0, sections 3.13 to 3.50.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from kmsgen import __version__
from kmsgen.checks.finding import Finding
from kmsgen.checks.lint.rule import LintRule
from kmsgen.checks.lint.table import RULES
from kmsgen.cli.console import line
from kmsgen.errors import Location

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_NUMBERS = {rule.id: number for number, rule in enumerate(RULES)}


_ACCESS = "https://docs.aws.amazon.com/kms/latest/developerguide/determining-access.html"


class AnswerRule(NamedTuple):
    """What a result that is no finding of lint says: that a question was answered with no."""

    id: str
    meaning: str
    why: str


ANSWER_RULES = (
    AnswerRule("access-gained", "Somebody can do what nobody of that kind could before.", "Each such call is one to agree to."),
    AnswerRule("access-lost", "Somebody can no longer do what was allowed before.", "Whoever makes such calls will be refused."),
    AnswerRule("not-proved", "What must be impossible is possible, or not proved to be impossible.", "It was asked for by name."),
    AnswerRule("not-compared", "What differs could not be told to the end.", "An answer that is unknown is no pass."),
)


def sarif(results: list[dict[str, Any]] | str, answers: Sequence[AnswerRule] = ()) -> dict[str, Any]:
    """Return results, or what stands for them, as a SARIF 2.1.0 log of one run, with every lint rule, then those of answers."""
    rules = [*map(_rule, RULES), *map(_answer_rule, answers)]
    driver = {"name": "kmsgen", "version": __version__, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: LintRule[Any]) -> dict[str, Any]:
    """Return a reportingDescriptor object (3.49)."""
    mend = f"{rule.mend}."
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.meaning},
        "fullDescription": {"text": f"{rule.meaning} {rule.why}"},
        "help": {"text": f"{rule.why} How to mend it: {mend}", "markdown": f"{rule.why}\n\n**How to mend it:** {mend}"},
        "helpUri": rule.source,
        "defaultConfiguration": {"level": rule.severity},
    }


def _answer_rule(rule: AnswerRule) -> dict[str, Any]:
    """Return a reportingDescriptor object (3.49)."""
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.meaning},
        "fullDescription": {"text": f"{rule.meaning} {rule.why}"},
        "help": {"text": rule.why, "markdown": rule.why},
        "helpUri": _ACCESS,
        "defaultConfiguration": {"level": "error"},
    }


def result(one: Finding) -> dict[str, Any]:
    """Return a finding as a result object (3.27). The severities are spelled as SARIF's levels are."""
    location = _location(one.location)
    if one.key:
        location["logicalLocations"] = [{"fullyQualifiedName": line(one.key), "kind": "resource"}]
    return {
        "ruleId": one.code,
        "ruleIndex": _NUMBERS[one.code],
        "level": one.severity,
        "message": {"text": _plain(line(f"{one.message}; fix: {one.hint}" if one.hint else one.message))},
        "locations": [location],
    }


def answer_result(rule: str, level: str, text: str, place: Location) -> dict[str, Any]:
    """Return an answer as a result object: `rule` is the id of one of the rules of answers."""
    return {
        "ruleId": rule,
        "ruleIndex": len(RULES) + [one.id for one in ANSWER_RULES].index(rule),
        "level": level,
        "message": {"text": _plain(line(text))},
        "locations": [_location(place)],
    }


def _location(place: Location) -> dict[str, Any]:
    """Return a location object (3.28)."""
    where: dict[str, Any] = {"artifactLocation": {"uri": quote(os.fsencode(place.path))}}
    if place.line:
        where["region"] = {"startLine": place.line, "startColumn": place.column}
    return {"physicalLocation": where}


def _plain(text: str) -> str:
    """Escape what would begin a link in a message (3.11.6): policies under review write part of its text."""
    return "".join(f"\\{character}" if character in "\\[]" else character for character in text)

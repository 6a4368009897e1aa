"""Findings of lint as a SARIF log, which code scanning and editors read.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) 2.1.0, sections 3.13 to 3.50.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from kmsgen import __version__
from kmsgen.checks.finding import Finding
from kmsgen.checks.lint.rule import LintRule
from kmsgen.checks.lint.table import RULES
from kmsgen.cli.console import line

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_NUMBERS = {rule.id: number for number, rule in enumerate(RULES)}


def sarif(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return results as a SARIF 2.1.0 log of one run, with every lint rule there is."""
    driver = {"name": "kmsgen", "version": __version__, "rules": [_rule(one) for one in RULES]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": list(results)}
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


def result(one: Finding) -> dict[str, Any]:
    """Return a finding as a result object (3.27). The severities are spelled as SARIF's levels are."""
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(os.fsencode(one.location.path))}}
    if one.location.line:
        place["region"] = {"startLine": one.location.line, "startColumn": one.location.column}
    location: dict[str, Any] = {"physicalLocation": place}
    if one.key:
        location["logicalLocations"] = [{"fullyQualifiedName": line(one.key), "kind": "resource"}]
    return {
        "ruleId": one.code,
        "ruleIndex": _NUMBERS[one.code],
        "level": one.severity,
        "message": {"text": _plain(line(f"{one.message}; fix: {one.hint}" if one.hint else one.message))},
        "locations": [location],
    }


def _plain(text: str) -> str:
    """Escape what would begin a link in a message (3.11.6): policies under review write part of its text."""
    return "".join(f"\\{character}" if character in "\\[]" else character for character in text)

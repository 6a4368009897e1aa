"""The table of lint rules: each row says all that a page, a finding and a SARIF log need."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.checks.finding import SEVERITIES
from kmsgen.checks.lint.rule import LintRule
from kmsgen.checks.lint.table import RULES


def test_no_two_rules_have_the_same_id() -> None:
    """A code tells which rule it is."""
    assert len({rule.id for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_a_row_says_what_why_and_how(rule: LintRule[Any]) -> None:
    """Meaning and reason are sentences, the way to mend it is a hint, and the source is a page of AWS."""
    assert rule.severity in SEVERITIES
    assert all(text[0].isupper() and text.endswith(".") for text in (rule.meaning, rule.why))
    assert rule.mend
    assert not rule.mend.endswith(".")
    assert rule.source.startswith("https://docs.aws.amazon.com/")
    assert rule.source.endswith(".html")

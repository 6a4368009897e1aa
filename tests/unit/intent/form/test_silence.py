"""What is written and says nothing."""

from __future__ import annotations

import pytest

from kmsgen.intent.files.problems import Problems
from kmsgen.intent.form.silence import report_silence
from kmsgen.reading import parse

SILENT = [
    ("key:", "key"),
    ("users: [{principal: a, when: {}}]", "when"),
    ("users: [{when: {encryption_context: {}}}]", "encryption_context"),
    ("users: [{when: {via: }}]", "via"),
    ("grants: [{constraints: {}}]", "constraints"),
    ("guardrails: [{deny-delete: {}}]", "deny-delete"),
]


def told(text: str) -> list[str]:
    """Return what is told about a text."""
    tree = parse(text, "f.yaml")
    problems = Problems(tree)
    report_silence(tree, problems)
    return [f"{one.code} {one.message}" for one in problems.found]


@pytest.mark.parametrize(("text", "name"), SILENT)
def test_what_says_nothing_is_refused(text: str, name: str) -> None:
    """Read as absent, an empty condition would give access without one."""
    assert told(text) == [f"says-nothing `{name}` is written and says nothing"]


@pytest.mark.parametrize("text", ["key: {tags: {}}", "guardrails: [deny-delete]", "users: []"])
def test_an_empty_list_or_mapping_elsewhere_is_none(text: str) -> None:
    """No tags are no tags."""
    assert told(text) == []

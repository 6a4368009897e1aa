"""What cfn-lint said of a template is remembered by its text, and never instead of another one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from kmsgen.cli.jobs.rendering import template_lint
from kmsgen.cli.jobs.rendering.template_lint import remembered
from kmsgen.render import cfn_lint
from kmsgen.render.cfn_lint import LintFinding, findings

SOUND, UNSOUND = "Resources: {}", "Resources: []"
FOUND = {SOUND: [], UNSOUND: [LintFinding("E1", "no", 1, 1)]}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Return what cfn-lint is asked, which takes a second to load; and forget what processes keep."""
    texts: list[tuple[str, str]] = []

    def said(template: str, region: str) -> list[LintFinding]:
        texts.append((template, region))
        return FOUND[template]

    monkeypatch.setattr(cfn_lint, "said", said)
    forget()
    return texts


def forget() -> None:
    """Begin as another process does."""
    template_lint._cache.cache_clear()
    template_lint._linter.cache_clear()


def test_a_template_is_looked_at_once(asked: list[tuple[str, str]], tmp_path: Path) -> None:
    """In each Region, and what is wrong with it is told again."""
    for _ in range(2):
        for template in (SOUND, UNSOUND):
            for region in ("us-west-2", "eu-west-1"):
                assert findings(template, region, remembered(tmp_path)) == FOUND[template]
        forget()
    assert len(asked) == 4


def test_without_a_cache_it_is_looked_at_each_time(asked: list[tuple[str, str]]) -> None:
    """As `--no-cache` says."""
    for _ in range(2):
        findings(SOUND, "us-west-2", remembered(None))
    assert len(asked) == 2


@pytest.mark.parametrize("part", ["cfn-lint", "regex"])
def test_another_cfn_lint_remembers_nothing(
    part: str, asked: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Be it another version of it, or of what it stands on."""
    findings(SOUND, "us-west-2", remembered(tmp_path))
    forget()
    version = template_lint.version_of
    monkeypatch.setattr(template_lint, "version_of", lambda name: "0" if name == part else version(name))
    findings(SOUND, "us-west-2", remembered(tmp_path))
    assert len(asked) == 2
    forget()


def test_a_damaged_verdict_is_none(asked: list[tuple[str, str]], tmp_path: Path) -> None:
    """Nobody turns a finding into none by writing to the file."""
    findings(UNSOUND, "us-west-2", remembered(tmp_path))
    forget()
    with sqlite3.connect(tmp_path / "answers.sqlite") as file:
        file.execute("UPDATE answers SET summary = '[]'")
    assert findings(UNSOUND, "us-west-2", remembered(tmp_path)) == FOUND[UNSOUND]
    assert len(asked) == 2

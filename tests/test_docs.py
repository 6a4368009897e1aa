"""The README and the pages under docs/ say what is so."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from kmsgen.checks.lint.table import RULES
from kmsgen.cli.app import SUMMARIES

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_readme_shows_what_the_commands_print() -> None:
    """The matrix and the list of files are those of today; `python scripts/refresh_readme.py` rewrites them."""
    done = subprocess.run([sys.executable, "scripts/refresh_readme.py", "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_the_page_of_lint_rules_is_that_of_the_table() -> None:
    """Each rule has its row and its section, in the table's words; `python scripts/refresh_lint.py` rewrites them."""
    done = subprocess.run([sys.executable, "scripts/refresh_lint.py", "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0
    page = (ROOT / "docs" / "lint.md").read_text(encoding="utf-8")
    assert [rule.id for rule in RULES if page.count(f"\n### `{rule.id}`\n") != 1] == []


def test_the_readme_names_every_command() -> None:
    """A command without a line in the README is not known to its users."""
    assert [name for name in SUMMARIES if f"kmsgen {name}" not in README] == []


def test_every_dependency_has_its_reason() -> None:
    """Each package that is installed stands in the table, each of the tests' in the list below it, and no other."""
    named = [re.split(r"[^a-z0-9-]", requirement.lower())[0] for requirement in PROJECT["dependencies"]]
    rows = re.findall(r"^\| ([a-z0-9-]+) \|", README.partition("What it stands on")[2], re.MULTILINE)
    assert sorted(rows[1:]) == sorted(named)
    extras = [name for group in PROJECT["optional-dependencies"].values() for name in group]
    packages = {re.split(r"[^a-z0-9-]", extra.lower())[0].removeprefix("types-") for extra in extras}
    assert sorted(name for name in packages if name not in README.lower()) == []


def test_links_of_the_readme_lead_somewhere() -> None:
    """A link to a file of the project names a file that is there."""
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert [link for link in links if not link.startswith("http") and not (ROOT / link).exists()] == []

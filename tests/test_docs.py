"""The README, the page for contributors and the pages under docs/ say what is so."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from kmsgen.checks.lint.table import RULES
from kmsgen.cli.app import SUMMARIES
from kmsgen.sources.scenario import requests as scenario_requests
from kmsgen.sources.scenario import scenario

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
TOML = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = TOML["project"]


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


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    """A link to a file of the project names a file that is there."""
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not link.startswith("http") and not (page.parent / link).exists()] == []


def test_paths_that_contributors_are_sent_to_exist() -> None:
    """A file or folder in backticks is there; a word in capitals stands for any name."""
    paths = re.findall(r"`([\w.-]+/[\w./-]*)`", CONTRIBUTING)
    assert paths
    assert [path for path in paths if not re.search(r"\b[A-Z]+\b", path) and not (ROOT / path).exists()] == []


def test_the_drawing_shows_the_rooms_and_who_may_import_whom() -> None:
    """Each arrow leads from a layer of the contract to the next one, and every two neighbours have theirs."""
    (contract,) = (one for one in TOML["tool"]["importlinter"]["contracts"] if one.get("containers") == ["kmsgen"])
    layers = [frozenset(re.split(r" \| ", layer)) for layer in contract["layers"]]
    titles = dict(re.findall(r'^ +(\w+)\["<b>([^<]+)</b>', CONTRIBUTING, re.MULTILINE))
    drawn = set()
    for chain in re.findall(r"^ +(\w+(?: & \w+)*(?: --> \w+(?: & \w+)*)+)$", CONTRIBUTING, re.MULTILINE):
        steps = [
            frozenset(room for node in step.split(" & ") for room in titles[node].split(", ")) for step in chain.split(" --> ")
        ]
        drawn |= set(pairwise(steps))
    assert drawn == set(pairwise(layers))


def test_contributors_are_told_every_corridor() -> None:
    """A folder within a room stands in the room's row."""
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", CONTRIBUTING, re.MULTILINE))
    corridors = [path.parent for path in (ROOT / "kmsgen").glob("*/*/__init__.py")]
    assert [str(one) for one in corridors if f"`{one.name}`" not in rows.get(one.parent.name, "")] == []


def test_every_record_of_a_decision_is_listed() -> None:
    """The list says each in a sentence."""
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"^\| \[[a-z-]+\]\(([a-z-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(path.name for path in folder.glob("*.md") if path.name != "README.md")


SCENARIOS = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("title", "fields"),
    [
        ("The whole", scenario.FIELDS),
        ("`key`", scenario.KEY_FIELDS),
        ("`principals`", scenario.PRINCIPAL_FIELDS),
        ("`requests`", scenario_requests.REQUEST_FIELDS),
    ],
)
def test_the_page_of_scenarios_tells_every_field(title: str, fields: dict[str, None]) -> None:
    """Each field has its row in the section of its part, and no row is about another."""
    section = SCENARIOS.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", section, re.MULTILINE)
    assert sorted(re.findall(r"`(\w+)`", " ".join(rows))) == sorted(fields)


def test_the_examples_on_the_page_of_scenarios_hold(tmp_path: Path) -> None:
    """What each example expects is what `simulate` answers."""
    examples = re.findall(r"```yaml\n(.*?)```", SCENARIOS, re.DOTALL)
    for number, text in enumerate(examples):
        (tmp_path / f"{number}.yaml").write_text(text, encoding="utf-8")
    words = [sys.executable, "-m", "kmsgen", "simulate", str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, check=False, capture_output=True, text=True)
    assert (done.returncode, len(examples)) == (0, 4), done.stdout + done.stderr

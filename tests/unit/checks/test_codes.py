"""docs/verify.md and the code name the same diagnostics."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGE, READING = ROOT / "docs" / "verify.md", ROOT / "docs" / "diagnostics.md"
SOURCES = [
    *(ROOT / "kmsgen/compiler").rglob("*.py"),
    *(ROOT / "kmsgen/checks/intent").glob("*.py"),
    ROOT / "kmsgen/checks/example_requests.py",
    ROOT / "kmsgen/cli/jobs/findings/existing.py",
    ROOT / "kmsgen/cli/jobs/rendering/gone.py",
    ROOT / "kmsgen/cli/jobs/rendering/merged.py",
    ROOT / "kmsgen/cli/jobs/rendering/rendering.py",
    ROOT / "kmsgen/cli/jobs/inputs/other_forms.py",
    ROOT / "kmsgen/cli/jobs/verify.py",
    ROOT / "kmsgen/cli/jobs/findings/verifying.py",
    ROOT / "kmsgen/render/claims.py",
    ROOT / "kmsgen/render/edits/lost_keys.py",
    ROOT / "kmsgen/render/merging/merge.py",
    ROOT / "kmsgen/render/edits/steps.py",
    ROOT / "kmsgen/sources/rendered_folder.py",
]
# What a call passes as the code: its place among the arguments.
CALLS = {
    "input_error": 1,
    "Diagnostic": 1,
    "Finding": 0,
    "_too_large": 1,
    "_findings": 1,
    "_refused": 0,
    "_ProvedLine": 0,
    "_Undoing": 0,
}


def documented(page: Path) -> set[str]:
    """Return the codes that a page has a row for."""
    return set(re.findall(r"^\| `([a-z0-9-]+)` \|", page.read_text(), re.MULTILINE))


def codes(path: Path) -> set[str]:
    """Return the codes that a file gives to diagnostics and findings."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) > CALLS.get(node.func.id, 99):
            argument = node.args[CALLS[node.func.id]]
            found |= {part.value for part in ast.walk(argument) if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    return found


def test_every_code_is_documented_and_every_documented_code_exists() -> None:
    """Pipelines may look for codes."""
    used = {code for path in SOURCES for code in codes(path)}
    modules = (path for path in (ROOT / "kmsgen").rglob("*.py") if not path.name.startswith("_"))
    written = {text for path in modules for text in re.findall(r'"([a-z0-9-]+)"', path.read_text())}
    assert used - documented(PAGE) - documented(READING) == set()
    assert documented(PAGE) - written == set()

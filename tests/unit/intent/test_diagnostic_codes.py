"""docs/diagnostics.md and the code name the same diagnostics."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "diagnostics.md"
READERS = (
    *(ROOT / "kmsgen" / "intent").rglob("*.py"),
    *(ROOT / "kmsgen" / "reading").glob("*.py"),
    ROOT / "kmsgen" / "cli" / "output_file.py",
)
REPORTERS = {"report", "refuse", "_refuse", "add", "add_key", "add_lacking", "Diagnostic", "input_error"}
CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+\Z|un[a-z]+\Z")


def test_page_and_code_name_the_same_codes() -> None:
    """Each code that loading an intent can report is documented, and each documented one can be reported."""
    documented = re.findall(r"^\| `([a-z0-9-]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert documented == sorted(set(documented))
    assert set(documented) == {code for path in READERS for code in codes_in(path)}


def codes_in(path: Path) -> Iterator[str]:
    """Yield each code that a module reports: the second argument of a report, or the first of (code, message, hint)."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and name_of(node.func) in REPORTERS and len(node.args) >= 3:
            yield from texts(node.args[1])
        elif isinstance(node, ast.Tuple) and len(node.elts) == 3 and is_message(node.elts[1]):
            yield from texts(node.elts[0])
        elif isinstance(node, ast.Assign) and any(name_of(target) == "code" for target in node.targets):
            yield from texts(node.value)


def name_of(node: ast.expr) -> str:
    """Return the last part of a name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def is_message(node: ast.expr) -> bool:
    """Return whether an expression can be a message: a text of several words, or a variable."""
    return isinstance(node, ast.JoinedStr | ast.Name) or (isinstance(node, ast.Constant) and " " in str(node.value))


def texts(node: ast.expr) -> Iterator[str]:
    """Yield the texts that an expression can be, where they look like codes."""
    parts = [node.body, node.orelse] if isinstance(node, ast.IfExp) else [node]
    for part in parts:
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and CODE.match(part.value):
            yield part.value

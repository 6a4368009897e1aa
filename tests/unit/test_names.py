"""Names of classes, and the size of files."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import kmsgen

CODE = Path(kmsgen.__file__).parent
MODULES = sorted(CODE.rglob("*.py"))
LINES = 300
"""As many as a file may have that is not generated."""


def test_no_two_public_classes_have_one_name() -> None:
    """One word means one thing."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in MODULES]
    names = Counter(node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef))
    assert [name for name, count in names.items() if count > 1 and not name.startswith("_")] == []


def test_no_file_is_too_long_to_be_read_at_once() -> None:
    """Generated tables are not read."""
    long = [path for path in MODULES if len(path.read_text(encoding="utf-8").splitlines()) > LINES]
    assert [str(path) for path in long if not path.name.startswith("_")] == []

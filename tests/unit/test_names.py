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
OF_A_DOCSTRING = 3
"""Lines of text of a docstring at most: reasons are comments. Those of modules name their sources besides."""
OTHERS_CODES = {"render/cfn_lint.py", "sources/live/failures.py"}
"""What reads the codes of others, cfn-lint's and AWS's, which say in no other way what they are about."""


def test_no_two_classes_have_one_name() -> None:
    """One word means one thing, also where a class is private to its module."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in MODULES]
    names = Counter(node.name.lstrip("_") for tree in trees for node in tree.body if isinstance(node, ast.ClassDef))
    assert [name for name, count in names.items() if count > 1] == []


def test_no_file_is_too_long_to_be_read_at_once() -> None:
    """Generated tables are not read."""
    long = [path for path in MODULES if len(path.read_text(encoding="utf-8").splitlines()) > LINES]
    assert [str(path) for path in long if not path.name.startswith("_")] == []


def test_docstrings_of_functions_and_classes_are_short() -> None:
    """What does not fit is a reason, and stands beside what it is the reason for; a command's is what `--help` prints."""
    long = [
        f"{path.relative_to(CODE)}: {node.name}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not _is_command(node)
        if len([line for line in (ast.get_docstring(node) or "").splitlines() if line]) > OF_A_DOCSTRING
    ]
    assert long == []


def _is_command(node: ast.FunctionDef | ast.ClassDef) -> bool:
    calls = (one.func for one in node.decorator_list if isinstance(one, ast.Call))
    return any(isinstance(one, ast.Attribute) and one.attr == "command" for one in calls)


def test_nothing_is_decided_by_the_code_of_a_diagnostic() -> None:
    """A code is for users and their scripts: what else hangs on a diagnostic is a value beside it."""
    modules = {str(path.relative_to(CODE)): ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}
    assert [name for name, tree in modules.items() if name not in OTHERS_CODES and any(map(_asks_for_code, ast.walk(tree)))] == []


def _asks_for_code(node: ast.AST) -> bool:
    if isinstance(node, ast.Compare):
        return any(isinstance(one, ast.Attribute) and one.attr == "code" for one in (node.left, *node.comparators))
    asked = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
    return isinstance(asked, ast.Attribute) and asked.attr == "code"

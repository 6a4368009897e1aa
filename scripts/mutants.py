"""Mutation testing of authorizer, prover and compiler: change one thing, run its tests, report the changes that none noticed.

Run: python scripts/mutants.py [--modules authorizer/request,compiler/sids] [--sample 100] [--seed 1] [--jobs 2]
A sample takes as many of each package. The changed package is a copy in a temporary folder; the working tree is never touched.
Exit code 1 where mutants survive.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

ROOT = Path(__file__).parents[1]
PACKAGE = Path("kmsgen")
TESTS = {
    "authorizer": ("tests/unit/authorizer", "tests/test_authorizer_cases.py"),
    "compiler": ("tests/golden/test_golden_files.py", "tests/unit/compiler"),
    "prover": ("tests/unit/prover",),
}
TIMEOUT = 1200  # seconds; a mutant that never ends is noticed
_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one thing changed."""

    module: str
    line: int
    change: str
    text: str


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST, str, object]]:
    """Yield what can be changed about a node: a description, the object, its field, the new value."""
    if isinstance(node, ast.Compare):
        swap = _COMPARISONS.get(type(node.ops[0]))
        if swap:
            yield f"{type(node.ops[0]).__name__} to {swap.__name__}", node, "ops", [swap(), *node.ops[1:]]
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield f"{type(node.op).__name__} to {type(other).__name__}", node, "op", other
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "drop `not`", node, "op", ast.UAdd()
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield f"{node.value} to {not node.value}", node, "value", not node.value
    elif isinstance(node, ast.If):
        yield "if to always", node, "test", ast.Constant(value=True)
        yield "if to never", node, "test", ast.Constant(value=False)
    elif isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        yield "return None", node, "value", ast.Constant(value=None)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr | ast.BitAnd):
        other_op = ast.BitAnd() if isinstance(node.op, ast.BitOr) else ast.BitOr()
        yield f"{type(node.op).__name__} to {type(other_op).__name__}", node, "op", other_op


def mutants(module: str) -> Iterator[Mutant]:
    """Yield every mutant of a module."""
    tree = ast.parse((ROOT / PACKAGE / module).read_text())
    # annotations are never evaluated, and a changed module-level `X | Y` of types is no change of behaviour
    skipped = {id(child) for node in ast.walk(tree) for part in _annotations(node) for child in ast.walk(part)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        for change, holder, name, value in _changes(node):
            before = getattr(holder, name)
            setattr(holder, name, value)
            text = ast.unparse(ast.fix_missing_locations(tree))
            setattr(holder, name, before)
            yield Mutant(module, getattr(node, "lineno", 0), change, text)


def _annotations(node: ast.AST) -> Iterator[ast.AST]:
    for name in ("annotation", "returns", "decorator_list"):
        value = getattr(node, name, None)
        yield from value if isinstance(value, list) else [value] if isinstance(value, ast.AST) else []
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp | ast.Subscript):
        yield node.value


def survives(mutant: Mutant, folder: Path) -> bool:
    """Run the tests on a mutant in a folder of its own, those of its module first; put the module back."""
    target = folder / PACKAGE / mutant.module
    target.write_text(mutant.text)
    module = Path(mutant.module)
    own = Path("tests/unit") / module.with_name(f"test_{module.name}")
    own_tests = [str(own)] if (ROOT / own).exists() else []
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        return all(_passes(tests, folder, environment) for tests in (own_tests, TESTS[module.parts[0]]))
    except subprocess.TimeoutExpired:
        return False
    finally:
        shutil.copy(ROOT / PACKAGE / mutant.module, target)


def _passes(tests: Sequence[str], folder: Path, environment: Mapping[str, str]) -> bool:
    if not tests:
        return True
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=TIMEOUT, check=False)
    return run.returncode == 0


def _workshop(parent: Path, number: int) -> Path:
    """Return a folder that looks like the repository, with a copy of the package in it."""
    folder = parent / str(number)
    folder.mkdir()
    shutil.copytree(ROOT / PACKAGE, folder / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ROOT.iterdir():
        if path.name != PACKAGE.name and not path.name.startswith("."):
            (folder / path.name).symlink_to(path)
    return folder


def _sample(found: list[Mutant], size: int, seed: int) -> list[Mutant]:
    """Choose so many mutants, as many of each package as of the others."""
    chosen: list[Mutant] = []
    for number, package in enumerate(TESTS):
        share = (size - len(chosen)) // (len(TESTS) - number)
        own = [mutant for mutant in found if mutant.module.startswith(f"{package}/")]
        chosen += random.Random(seed).sample(own, min(share, len(own)))  # noqa: S311 - no secret
    return chosen


def main() -> int:
    """Print the survivors and how many there were of how many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--modules", default="", help="paths in kmsgen without .py, between commas; all by default")
    parser.add_argument("--sample", type=int, default=0, help="so many mutants, chosen at random; all by default")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    names = [f"{name}.py" for name in options.modules.split(",") if name] or sorted(
        path.relative_to(ROOT / PACKAGE).as_posix()
        for package in TESTS
        for path in (ROOT / PACKAGE / package).rglob("*.py")
        if path.name != "__init__.py"
    )
    found = [mutant for name in names for mutant in mutants(name)]
    if options.sample:
        found = _sample(found, options.sample, options.seed)
    with tempfile.TemporaryDirectory() as parent:
        free: Queue[Path] = Queue()
        for number in range(options.jobs):
            free.put(_workshop(Path(parent), number))
        for package in {Path(mutant.module).parts[0] for mutant in found}:
            if not _passes(TESTS[package], Path(parent) / "0", dict(os.environ)):
                sys.exit(f"the tests of {package} fail without any change")

        def judge(mutant: Mutant) -> bool:
            folder = free.get()
            try:
                survived = survives(mutant, folder)
            finally:
                free.put(folder)
            if survived:
                print(f"{PACKAGE / mutant.module}:{mutant.line}: {mutant.change}", flush=True)
            return survived

        with ThreadPoolExecutor(options.jobs) as pool:
            survivors = sum(pool.map(judge, found))
    print(f"{len(found)} mutants, {survivors} survived")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())

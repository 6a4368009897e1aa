"""Where the rules of a module are told: in the test of its name and folder, or where `told_elsewhere.yaml` says.

A module that is one part of a rule has none of its own to state: it is told where the whole is, by what comes out. Tests of its
inside would hold its form and nothing that anybody needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import kmsgen
from kmsgen.reading import read_file

TESTS = Path(__file__).parent
CODE = Path(kmsgen.__file__).parent
ELSEWHERE: list[dict[str, Any]] = read_file(TESTS / "told_elsewhere.yaml").data


def modules() -> Iterator[str]:
    """Yield the modules, `policy/document`; not generated tables, nor faces of packages."""
    for path in sorted(CODE.rglob("*.py")):
        if not path.name.startswith("_"):
            yield path.relative_to(CODE).with_suffix("").as_posix()


def mirror(module: str) -> Path:
    """Return where the test of a module is, if it has one of its own."""
    folder, _, name = module.rpartition("/")
    return TESTS / folder / f"test_{name.strip('_')}.py"


def row_of(module: str) -> dict[str, Any] | None:
    """Return the row that a module stands in."""
    return next((row for row in ELSEWHERE if fnmatchcase(module, row["modules"])), None)


WITHOUT = [module for module in modules() if not mirror(module).is_file()]


def test_a_module_without_a_test_of_its_name_is_told_elsewhere() -> None:
    """The table says where, and why there."""
    assert [str(mirror(module)) for module in WITHOUT if row_of(module) is None] == []


def test_each_row_is_about_modules_and_names_tests() -> None:
    """Nothing is left over of modules and tests that are gone."""
    found = [row_of(module) for module in WITHOUT]
    assert [row["modules"] for row in ELSEWHERE if row not in found] == []
    assert [name for row in ELSEWHERE for name in row["tests"] if not (TESTS / name).exists()] == []
    assert [row["modules"] for row in ELSEWHERE if not row["why"]] == []

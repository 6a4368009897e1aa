"""Where the rules of a module are told: in the test of its name and folder, or where `told_elsewhere.yaml` says.

A module that is one part of a rule has none of its own to state: it is told where the whole is, by what comes out. Tests of its
inside would hold its form and nothing that anybody needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kmsgen
from kmsgen.reading import read_file

TESTS = Path(__file__).parent
CODE = Path(kmsgen.__file__).parent
ELSEWHERE: list[dict[str, Any]] = read_file(TESTS / "told_elsewhere.yaml").data


def modules() -> Iterator[str]:
    """Yield the modules, `policy/document`; not generated tables, nor faces of packages."""
    found = (path.relative_to(CODE) for path in CODE.rglob("*.py") if not path.name.startswith("_"))
    yield from sorted(path.with_suffix("").as_posix() for path in found)


def mirror(module: str) -> Path:
    """Return where the test of a module is, if it has one of its own."""
    folder, _, name = module.rpartition("/")
    return TESTS / folder / f"test_{name.strip('_')}.py"


WITHOUT = [module for module in modules() if not mirror(module).is_file()]


def test_a_module_without_a_test_of_its_name_is_told_elsewhere() -> None:
    """The table names it, once; and nothing that is gone, or that has a test of its own."""
    told = sorted(module for row in ELSEWHERE for module in row["modules"])
    assert [str(mirror(module)) for module in WITHOUT if module not in told] == []
    assert told == WITHOUT


@pytest.mark.parametrize("row", ELSEWHERE, ids=lambda row: row["modules"][0])
def test_each_row_says_where_and_why(row: dict[str, Any]) -> None:
    """Its tests are there, and its modules stand in order."""
    assert row["why"]
    assert row["tests"]
    assert [name for name in row["tests"] if not (TESTS / name).exists()] == []
    assert row["modules"] == sorted(row["modules"])

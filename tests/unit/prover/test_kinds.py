"""The catalogue of kinds of tests: what docs/proofs.md argues for, the code has, and cases hold it to that; and the reverse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import kmsgen.prover
from tests.unit.prover.test_cases import EVERY

ROWS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("kinds.yaml").read_text(encoding="utf-8"))
PAGE = Path(__file__).parents[3] / "docs" / "proofs.md"
CODE = Path(kmsgen.prover.__file__).parent
CUTTING = ("values", "requests/parts")
"""Where the code is that chooses values: nothing in it is of no kind."""


def argued() -> list[str]:
    """Return the kinds in the table of the page."""
    lines = PAGE.read_text(encoding="utf-8").partition("| kind of test |")[2].splitlines()[2:]
    table = lines[: next(number for number, line in enumerate(lines) if not line.startswith("|"))]
    return [line.split("|")[1].strip() for line in table]


def test_every_kind_that_is_argued_for_is_in_the_code() -> None:
    """And none is in the code that the page does not argue for, in the same order."""
    assert [row["kind"] for row in ROWS] == argued()


@pytest.mark.parametrize("folder", CUTTING)
def test_all_that_chooses_values_is_of_some_kind(folder: str) -> None:
    """A module that no row names would be an argument that nobody made."""
    modules = {f"{folder}/{path.stem}" for path in (CODE / folder).glob("*.py") if path.stem != "__init__"}
    assert modules <= {name for row in ROWS for name in row["code"]}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["kind"])
def test_a_kind_has_code_and_cases(row: dict[str, Any]) -> None:
    """The modules are there, and so are cases of the kind."""
    assert [name for name in row["code"] if not (CODE / f"{name}.py").is_file()] == []
    assert row["cases"]
    assert set(row["cases"]) <= {case.id for case in EVERY}

"""What is rendered is, byte for byte, what was reviewed."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from kmsgen.cli.manifest import files_of
from kmsgen.cli.writing import File, carry_out, plan
from kmsgen.render.render import render
from tests.golden.cases import GoldenCase, golden_cases

FILES = Path(__file__).parent / "files"


def rendered(case: GoldenCase) -> list[File]:
    """Return the files of a case's folder."""
    return list(files_of(case.intent.name, render(case.subject)))


@pytest.mark.parametrize("case", golden_cases(), ids=lambda case: case.name)
def test_every_case_renders_to_its_golden_files(case: GoldenCase, request: pytest.FixtureRequest) -> None:
    """Every preset, example and golden intent renders to exactly the files that were reviewed, no more and no fewer."""
    files, folder = rendered(case), FILES / case.name
    if request.config.getoption("--rewrite-golden", default=False):
        carry_out([plan(folder, files, force=True)])
    on_disk = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert on_disk == {file.path for file in files}, f"run `make golden` and review {folder}"
    for file in files:
        found = (folder / file.path).read_bytes().decode()
        lines = difflib.unified_diff(found.splitlines(), file.text.splitlines(), "golden", "rendered", lineterm="")
        assert found == file.text, f"{file.path}; run `make golden` and review:\n" + "\n".join(lines)


@pytest.mark.parametrize("case", golden_cases(), ids=lambda case: case.name)
def test_the_same_bundle_renders_to_the_same_bytes(case: GoldenCase) -> None:
    """Same input, same bytes."""
    assert rendered(case) == rendered(case)


def test_no_golden_folder_is_left_over() -> None:
    """A case that is gone takes its golden files along."""
    assert {path.name for path in FILES.iterdir()} == {case.name for case in golden_cases()}

"""What is rendered is, byte for byte, what was reviewed."""

from __future__ import annotations

import difflib
import json
import subprocess
from pathlib import Path

import pytest

from kmsgen.checks import confirm
from kmsgen.cli.output_folder import File, files_of
from kmsgen.cli.staging import Staging
from kmsgen.compiler.compile import compile_intent
from kmsgen.render.deployment import deployment_of
from kmsgen.render.history import parse
from kmsgen.render.render import render
from tests.golden.cases import GoldenCase, golden_case, golden_names

FILES = Path(__file__).parent / "files"


def rendered(case: GoldenCase) -> list[File]:
    """Return the files of a case's folder."""
    return list(files_of(case.intent.name, render(case.deployment)))


@pytest.mark.parametrize("name", golden_names())
def test_every_case_renders_to_its_golden_files(name: str, request: pytest.FixtureRequest) -> None:
    """Every preset, example and golden intent renders to exactly the files that were reviewed, no more and no fewer."""
    files, folder = rendered(golden_case(name)), FILES / name
    if request.config.getoption("--rewrite-golden", default=False):
        with Staging(FILES) as staging:
            staging.put(folder, files, force=True)
            staging.commit()
    on_disk = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert on_disk == {file.path for file in files}, f"run `make golden` and review {folder}"
    for file in files:
        found = (folder / file.path).read_bytes().decode()
        lines = difflib.unified_diff(found.splitlines(), file.text.splitlines(), "golden", "rendered", lineterm="")
        assert found == file.text, f"{file.path}; run `make golden` and review:\n" + "\n".join(lines)


@pytest.mark.parametrize("name", golden_names())
def test_the_same_bundle_renders_to_the_same_bytes(name: str) -> None:
    """Same input, same bytes."""
    assert rendered(golden_case(name)) == rendered(golden_case(name))


@pytest.mark.parametrize("name", golden_names())
def test_what_is_rendered_over_itself_is_the_same(name: str) -> None:
    """A render that changes nothing says nothing of the last one: what is remembered of the first holds for all that follow."""
    case = golden_case(name)
    files = rendered(case)
    last = parse(json.loads(files[-1].text))
    assert last.known
    again = deployment_of(case.intent, case.deployment.bundle, last)
    assert list(files_of(case.intent.name, render(again))) == files


@pytest.mark.parametrize("name", golden_names())
def test_every_case_answers_the_three_questions_with_yes(name: str) -> None:
    """What is held as golden is what the command would write: intended, nothing more, and not locked out."""
    intent = golden_case(name).intent
    confirm(intent, compile_intent(intent))


def test_no_golden_folder_is_left_over() -> None:
    """A case that is gone takes its golden files along."""
    assert {path.name for path in FILES.iterdir()} == set(golden_names())


def test_every_golden_script_is_sound_to_a_shell() -> None:
    """`sh -n` parses every script."""
    scripts = sorted(FILES.rglob("*.sh"))
    assert scripts
    for script in scripts:
        subprocess.run(["sh", "-n", str(script)], check=True, timeout=30)

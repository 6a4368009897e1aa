"""What was rendered is what was meant, when it is read again from the files."""

from pathlib import Path

import pytest

from kmsgen.cli.jobs.findings.verifying import verify_intent
from kmsgen.sources.beside import NOTHING
from tests.golden.cases import golden_case, golden_names

FILES = Path(__file__).parent / "files"
WITHOUT_A_KEY = ("ml-kem", "cloudformation/template.yaml")  # CloudFormation has no such keys
CASES = [
    pytest.param(name, path, id=f"{name}-{path or 'folder'}")
    for name in golden_names()
    for path in ("", "cloudformation/template.yaml")
    if (FILES / name / (path or "json")).exists() and (name, path) != WITHOUT_A_KEY
]


@pytest.mark.parametrize(("name", "path"), CASES)
def test_what_is_rendered_is_verified_as_it_is_read(name: str, path: str) -> None:
    """Folders and templates that were rendered answer all three questions with yes."""
    verified = verify_intent(golden_case(name).intent, str(FILES / name / path), NOTHING)
    assert verified.is_yes, [str(finding.diagnostic) for answer in verified.answers for finding in answer.findings]

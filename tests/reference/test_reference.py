"""The reference decides every case as the case says: a case that two readings share is worth pinning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kmsgen.reading import read_file
from tests.reference.decide import Verdict, decide
from tests.reference.scenario import bundle_of, request_of

CASES = Path(__file__).parents[1] / "cases" / "authorizer"
FILES = sorted(CASES.rglob("*.yaml"))


def mismatch(verdict: Verdict, request: dict[str, Any]) -> str | None:
    """Compare a verdict with what a request expects."""
    wanted, _, error = request["expect"].partition(":")
    if verdict.outcome != wanted or (error and error not in {name for _rule, name in verdict.errors}):
        return f"{request['principal']} {request['action']}: expected {request['expect']}, got {verdict}"
    because = request.get("because")
    if because is not None and because not in verdict.reasons:
        return f"{request['principal']} {request['action']}: expected because {because}, got {verdict}"
    return None


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CASES).with_suffix("")))
def test_case(path: Path) -> None:
    """Every request of the file comes out as expected, for the expected reason."""
    data = read_file(path).data
    bundle = bundle_of(data)
    found = [mismatch(decide(request_of(request), bundle), request) for request in data["requests"]]
    assert not [problem for problem in found if problem]

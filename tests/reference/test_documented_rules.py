"""Scenarios written by hand from AWS's pages, a file for each rule: the reference decides them as the pages say.

They have the form of the authorizer's cases, and in each request `says`: the page, and what it says of this request.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kmsgen.reading import read_file
from tests.reference.decide import decide
from tests.reference.test_reference import mismatch

DOCUMENTED = Path(__file__).parents[1] / "cases" / "documented"
FILES = sorted(DOCUMENTED.rglob("*.yaml"))
PAGES = (
    "KMS Developer Guide, ", "KMS API Reference, ", "IAM User Guide, ", "Organizations User Guide, ",
    "IAM Identity Center User Guide, ",
    "AWS Managed Policy Reference, ", "Service Authorization Reference", "silence; ", "contradiction; ", "practice; ",
)  # fmt: skip


def name(path: Path) -> str:
    """Return the topic and name of a file."""
    return str(path.relative_to(DOCUMENTED).with_suffix(""))


def requests(path: Path) -> list[dict[str, Any]]:
    """Return the requests of a file."""
    found: list[dict[str, Any]] = read_file(path).data["requests"]
    return found


@pytest.mark.parametrize("path", FILES, ids=name)
def test_rule(path: Path) -> None:
    """Every request comes out as the pages say, for the reason given."""
    data = read_file(path).data
    found = [problem for request in data["requests"] if (problem := mismatch(decide(data, request), request))]
    assert not found


@pytest.mark.parametrize("path", FILES, ids=name)
def test_sources(path: Path) -> None:
    """Every file names its pages and its rule, every request the page that decides it and what that says."""
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.removeprefix("# Source: ").startswith(PAGES)
    assert read_file(path).data["note"]
    assert all(request["says"].startswith(PAGES) for request in requests(path))


def test_collection() -> None:
    """The files hold at least 400 requests, and of each outcome many."""
    wanted = [request["expect"].partition(":")[0] for path in FILES for request in requests(path)]
    assert len(wanted) >= 400
    assert all(wanted.count(outcome) >= 20 for outcome in ("allowed", "implicitDeny", "explicitDeny", "error"))

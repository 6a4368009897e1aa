"""Every case of tests/cases/authorizer, through the library and through the command, and what the collection must hold."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kmsgen.authorizer import Decision, authorize
from kmsgen.reading import Source, read_file
from kmsgen.sources.scenario.scenario import read_scenarios

CASES = Path(__file__).parent / "cases" / "authorizer"
FILES = sorted(CASES.rglob("*.yaml"))
TOPICS = (
    "actions_resources", "boundaries_sessions", "conditions", "cross_account", "delegation", "derived_context", "grants",
    "identity_policy", "key_policy", "key_state", "key_type", "lockout", "organizations", "principals", "silences",
    "vpc_endpoint",
)  # fmt: skip
PAGES = (
    "KMS Developer Guide, ", "KMS API Reference, ", "IAM User Guide, ", "Organizations User Guide, ", "AWS re:Post, ",
    "Service Authorization Reference", "silence; ", "contradiction; ",
)  # fmt: skip
Row = dict[str, Any]


def name(path: Path) -> str:
    """Return the topic and name of a case."""
    return str(path.relative_to(CASES).with_suffix(""))


@cache
def source(path: Path) -> Source:
    """Read a case once."""
    return read_file(path)


def requests(path: Path) -> list[Row]:
    """Return the requests of a case as written."""
    found: list[Row] = source(path).data["requests"]
    return found


def problem(asked: Row, outcome: str, error: str | None, reasons: list[str]) -> str | None:
    """Compare an answer with what a request expects."""
    wanted, _, exception = asked["expect"].partition(":")
    because = asked.get("because")
    fits = outcome == wanted and (not exception or exception == error) and (because is None or because in reasons)
    got = f"{outcome} {error or ''} because {reasons}"
    return None if fits else f"{asked['principal']} {asked['action']}: expected {asked['expect']} because {because}, got {got}"


def of_decision(asked: Row, decision: Decision) -> str | None:
    """Compare a decision with what a request expects."""
    return problem(asked, decision.outcome, decision.error, list(decision.reason))


@pytest.mark.parametrize("path", FILES, ids=name)
def test_case(path: Path) -> None:
    """Each request of a case comes out as expected, for the expected reason, with a trace and without."""
    (scenario,) = read_scenarios(source(path))
    pairs = list(zip(requests(path), scenario.questions, strict=True))
    plain = [of_decision(asked, authorize(question.request, scenario.bundle)) for asked, question in pairs]
    traced = [of_decision(asked, authorize(question.request, scenario.bundle, trace=True)) for asked, question in pairs]
    assert not [text for text in plain if text]
    assert traced == plain


def simulate(*paths: Path) -> tuple[int, list[Row]]:
    """Run the real command; return its exit code and what it printed."""
    command = [sys.executable, "-m", "kmsgen", "simulate", *map(str, paths), "--output", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("topic", TOPICS)
def test_command(topic: str) -> None:
    """`kmsgen simulate` on a folder answers all its requests in order, as expected, with exit code 0."""
    code, rows = simulate(CASES / topic)
    asked = [request for path in FILES if path.parent.name == topic for request in requests(path)]
    found = [problem(request, row["outcome"], row["error"], row["because"]) for request, row in zip(asked, rows, strict=True)]
    assert not [text for text in found if text]
    assert [row["principal"] for row in rows] == [request["principal"] for request in asked]
    assert all(row["ok"] for row in rows)
    assert code == 0


@pytest.mark.parametrize(
    ("field", "value"), [("expect", "allowed"), ("because", "key-policy/Elsewhere"), ("expect", "error:DisabledException")]
)
def test_command_refuses(tmp_path: Path, field: str, value: str) -> None:
    """An expectation that does not hold is exit code 1, and the row says so."""
    case = read_file(CASES / "delegation" / "alone.yaml").data
    case["requests"] = [{**case["requests"][0], field: value}]
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(case))
    code, rows = simulate(wrong)
    assert code == 1
    assert [row["ok"] for row in rows] == [False]


def test_enough_cases() -> None:
    """There are at least 400 requests, most of them with the reason that must settle them."""
    asked = [request for path in FILES for request in requests(path)]
    assert len(asked) >= 400
    assert sum("because" in request for request in asked) >= 0.7 * len(asked)


@pytest.mark.parametrize("topic", TOPICS)
def test_both_sides(topic: str) -> None:
    """Each topic holds requests that are allowed and requests that are not."""
    outcomes = {request["expect"].partition(":")[0] for path in FILES if path.parent.name == topic for request in requests(path)}
    assert "allowed" in outcomes
    assert outcomes & {"implicitDeny", "explicitDeny", "error"}


def test_topics_are_complete() -> None:
    """No folder of cases is left out."""
    assert {path.parent.name for path in FILES} == set(TOPICS)


@pytest.mark.parametrize("path", FILES, ids=name)
def test_source(path: Path) -> None:
    """A case says its rule in a sentence and names the page behind it."""
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith(tuple(f"# Source: {page}" for page in PAGES))
    assert source(path).data["note"]

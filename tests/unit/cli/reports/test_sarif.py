"""The SARIF log of a lint run: the objects that SARIF 2.1.0 asks for, filled from the table of rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from kmsgen.checks.finding import ERROR, NOTE, Finding
from kmsgen.checks.lint.table import RULES
from kmsgen.cli.reports.sarif import result, sarif
from kmsgen.errors import Location

ASKED = json.loads((Path(__file__).parent / "sarif_2_1_0.json").read_text(encoding="utf-8"))
OBJECTS = Draft202012Validator(ASKED, format_checker=Draft202012Validator.FORMAT_CHECKER)
FOUND = (
    Finding("bad-sid", ERROR, "IAM takes no space in a Sid", Location("policies/a.json", 3, 7), hint="drop the rest"),
    Finding("wildcard-action", NOTE, "`kms:*` allows all", Location("plan.json"), key="aws_kms_key.data"),
)


def run_of(found: Sequence[Finding]) -> dict[str, Any]:
    """Return the only run of the log of some findings."""
    (run,) = sarif([result(one) for one in found])["runs"]
    assert isinstance(run, dict)
    return run


@pytest.mark.parametrize("found", [(), FOUND], ids=["nothing found", "something found"])
def test_the_log_has_the_objects_that_sarif_asks_for(found: Sequence[Finding]) -> None:
    """Every object has what its section requires and nothing that is not in the standard."""
    assert [error.message for error in OBJECTS.iter_errors(sarif([result(one) for one in found]))] == []


def test_every_rule_is_described_whether_found_or_not() -> None:
    """A reader of the log sees what was looked for, how grave it is and where it is written about."""
    described = run_of(())["tool"]["driver"]["rules"]
    assert [(one["id"], one["defaultConfiguration"]["level"], one["helpUri"]) for one in described] == [
        (rule.id, rule.severity, rule.source) for rule in RULES
    ]
    assert all(rule.mend in one["help"]["text"] for rule, one in zip(RULES, described, strict=True))
    assert all(one["fullDescription"]["text"].startswith(one["shortDescription"]["text"]) for one in described)


def test_a_result_leads_to_its_rule() -> None:
    """The index of a result is that of its rule in the list."""
    run = run_of(FOUND)
    ids = [run["tool"]["driver"]["rules"][one["ruleIndex"]]["id"] for one in run["results"]]
    assert ids == [one["ruleId"] for one in run["results"]] == [one.code for one in FOUND]


def test_a_place_without_a_line_is_the_whole_file() -> None:
    """There is no region then."""
    with_line, without = [one["locations"][0]["physicalLocation"] for one in run_of(FOUND)["results"]]
    assert with_line["region"] == {"startLine": 3, "startColumn": 7}
    assert without == {"artifactLocation": {"uri": "plan.json"}}


def test_a_key_of_several_is_named() -> None:
    """As the resource that the finding is about."""
    alone, of_several = [one["locations"][0] for one in run_of(FOUND)["results"]]
    assert "logicalLocations" not in alone
    assert of_several["logicalLocations"] == [{"fullyQualifiedName": "aws_kms_key.data", "kind": "resource"}]


@pytest.mark.parametrize(
    ("path", "uri"),
    [("a/b.json", "a/b.json"), ("my policy.json", "my%20policy.json"), ("c:d.json", "c%3Ad.json"), ("ä.json", "%C3%A4.json")],
)
def test_a_path_becomes_a_uri(path: str, uri: str) -> None:
    """What a URI reference cannot hold is escaped, a colon too: before it would be a scheme."""
    log = sarif([result(FOUND[0]._replace(location=Location(path, 1, 1)))])
    assert log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri
    assert [error.message for error in OBJECTS.iter_errors(log)] == []


def test_a_policy_cannot_put_a_link_into_a_message() -> None:
    """Brackets in a name that a policy chose are escaped: `[text](uri)` would be a link."""
    (found,) = run_of([FOUND[0]._replace(message="the Sid `[fix](https://example.com)` stands twice", hint="")])["results"]
    assert found["message"]["text"] == "the Sid `\\[fix\\](https://example.com)` stands twice"

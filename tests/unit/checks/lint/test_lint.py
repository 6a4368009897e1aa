"""Findings on policies that anyone wrote: each code on a policy that has it, and not on one that has not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kmsgen.cli.jobs.lint import findings_of
from kmsgen.cli.reports.sarif import sarif

HOME = "111122223333"
APP = {"AWS": f"arn:aws:iam::{HOME}:role/app"}
ADMIN = {"Sid": "Admin", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{HOME}:role/admin"},
    "Action": ["kms:PutKeyPolicy", "kms:GetKeyPolicy"], "Resource": "*"}  # fmt: skip
SOUND = {"Sid": "Use", "Effect": "Allow", "Principal": APP, "Action": ["kms:Decrypt"], "Resource": "*"}


def findings(tmp_path: Path, *statements: dict[str, Any], **top: Any) -> dict[str, str]:
    """Lint a policy of these statements; return the severity of each code found."""
    path = tmp_path / "policy.json"
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": list(statements), **top}, indent=1))
    return {finding.code: finding.severity for finding in findings_of([str(path)], None)}


CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("unknown-action", "error", {"Action": ["kms:Decript"]}),
    ("foreign-action", "warning", {"Action": ["kms:Decrypt", "s3:GetObject"]}),
    ("wildcard-action", "note", {"Action": "kms:Generate*"}),
    ("action-without-effect", "warning", {"Action": ["kms:ListKeys", "kms:Decrypt"]}),
    ("dead-action", "warning", {"Action": ["kms:Sign", "kms:Decrypt"]}),
    ("dead-statement", "warning", {"Condition": {"StringEquals": {"kms:KeySpec": "RSA_1024"}}}),
    ("allow-not-action", "warning", {"Action": None, "NotAction": ["kms:PutKeyPolicy"]}),
    ("allow-not-principal", "error", {"Principal": None, "NotPrincipal": APP}),
    ("bad-principal", "error", {"Principal": {"AWS": f"arn:aws:iam::{HOME}:role/app-*"}}),
    ("bad-principal", "error", {"Principal": {"AWS": f"arn:aws:iam::{HOME}:group/team"}}),
    ("bad-principal", "error", {"Principal": {"AWS": [APP["AWS"], "AROAEXAMPLEID12345678"]}}),
    ("unknown-condition-key", "error", {"Condition": {"StringEquals": {"kms:ViaServices": "s3.us-west-2.amazonaws.com"}}}),
    ("key-policy-condition", "warning", {"Condition": {"StringEquals": {"aws:ResourceTag/team": "a"}}}),
    ("condition-off-action", "warning", {"Action": ["kms:Decrypt", "kms:DescribeKey"],
        "Condition": {"StringEquals": {"kms:EncryptionContext:app": "a"}}}),
    ("literal-wildcard", "warning", {"Condition": {"StringEquals": {"kms:ViaService": "s3.*.amazonaws.com"}}}),
    ("for-all-single", "error", {"Condition": {"ForAllValues:StringEquals": {"kms:EncryptionContext:app": "a"}}}),
    ("for-all-absent", "warning", {"Condition": {"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": "a"}}}),
    ("set-operator", "warning", {"Condition": {"StringEquals": {"kms:EncryptionContextKeys": "a"}}}),
    ("confused-deputy", "warning", {"Principal": {"Service": "sns.amazonaws.com", **APP}}),
    ("bare-create-grant", "warning", {"Action": ["kms:CreateGrant", "kms:Decrypt"]}),
    ("public-access", "error", {"Principal": "*", "Condition": {"StringEquals": {"kms:ViaService":
        "s3.us-west-2.amazonaws.com"}}}),
    ("duplicate-sid", "error", {"Sid": "Admin"}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "severity", "change"), CASES)
def test_each_code_on_a_policy_that_has_it(tmp_path: Path, code: str, severity: str, change: dict[str, Any]) -> None:
    """A sound statement changed in one way is found, with its severity."""
    changed = {key: value for key, value in {**SOUND, **change}.items() if value is not None}
    assert findings(tmp_path, ADMIN, changed).get(code) == severity


def test_a_sound_policy_has_no_findings(tmp_path: Path) -> None:
    """Nothing to say where nothing is wrong."""
    assert findings(tmp_path, ADMIN, SOUND) == {}


def test_nobody_can_change_the_policy(tmp_path: Path) -> None:
    """A policy that locks everybody out says so."""
    assert findings(tmp_path, SOUND)["lockout"] == "error"


def test_a_statement_that_another_one_covers(tmp_path: Path) -> None:
    """The narrower of two statements is shadowed; the wider one stays."""
    narrow = {**SOUND, "Sid": "Narrow", "Condition": {"StringEquals": {"kms:EncryptionContext:app": "a"}}}
    path = tmp_path / "policy.json"
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": [ADMIN, SOUND, narrow]}))
    (found,) = [one for one in findings_of([str(path)], None) if one.code == "shadowed-statement"]
    assert found.statements == ("key-policy/Narrow",)


def test_a_deny_that_denies_nothing(tmp_path: Path) -> None:
    """The published deny with a plain Bool never applies to Decrypt, and the finding says which actions it misses."""
    everyone_else = {"Sid": "Deny", "Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*",
        "Condition": {"Bool": {"kms:GrantIsForAWSResource": "false"}}}  # fmt: skip
    found = findings(tmp_path, ADMIN, SOUND, everyone_else)
    assert found["dead-statement"] == "warning"
    assert found["condition-off-action"] == "warning"


def test_an_old_version_and_variables(tmp_path: Path) -> None:
    """Before 2012-10-17 a variable is plain text."""
    with_variable = {**SOUND, "Condition": {"StringEquals": {"kms:EncryptionContext:user": "${aws:username}"}}}
    assert "variable-without-version" in findings(tmp_path, ADMIN, with_variable, Version="2008-10-17")


def test_an_iam_policy_is_judged_as_one(tmp_path: Path) -> None:
    """An IAM policy may have CreateKey, and may not have spaces in a Sid."""
    found = findings(tmp_path, {"Sid": "Create keys", "Effect": "Allow", "Action": "kms:CreateKey", "Resource": "*"})
    assert found == {"bad-sid": "error"}


def test_places_and_sarif(tmp_path: Path) -> None:
    """A finding points at its element, and SARIF carries the same place."""
    path = tmp_path / "policy.json"
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": [ADMIN, {**SOUND, "Action": ["kms:Decript"]}]}, indent=1))
    found = [one for one in findings_of([str(path)], None) if one.code == "unknown-action"]
    line = next(i for i, text in enumerate(path.read_text().splitlines(), 1) if '"Action"' in text and i > 15)
    assert abs(found[0].location.line - line) <= 1
    (result,) = sarif(found)["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == found[0].location.line
    assert "did you mean `kms:Decrypt`" in result["message"]["text"]

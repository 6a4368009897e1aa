"""Findings on policies that anyone wrote: each code on a policy that has it, and not on one that has not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kmsgen.checks.lint.table import RULES
from kmsgen.cli.commands.lint import app
from kmsgen.cli.jobs.findings.linting import findings_of
from kmsgen.cli.reports.sarif import result, sarif
from kmsgen.sources.beside import NOTHING
from kmsgen.sources.subject import identify
from tests.unit.checks.lint.policies import ADMIN, APP, HOME, SOUND, findings

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
    ("unprefixed-condition-key", "error", {"Condition": {"StringEquals": {"SourceIp": "192.0.2.1"}}}),
    ("via-service-form", "error", {"Condition": {"StringEquals": {"kms:ViaService": "s3.amazonaws.com"}}}),
    ("via-service-unknown", "warning", {"Condition": {"StringEquals": {"kms:ViaService": "iam.us-west-2.amazonaws.com"}}}),
    ("any-service", "error", {"Principal": "*", "Condition": {"Bool": {"aws:PrincipalIsAWSService": "true"}}}),
    ("deny-hits-services", "warning", {"Effect": "Deny", "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}}),
    ("alias-resource", "warning", {"Resource": f"arn:aws:kms:us-west-2:{HOME}:alias/a"}),
    ("inert-statement", "error", {"Resource": None}),
    ("deny-not-principal", "warning", {"Effect": "Deny", "Principal": None, "NotPrincipal": APP}),
    ("key-not-told", "note", {"Principal": {"AWS": "444455556666"}}),
    ("shadowed-action", "note", {"Principal": ADMIN["Principal"], "Action": ["kms:GetKeyPolicy", "kms:Decrypt"]}),
    ("key-policy-condition", "warning", {"Condition": {"StringEquals": {"aws:ResourceTag/team": "a"}}}),
    ("condition-off-action", "warning", {"Action": ["kms:Decrypt", "kms:DescribeKey"],
        "Condition": {"StringEquals": {"kms:EncryptionContext:app": "a"}}}),
    ("condition-off-action", "note", {"Action": ["kms:Decrypt", "kms:Describe*"],
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


BY_S3 = {"StringEquals": {"kms:ViaService": "s3.us-west-2.amazonaws.com"}}
TAGGED = {"StringEquals": {"aws:ResourceTag/open": "yes"}}
DENY_ALL = {"Sid": "Deny", "Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}
MANY = [
    {**SOUND, "Sid": f"S{number}", "Condition": {"StringEquals": {"kms:EncryptionContext:id": "x" * 1500}}}
    for number in range(22)
]
WHOLE: list[tuple[str, str, list[dict[str, Any]]]] = [
    ("shadowed-statement", "note", [ADMIN, SOUND, {**SOUND, "Sid": "Again"}]),
    ("shadowed-action", "note", [ADMIN, {**SOUND, "Sid": "More", "Action": ["kms:Decrypt", "kms:Encrypt"]}, SOUND]),
    ("without-effect-statement", "warning", [ADMIN, SOUND, DENY_ALL]),
    ("without-effect-action", "warning", [ADMIN, {**SOUND, "Action": ["kms:Decrypt", "kms:Encrypt"]}, DENY_ALL]),
    ("denies-nothing-statement", "note", [ADMIN, {**DENY_ALL, "Action": "kms:DisableKey"}]),
    ("denies-nothing-action", "note", [ADMIN, {**DENY_ALL, "Action": ["kms:GetKeyPolicy", "kms:EnableKey"], "Condition": BY_S3}]),
    ("foreign-account", "warning", [ADMIN, {**SOUND, "Action": "kms:*", "Principal": {"AWS": [f"arn:aws:iam::{HOME}:root",
        "arn:aws:iam::444455556666:root"]}}]),
    ("lockout", "error", [SOUND]),
    ("not-finished", "warning", [ADMIN, {**SOUND, "Principal": None, "NotPrincipal": APP}]),
    ("too-large", "error", [ADMIN, *MANY]),
    ("unknown-public-access", "warning", [ADMIN, {**SOUND, "Principal": "*", "Condition": TAGGED}]),
    ("unknown-lockout", "warning", [{**ADMIN, "Condition": TAGGED}]),
    ("bad-sid", "error", [{"Sid": "with a space", "Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}]),
]  # fmt: skip


@pytest.mark.parametrize(("code", "severity", "statements"), WHOLE, ids=[code for code, _, _ in WHOLE])
def test_each_code_of_a_policy_as_a_whole(tmp_path: Path, code: str, severity: str, statements: list[dict[str, Any]]) -> None:
    """What one statement alone does not show."""
    given = [{name: value for name, value in one.items() if value is not None} for one in statements]
    assert findings(tmp_path, *given).get(code) == severity


def test_every_rule_of_the_table_is_found_somewhere() -> None:
    """A rule that is added gets a case; some have their own, as they take another version, a plan or a template."""
    apart = {"variable-without-version", "two-policies", "assumed"}
    assert {rule.id for rule in RULES} == {*apart, *(code for code, *_ in (*CASES, *WHOLE))}


@pytest.mark.parametrize(
    ("action", "fails"), [("kms:Decript", ["error", "warning", "note"]), ("kms:GenerateData*", ["note"]), ("kms:Decrypt", [])]
)
@pytest.mark.parametrize("level", ["error", "warning", "note"])
def test_a_gate_fails_from_its_severity_on(tmp_path: Path, action: str, fails: list[str], level: str) -> None:
    """`--fail-on` with an error, a note and nothing to find."""
    policy = {"Version": "2012-10-17", "Statement": [ADMIN, {**SOUND, "Action": [action, "kms:Encrypt"]}]}
    (tmp_path / "policy.json").write_text(json.dumps(policy))
    result = CliRunner().invoke(app, [str(tmp_path / "policy.json"), "--fail-on", level])
    assert result.exit_code == (1 if level in fails else 0)


def test_a_sound_policy_has_no_findings(tmp_path: Path) -> None:
    """Nothing to say where nothing is wrong."""
    assert findings(tmp_path, ADMIN, SOUND) == {}


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
    found = [one for one in findings_of(identify(str(path)).read(NOTHING)).all if one.code == "unknown-action"]
    line = next(i for i, text in enumerate(path.read_text().splitlines(), 1) if '"Action"' in text and i > 15)
    assert abs(found[0].location.line - line) <= 1
    (told,) = sarif([result(one) for one in found])["runs"][0]["results"]
    assert told["locations"][0]["physicalLocation"]["region"]["startLine"] == found[0].location.line
    assert "did you mean `kms:Decrypt`" in told["message"]["text"]

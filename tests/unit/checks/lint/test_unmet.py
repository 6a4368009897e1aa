"""Dead statements say which element cannot hold and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kmsgen.cli.jobs.findings.linting import findings_of
from kmsgen.sources.beside import NOTHING
from kmsgen.sources.subject import identify
from tests.unit.checks.lint.linting import HOME, KEY, MANAGE, allow, of_key

DEAD = [
    ("nobody is meant by its Principal", {"Principal": {"AWS": [f"arn:aws:iam::{HOME}:group/a", "arn:aws:iam::12:root"]}}),
    ("its actions are for IAM policies only", {"Action": ["kms:ListKeys", "kms:CreateKey"]}),
    ("its Resource does not name this key", {"Resource": KEY.replace("1234abcd", "9876dcba")}),
    ("its Resource does not name this key", {"Resource": f"arn:aws:kms:us-west-2:{HOME}:alias/x"}),
    ("requests for kms:Decrypt never carry `kms:GrantIsForAWSResource`",
        {"Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}}),
    ("`kms:KeySpec` is never `RSA_1` or `RSA_2`", {"Condition": {"StringEquals": {"kms:KeySpec": ["RSA_1", "RSA_2"]}}}),
    ("its conditions do not hold, or not together", {"Condition": {"StringEquals": {"kms:ViaService":
        "s3.us-west-2.amazonaws.com"}, "Bool": {"aws:ViaAWSService": "false"}}}),
]  # fmt: skip


@pytest.mark.parametrize(("why", "change"), DEAD)
def test_a_dead_statement_says_why(tmp_path: Path, why: str, change: dict[str, Any]) -> None:
    """The element that can never hold, if one alone cannot."""
    (found,) = of_key("dead-statement", tmp_path, allow(Sid="Other"), allow(**change))
    assert found.message == f"no request there could be meets this statement: {why}"


def test_an_iam_statement_is_not_measured_by_one_key(tmp_path: Path) -> None:
    """What it is about may be another key: only its conditions tell."""
    context = {"StringEquals": {"kms:EncryptionContext:app": "a"}}
    look = allow("kms:DescribeKey", Sid="Look", Principal=None, Condition=context)
    policy = {"Version": "2012-10-17", "Statement": [allow("kms:Sign", Principal=None), look]}
    inline = [{"PolicyName": "use", "PolicyDocument": policy}]
    role = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "app", "Policies": inline}}
    key = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Version": "2012-10-17", "Statement": [MANAGE]}}}
    path = tmp_path / "template.json"
    path.write_text(json.dumps({"Resources": {"Key": key, "Role": role}}))
    found = [one.message for one in findings_of(identify(str(path)).read(NOTHING)).all if one.code == "dead-statement"]
    dead = "no request there could be meets this statement"
    assert found == [f"{dead}: requests for kms:DescribeKey never carry `kms:EncryptionContext:app`"]


def test_a_statement_for_keys_of_another_type_says_so(tmp_path: Path) -> None:
    """Where the file tells of which type the key is; a bare policy does not."""
    policy = {"Version": "2012-10-17", "Statement": [MANAGE, allow("kms:GenerateMac")]}
    path = tmp_path / "template.json"
    path.write_text(json.dumps({"Resources": {"Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": policy}}}}))
    (found,) = [one for one in findings_of(identify(str(path)).read(NOTHING)).all if one.code == "dead-statement"]
    assert found.message.endswith("KMS offers its actions for no key of spec SYMMETRIC_DEFAULT and usage ENCRYPT_DECRYPT")
    assert of_key("dead-statement", tmp_path, allow("kms:GenerateMac")) == []

"""Statements and actions that change no decision."""

from __future__ import annotations

import json
from pathlib import Path

from kmsgen.cli.jobs.findings.linting import findings_of
from kmsgen.sources.beside import NOTHING
from kmsgen.sources.subject import identify
from tests.unit.checks.lint.policies import ADMIN, SOUND, findings


def test_a_statement_that_another_one_covers(tmp_path: Path) -> None:
    """The narrower of two statements is shadowed; the wider one stays."""
    narrow = {**SOUND, "Sid": "Narrow", "Condition": {"StringEquals": {"kms:EncryptionContext:app": "a"}}}
    path = tmp_path / "policy.json"
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": [ADMIN, SOUND, narrow]}))
    (found,) = [one for one in findings_of(identify(str(path)).read(NOTHING)).all if one.code == "shadowed-statement"]
    assert found.statements == ("key-policy/Narrow",)


def test_a_deny_that_denies_nothing(tmp_path: Path) -> None:
    """The published deny with a plain Bool never applies to Decrypt, and the finding says which actions it misses."""
    everyone_else = {"Sid": "Deny", "Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*",
        "Condition": {"Bool": {"kms:GrantIsForAWSResource": "false"}}}  # fmt: skip
    found = findings(tmp_path, ADMIN, SOUND, everyone_else)
    assert found["dead-statement"] == "warning"
    assert found["condition-off-action"] == "warning"


def test_a_statement_for_a_session_that_rcps_may_not_reach(tmp_path: Path) -> None:
    """RCPs do not reach service-linked roles, so an Allow to a session that is likely one of theirs may have an effect."""
    denied = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}],
    }
    for name, dead in (("AWSServiceRoleForAutoScaling", False), ("app", True)):
        session = {**SOUND, "Principal": {"AWS": f"arn:aws:sts::111122223333:assumed-role/{name}/s"}}
        policy = {"Version": "2012-10-17", "Statement": [ADMIN, session]}
        path = tmp_path / f"{name}.json"
        key = {"arn": "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"}
        path.write_text(json.dumps({"key": key, "policy": policy, "rcps": [[denied]]}))
        codes = {one.code for one in findings_of(identify(str(path)).read(NOTHING)).all}
        assert ("without-effect-statement" in codes) is dead


def test_a_policy_of_several_principals_works_where_it_works_for_one_of_them(tmp_path: Path) -> None:
    """What one member of a group gets by its policy is given by it, whatever a boundary takes from another."""
    template = """Resources:
  Key: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Version: "2012-10-17", Statement: [
    {Effect: Allow, Principal: {AWS: "arn:aws:iam::111122223333:root"}, Action: "kms:*", Resource: "*"}]}}}
  Group: {Type: AWS::IAM::Group, Properties: {GroupName: team}}
  Boundary: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: {Version: "2012-10-17", Statement: [
    {Effect: Allow, Action: "kms:DescribeKey", Resource: "*"}]}}}
  Alice: {Type: AWS::IAM::User, Properties: {UserName: alice, Groups: [!Ref Group], PermissionsBoundary: !Ref Boundary}}
  Bob: {Type: AWS::IAM::User, Properties: {UserName: bob, Groups: [!Ref Group]BOUNDED}}
  Use: {Type: AWS::IAM::ManagedPolicy, Properties: {Groups: [!Ref Group], PolicyDocument: {Version: "2012-10-17", Statement: [
    {Effect: Allow, Action: "kms:Decrypt", Resource: !GetAtt Key.Arn}]}}}
"""
    path = tmp_path / "template.yaml"
    for bounded, without_effect in (("", False), (", PermissionsBoundary: !Ref Boundary", True)):
        path.write_text(template.replace("BOUNDED", bounded))
        codes = {one.code for one in findings_of(identify(str(path)).read(NOTHING)).all}
        assert ("without-effect-statement" in codes) is without_effect, bounded

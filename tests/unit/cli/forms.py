"""One access to one key in every form that a file can have: what a command answers must not depend on the form."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

ACCOUNT = "111122223333"
KEY = f"arn:aws:kms:us-west-2:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ADMIN, APP = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("admin", "app"))

INTENT = f"""
kmsgen: 1
name: door
scope: {{account: "{ACCOUNT}", regions: [us-west-2]}}
keys: ["{KEY}"]
admins: [{{principal: role/admin, can: [kms:PutKeyPolicy, kms:GetKeyPolicy]}}]
users: [{{principal: role/app, can: [kms:Decrypt], when: {{encryption_context: {{app: pay}}}}}}]
"""
POLICY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Admin",
            "Effect": "Allow",
            "Principal": {"AWS": ADMIN},
            "Action": ["kms:GetKeyPolicy", "kms:PutKeyPolicy"],
            "Resource": "*",
        },
        {
            "Sid": "App",
            "Effect": "Allow",
            "Principal": {"AWS": APP},
            "Action": "kms:Decrypt",
            "Resource": "*",
            "Condition": {"StringEquals": {"kms:EncryptionContext:app": "pay"}},
        },
    ],
}
TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Context: {Type: String, Default: pay}
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Sid: Admin
            Effect: Allow
            Principal: {AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/admin"}
            Action: [kms:GetKeyPolicy, kms:PutKeyPolicy]
            Resource: "*"
          - Sid: App
            Effect: Allow
            Principal: {AWS: !Join ["", ["arn:aws:iam::", !Ref AWS::AccountId, ":role/app"]]}
            Action: kms:Decrypt
            Resource: "*"
            Condition: {StringEquals: {"kms:EncryptionContext:app": !Ref Context}}
"""


class Written(NamedTuple):
    """A file of a form: its name, its text, and whether the key is told by `--key-arn`."""

    name: str
    text: str
    key_arn: bool = True

    @property
    def options(self) -> tuple[str, ...]:
        """The options that the file is read with."""
        return ("--key-arn", KEY) if self.key_arn else ()


def plan_of(policy: dict[str, Any], indent: int | None = None) -> str:
    """Return a plan of one key."""
    values = {"policy": json.dumps(policy), "customer_master_key_spec": "SYMMETRIC_DEFAULT", "key_usage": "ENCRYPT_DECRYPT"}
    resource = {"address": "aws_kms_key.this", "mode": "managed", "type": "aws_kms_key", "values": values}
    plan = {"format_version": "1.2", "planned_values": {"root_module": {"resources": [resource]}}}
    return json.dumps(plan, indent=indent)


def scenario_of(policy: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a scenario of the key."""
    return {"key": {"arn": KEY}, "policy": policy, **more}


def every_form(policy: dict[str, Any] = POLICY) -> dict[str, Written]:
    """Return the files of all forms but folders, by the form."""
    scenario = scenario_of(policy)
    return {
        "intent": Written("door.yaml", INTENT, key_arn=False),
        "policy": Written("policy.json", json.dumps(policy, indent=2)),
        "scenario": Written("scenario.json", json.dumps(scenario, indent=2), key_arn=False),
        "scenario in YAML": Written("scenario.yaml", json.dumps(scenario), key_arn=False),
        "scenario in JSON Lines": Written("scenario.jsonl", json.dumps(scenario) + "\n", key_arn=False),
        "plan": Written("plan.json", plan_of(policy)),
        "template": Written("template.yaml", TEMPLATE),
    }


def write_folder(run: Callable[..., Any], path: Path) -> str:
    """Render the intent; return the folder."""
    (path / "for-folder.yaml").write_text(INTENT, encoding="utf-8")
    ran = run("render", "for-folder.yaml", "--format", "json", "--out", "out")
    assert ran.code == 0, ran.err
    return "out/door"

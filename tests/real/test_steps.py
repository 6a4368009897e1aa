"""An edit that takes several steps, applied by roles that KMS authorizes: the old deployer first, then the new one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kmsgen.cli.jobs.rendering.last_render import last_render
from kmsgen.cli.output_folder import files_of
from kmsgen.cli.staging import Staging
from kmsgen.intent.load import load_intent
from kmsgen.policy.json_form import format_document
from kmsgen.render.render import render
from tests.golden.edits import step
from tests.real.deployed import comparable
from tests.real.recording import recording
from tests.real.servers import OWN_ACCOUNT, Moto
from tests.real.terraform_cli import terraform

pytestmark = pytest.mark.real
REGION = "us-west-2"
BEFORE = f"""kmsgen: 1
name: moving
scope: {{account: "{OWN_ACCOUNT}", regions: [{REGION}], deployer: role/old-ci}}
admins: [role/Admin]
key: {{alias: before, tags: {{team: one}}}}
users: [{{principal: role/app, can: [encrypt, decrypt]}}]
grants:
  - {{name: nightly, grantee: role/app, operations: [Decrypt, Encrypt]}}
  - {{name: weekly, grantee: role/app, operations: [Decrypt]}}
  - {{name: one, grantee: role/Admin, operations: [Decrypt]}}
  - {{name: other, grantee: role/Admin, operations: [Encrypt]}}
"""
AFTER = f"""kmsgen: 1
name: moving
scope: {{account: "{OWN_ACCOUNT}", regions: [{REGION}], deployer: role/new-ci}}
admins: [role/Admin]
key: {{alias: after, tags: {{team: two}}}}
delegation: iam
users: [{{principal: role/app, can: [encrypt, decrypt]}}]
grants:
  - {{name: nightly, grantee: role/app, operations: [Decrypt]}}
  - {{name: one, grantee: role/Admin, operations: [Encrypt]}}
  - {{name: other, grantee: role/Admin, operations: [Decrypt]}}
"""
MODULE = 'module "moving" {\n  source = "./moving/terraform"\n}\n'


class Account:
    """An account with roles, and a folder that a role applies as often as it is rendered."""

    def __init__(self, folder: Path, moto: Moto, through: Moto) -> None:
        self.folder, self.moto, self.through = folder, moto, through
        self.rendered: list[Any] = []
        self.iam = moto.client("iam")
        for name in ("app", "Admin", "old-ci", "new-ci"):
            self.iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")
        (folder / "main.tf").write_text(MODULE)

    def render(self, text: str, *, applied: bool = False) -> None:
        """Render an intent over what its folder holds, and put `deployer/` in place, as whoever keeps IAM does."""
        path = self.folder / "intent.yaml"
        path.write_text(text)
        folder = self.folder / "moving"
        made = step(load_intent(path), last_render(folder), applied=applied)
        with Staging(self.folder) as staging:
            staging.put(folder, files_of("moving", render(made.deployment, ["json", "terraform"])), force=False)
            staging.commit()
        self.rendered.append(comparable((folder / "json/key-policy.json").read_text()))
        for arn, (document,) in made.deployment.deployer_policies().items():
            self._attach(arn.rpartition("/")[2], json.dumps(format_document(document)))

    def _attach(self, role: str, document: str) -> None:
        for policy in self.iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
            self.iam.detach_role_policy(RoleName=role, PolicyArn=policy["PolicyArn"])
        name = f"{role}-{len(self.rendered)}"
        made = self.iam.create_policy(PolicyName=name, PolicyDocument=document)["Policy"]["Arn"]
        self.iam.attach_role_policy(RoleName=role, PolicyArn=made)

    def apply(self, role: str) -> list[str]:
        """Apply as a role; return the addresses that were destroyed or replaced."""
        program = terraform(self.through.environment(region=REGION, role=role), self.folder)
        if not (self.folder / ".terraform").exists():
            program.run(self.folder, "init", "-no-color")
        told = map(json.loads, program.run(self.folder, "apply", "-auto-approve", "-json").splitlines())
        changes = [one["change"] for one in told if one["type"] == "planned_change"]
        return sorted(one["resource"]["resource"] for one in changes if one["action"] in ("delete", "replace"))

    def is_settled(self, role: str) -> bool:
        """Return whether a second plan has nothing to do; it fails where it has."""
        program = terraform(self.moto.environment(region=REGION, role=role), self.folder)
        return bool(program.run(self.folder, "plan", "-detailed-exitcode", "-no-color"))


def test_another_deployer_takes_over_without_a_gap(moto: Moto, tmp_path: Path) -> None:
    """Each step is allowed to who takes it, and every key policy on the way is one that was rendered, and so proved.

    Grants that swap names are all made before one is revoked.
    """
    moto.reset()
    kms = moto.client("kms", REGION)
    with recording(moto) as (recorder, through):
        account = Account(tmp_path, moto, through)
        account.render(BEFORE)
        account.apply("old-ci")
        key = kms.describe_key(KeyId="alias/before")["KeyMetadata"]["KeyId"]
        account.render(AFTER)
        replaced = [f"aws_kms_grant.{name}" for name in ("nightly", "one", "other", "weekly")]
        assert account.apply("old-ci") == ["aws_kms_alias.this", *replaced]
        assert kms.describe_key(KeyId="alias/after")["KeyMetadata"]["KeyId"] == key
        account.render(AFTER, applied=True)
        assert account.apply("new-ci") == []
    calls = recorder.taken()
    put = [comparable(body["Policy"]) for operation, body in calls if "Policy" in body and operation != "GetKeyPolicy"]
    assert [policy for policy in put if policy not in account.rendered] == []
    assert [name for name, _ in calls if name in ("CreateGrant", "RevokeGrant")] == ["CreateGrant"] * 7 + ["RevokeGrant"] * 4
    there = {grant["Name"]: grant["Operations"] for grant in kms.list_grants(KeyId=key)["Grants"]}
    assert there == {"nightly": ["Decrypt"], "one": ["Encrypt"], "other": ["Decrypt"]}
    assert [alias["AliasName"] for alias in kms.list_aliases(KeyId=key)["Aliases"]] == ["alias/after"]
    assert account.is_settled("new-ci")

"""Terraform on edits: apply, edit, apply. No key and no key policy is ever destroyed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kmsgen.cli.jobs.last_render import last_render
from kmsgen.cli.output_folder import changes_in, files_of, sha256, write_all
from kmsgen.compiler.compile import compile_intent
from kmsgen.intent.load import load_intent
from kmsgen.render.deployment import deployment_of
from kmsgen.render.render import render
from tests.real.id_tag import ID_TAG
from tests.real.servers import OWN_ACCOUNT, Moto
from tests.real.terraform_cli import Terraform, terraform

pytestmark = pytest.mark.real
REGION = "us-west-2"
FIRST, SECOND = "5dcb169f-3d61-4afd-8282-b495be468e4e", "c5452c5e-c0e2-4182-a021-03e5638da963"
HEAD = f"""kmsgen: 1
name: app
scope: {{account: "{OWN_ACCOUNT}", regions: [{REGION}]}}
users: [{{principal: role/app, can: [decrypt]}}]
"""
ADMINS = "admins: [role/Admin]\n"
CALL = 'module "key" {\n  source = "./app/terraform"\n}\n'


def adopting(*key_ids: str) -> str:
    """Return an intent that writes the policies of keys."""
    return HEAD + ADMINS + f"keys: {json.dumps([f'arn:aws:kms:{REGION}:{OWN_ACCOUNT}:key/{key_id}' for key_id in key_ids])}\n"


KEEPING = adopting(FIRST).replace(ADMINS, "key_policy: keep\nspec: SYMMETRIC_DEFAULT\n")
CREATING = HEAD + ADMINS + "key: {alias: app}\n"


class Deployed:
    """A folder with the module of an intent, rendered and applied as often as it is edited."""

    def __init__(self, folder: Path, moto: Moto) -> None:
        self.folder, self.moto = folder, moto
        self.program: Terraform = terraform(moto.environment(region=REGION), folder)
        (folder / "main.tf").write_text(CALL)

    def render(self, text: str) -> None:
        """Render an intent over what the folder holds."""
        path = self.folder / "intent.yaml"
        path.write_text(text)
        intent, folder = load_intent(path), self.folder / "app"
        deployment = deployment_of(intent, compile_intent(intent).bundle, last_render(folder))
        write_all([changes_in(folder, files_of("app", render(deployment, ["terraform"])))])

    def apply(self) -> list[str]:
        """Apply; return the addresses of keys, policies and aliases that were destroyed. A second plan finds nothing to do."""
        self.program.run(self.folder, "init", "-no-color")
        self.program.run(self.folder, "plan", "-no-color", "-out=planned")
        plan = json.loads(self.program.run(self.folder, "show", "-json", "planned"))
        self.program.run(self.folder, "apply", "-no-color", "planned")
        self.program.run(self.folder, "plan", "-detailed-exitcode", "-no-color")
        changes = plan.get("resource_changes", [])
        destroyed = [change["address"] for change in changes if "delete" in change["change"]["actions"]]
        return [address for address in destroyed if ".aws_kms_" in address]

    def policy(self, key_id: str) -> str:
        """Return the policy that a key has."""
        return str(self.moto.client("kms", REGION).get_key_policy(KeyId=key_id, PolicyName="default")["Policy"])


@pytest.fixture
def deployed(moto: Moto, tmp_path: Path) -> Deployed:
    """Return an empty folder; in the account are two keys and the roles of the intents."""
    moto.reset()
    for name in ("app", "Admin"):
        moto.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")
    for key_id in (FIRST, SECOND):
        moto.client("kms", REGION).create_key(Tags=[{"TagKey": ID_TAG, "TagValue": key_id}])
    return Deployed(tmp_path, moto)


def as_released(folder: Path) -> None:
    """Turn a render into what kmsgen 0.1.0 made of an only key: its policy was `this`, and the manifest listed files alone."""
    main, manifest = folder / "app/terraform/main.tf", folder / "app/manifest.json"
    text = main.read_text().partition("\nmoved {")[0]
    main.write_text(text.replace(f'"key_n_{FIRST.replace("-", "_")}"', '"this"'))
    told = json.loads(manifest.read_text())
    claims = [{**claim, "sha256": sha256(main.read_bytes())} for claim in told["files"][:1]]
    manifest.write_text(json.dumps({"kmsgen": "0.1.0", "files": claims + told["files"][1:]}))


def test_keys_that_come_and_go_lose_no_policy(deployed: Deployed) -> None:
    """From the released version's `this` on: a second key comes, one goes, the policies are kept: nothing is destroyed."""
    deployed.render(adopting(FIRST))
    as_released(deployed.folder)
    assert deployed.apply() == []
    ours = deployed.policy(FIRST)
    for text in (adopting(FIRST, SECOND), KEEPING):
        deployed.render(text)
        assert deployed.apply() == []
        assert deployed.policy(FIRST) == ours
    assert "aws_kms_key_policy" not in deployed.program.run(deployed.folder, "state", "list")


def test_terraform_does_not_replace_a_key(deployed: Deployed) -> None:
    """Whatever asks for it, a plan that destroys a key fails."""
    deployed.render(CREATING)
    assert deployed.apply() == []
    deployed.render(CREATING.replace("alias: app", "alias: app, multi_region: true"))
    with pytest.raises(AssertionError, match="prevent_destroy"):
        deployed.program.run(deployed.folder, "plan", "-no-color")


def test_a_key_that_is_adopted_by_the_intent_that_made_it_stays(deployed: Deployed) -> None:
    """From `key` to `keys`: the key, its policy and its alias stay as they are."""
    deployed.render(CREATING)
    assert deployed.apply() == []
    kms = deployed.moto.client("kms", REGION)
    key_id = kms.describe_key(KeyId="alias/app")["KeyMetadata"]["KeyId"]
    deployed.render(adopting(key_id))
    assert deployed.apply() == []
    assert kms.describe_key(KeyId="alias/app")["KeyMetadata"]["KeyState"] == "Enabled"

"""Terraform on edits: apply, edit, apply. No key and no key policy is ever destroyed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kmsgen.cli.jobs.rendering.last_render import last_render
from kmsgen.cli.output_folder import files_of, sha256
from kmsgen.cli.staging import Staging
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
THIRD = "5f2d91c4-8c0e-4b1d-9a57-2f6e0a3b7d18"
CALL = 'module "{name}" {{\n  source = "./{name}/terraform"\n}}\n'


def intent_text(name: str, rest: str) -> str:
    """Return an intent whose key one role uses."""
    return f'''kmsgen: 1
name: {name}
scope: {{account: "{OWN_ACCOUNT}", regions: [{REGION}]}}
users: [{{principal: role/app, can: [decrypt]}}]
{rest}
'''


def adopting(name: str, *key_ids: str, options: str = "admins: [role/Admin]") -> str:
    """Return an intent about keys that exist, whose policies it writes."""
    arns = [f"arn:aws:kms:{REGION}:{OWN_ACCOUNT}:key/{key_id}" for key_id in key_ids]
    return intent_text(name, f"keys: {json.dumps(arns)}\n{options}")


def creating(name: str, options: str = "") -> str:
    """Return an intent that creates a key."""
    return intent_text(name, f"admins: [role/Admin]\nkey: {{alias: {name}{options}}}")


def deployed_by_ci(name: str, options: str = "") -> str:
    """Return an intent that creates a key, and names who deploys it."""
    return creating(name, options).replace(f"regions: [{REGION}]", f"regions: [{REGION}], deployer: role/ci")


DEPLOYERS = """
resource "aws_iam_policy" "role_ci" {
  name   = "held-role-ci"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "kms:CreateKey", Resource = "*" }] })
}

resource "aws_iam_role_policy_attachment" "role_ci" {
  role       = "ci"
  policy_arn = aws_iam_policy.role_ci.arn
}
"""


def with_the_deployers_policy(folder: Path) -> None:
    """Give the module of a render the policy of its deployer, as kmsgen 0.1.0 did."""
    main, manifest = folder / "terraform/main.tf", folder / "manifest.json"
    main.write_text(main.read_text() + DEPLOYERS)
    told = json.loads(manifest.read_text())
    del told["deployer_apart"]
    for claim in told["files"]:
        claim["sha256"] = sha256((folder / claim["path"]).read_bytes())
    manifest.write_text(json.dumps(told))


class Deployed:
    """A folder with the modules of some intents, rendered and applied together as often as they are edited: applies are dear."""

    def __init__(self, folder: Path, moto: Moto, names: tuple[str, ...]) -> None:
        self.folder, self.moto = folder, moto
        self.program: Terraform = terraform(moto.environment(region=REGION), folder)
        (folder / "main.tf").write_text("".join(CALL.format(name=name) for name in names))

    def render(self, text: str) -> None:
        """Render an intent over what its folder holds."""
        path = self.folder / "intent.yaml"
        path.write_text(text)
        intent = load_intent(path)
        folder = self.folder / intent.name
        deployment = deployment_of(intent, compile_intent(intent).bundle, last_render(folder))
        with Staging(self.folder) as staging:
            staging.put(folder, files_of(intent.name, render(deployment, ["terraform"])), force=False)
            staging.commit()

    def apply(self) -> list[str]:
        """Apply; return the addresses of keys, policies and aliases that were destroyed."""
        told = map(json.loads, self.program.run(self.folder, "apply", "-auto-approve", "-json").splitlines())
        changes = [one["change"] for one in told if one["type"] == "planned_change"]
        assert changes
        destroyed = [change["resource"]["addr"] for change in changes if change["action"] in ("delete", "replace")]
        return [address for address in destroyed if ".aws_kms_" in address]

    def policies(self) -> list[str]:
        """Return the policies of the keys whose policies the first render writes."""
        kms = self.moto.client("kms", REGION)
        return [str(kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"]) for key_id in (FIRST, THIRD)]


@pytest.fixture
def deployed(moto: Moto, tmp_path: Path) -> Deployed:
    """Return a folder for four intents; in the account are three keys and the roles of the intents."""
    moto.reset()
    for name in ("app", "Admin", "ci"):
        moto.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")
    for key_id in (FIRST, SECOND, THIRD):
        moto.client("kms", REGION).create_key(Tags=[{"TagKey": ID_TAG, "TagValue": key_id}])
    return Deployed(tmp_path, moto, ("shared", "kept", "held", "adopted"))


def as_released(folder: Path, key_id: str) -> None:
    """Turn a render into what kmsgen 0.1.0 made of an only key: its policy was `this`, and the manifest listed files alone."""
    main, manifest = folder / "terraform/main.tf", folder / "manifest.json"
    text = main.read_text().partition("\nmoved {")[0]
    main.write_text(text.replace(f'"key_n_{key_id.replace("-", "_")}"', '"this"'))
    told = json.loads(manifest.read_text())
    claims = [{**claim, "sha256": sha256(main.read_bytes())} for claim in told["files"][:1]]
    manifest.write_text(json.dumps({"kmsgen": "0.1.0", "files": claims + told["files"][1:]}))


def test_edits_destroy_no_key_and_no_key_policy(deployed: Deployed) -> None:
    """From the released version's `this` on: a second key comes, a policy is kept, a key that the intent made is adopted.

    The deployer keeps the policy that the released version's module gave it, until `deployer/` stands.

    After that there is nothing to do, and a plan that would destroy a key fails, whatever asks for it.
    """
    kms = deployed.moto.client("kms", REGION)
    for text in (adopting("shared", FIRST), adopting("kept", THIRD), deployed_by_ci("held"), creating("adopted")):
        deployed.render(text)
    with_the_deployers_policy(deployed.folder / "held")
    as_released(deployed.folder / "shared", FIRST)
    as_released(deployed.folder / "kept", THIRD)
    deployed.program.run(deployed.folder, "init", "-no-color")
    assert deployed.apply() == []
    ours, made = deployed.policies(), kms.describe_key(KeyId="alias/adopted")["KeyMetadata"]["KeyId"]
    deployed.render(adopting("shared", FIRST, SECOND))
    deployed.render(adopting("kept", THIRD, options="key_policy: keep\nspec: SYMMETRIC_DEFAULT"))
    deployed.render(adopting("adopted", made))
    deployed.render(deployed_by_ci("held"))
    assert deployed.apply() == []
    held = deployed.moto.client("iam").list_attached_role_policies(RoleName="ci")["AttachedPolicies"]
    assert [policy["PolicyName"] for policy in held] == ["held-role-ci"]
    assert "module.held.aws_iam_policy.role_ci" not in deployed.program.run(deployed.folder, "state", "list")
    assert deployed.policies() == ours
    assert "module.kept.aws_kms_key_policy" not in deployed.program.run(deployed.folder, "state", "list")
    assert kms.describe_key(KeyId="alias/adopted")["KeyMetadata"]["KeyState"] == "Enabled"
    deployed.program.run(deployed.folder, "plan", "-detailed-exitcode", "-no-color")
    deployed.render(deployed_by_ci("held", ", multi_region: true"))
    with pytest.raises(AssertionError, match="prevent_destroy"):
        deployed.program.run(deployed.folder, "plan", "-no-color", "-refresh=false")

"""`kmsgen gate` on plans that Terraform made of what is deployed: what changes nothing passes, what lets somebody in does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.real.servers import OWN_ACCOUNT, Moto
from tests.real.terraform_cli import terraform
from tests.unit.cli.running import Runner

pytestmark = pytest.mark.real
REGION = "us-west-2"
INTENT = f"""kmsgen: 1
name: data
scope: {{account: "{OWN_ACCOUNT}", regions: [{REGION}]}}
key: {{alias: data}}
admins: [role/Admin]
users:
  - {{principal: role/app, can: [decrypt]}}
"""
CONTRACTOR = "  - {principal: role/contractor-1, can: [decrypt]}\n"
SETTINGS = """[fail-on]
diff = "gained"

[never.contractors]
principal = "role/contractor-*"
actions = ["kms:Decrypt"]
"""


def test_a_plan_of_terraform_passes_until_it_lets_somebody_in(
    moto: Moto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The question, and the difference to what is deployed, are answered by the plan alone, with a call of it.

    The module attaches a policy to a role made elsewhere: whatever else that has is the same before and after.
    """
    moto.reset()
    moto.client("iam").create_role(RoleName="Admin", AssumeRolePolicyDocument="{}")
    run, program = Runner(tmp_path, monkeypatch, capsys), terraform(moto.environment(region=REGION), tmp_path)
    run.write("kmsgen.toml", SETTINGS)
    run.write("main.tf", 'module "data" {\n  source = "./out/data/terraform"\n}\n')

    def gated(intent: str, code: int) -> dict[str, Any]:
        assert run("render", run.write("intent.yaml", intent), "--format", "terraform").code == 0
        if not Path(".terraform").exists():
            program.run(tmp_path, "init", "-no-color")
            program.run(tmp_path, "apply", "-auto-approve", "-no-color")
        program.run(tmp_path, "plan", "-no-color", "-out", "plan")
        ran = run("gate", run.write("plan.json", program.run(tmp_path, "show", "-json", "plan")), "--output", "json")
        assert ran.code == code, ran.out + ran.err
        (one,) = json.loads(ran.out)["files"]
        assert isinstance(one, dict)
        return one

    try:
        same, letting = gated(INTENT, 0), gated(INTENT + CONTRACTOR, 1)
    finally:
        program.destroy(tmp_path)
    assert (same["why"], same["diff"]["gained"], [one["result"] for one in same["questions"]]) == ([], [], ["proved"])
    assert letting["why"] == ["never.contractors", "diff"]
    (gained,) = letting["diff"]["gained"]
    who = f"arn:aws:iam::{OWN_ACCOUNT}:role/contractor-1"
    assert (gained["principals"], gained["actions"]) == ([who], ["kms:Decrypt"])
    (answer,) = letting["questions"]
    assert answer["groups"][0]["witness"]["requests"][0]["principal"].startswith(who)

"""Today's modules applied over those that kmsgen 0.1.0 rendered."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from kmsgen.cli.jobs.rendering.last_render import last_render
from kmsgen.intent.load import load_intent
from kmsgen.render.terraform.modules import render
from tests.golden.cases import GoldenCase
from tests.golden.edits import Step, step
from tests.golden.test_released import RELEASED
from tests.real.deployed import prepare, raise_quotas
from tests.real.servers import Moto
from tests.real.terraform_cli import terraform
from tests.real.test_terraform import Root, write

pytestmark = [
    pytest.mark.real,
    pytest.mark.long,
    pytest.mark.skipif(not os.environ.get("KMSGEN_LONG"), reason="opt-in: KMSGEN_LONG=1"),
]
# ml-kem has no key of its own in Terraform
NAMES = sorted(path.name for path in RELEASED.iterdir() if not list(path.glob("terraform/create-key.json")))


def now(name: str) -> Step:
    """Render an intent of the released version over what that rendered."""
    return step(load_intent(RELEASED / name / "intent.yaml"), last_render(RELEASED / name))


def test_an_upgrade_destroys_no_key_and_detaches_nobody_before_the_new_policy_stands(moto: Moto, tmp_path: Path) -> None:
    """Keys, their policies, aliases and grants stay; an IAM policy is replaced only where its name is another one."""
    moto.reset()
    program = terraform(moto.environment(), tmp_path)
    root = Root(moto)
    for name in NAMES:
        made = now(name)
        prepare(moto, made.deployment)
        raise_quotas(moto, made.deployment)
        shutil.copytree(RELEASED / name / "terraform", tmp_path / name / "terraform")
        kept = [one for one in render(made.deployment).artifacts if one.path.startswith("terraform/")]
        root.add_of(GoldenCase(name, made.between, made.deployment), kept)
    (tmp_path / "main.tf").write_text("\n".join(root.blocks))
    program.run(tmp_path, "init", "-no-color")
    program.run(tmp_path, "apply", "-auto-approve", "-no-color", "-parallelism=50")
    for name in NAMES:
        write(tmp_path / name, [one for one in render(now(name).deployment).artifacts if one.path.startswith("terraform/")])
    told = map(json.loads, program.run(tmp_path, "apply", "-auto-approve", "-json", "-parallelism=50").splitlines())
    changes = [one["change"] for one in told if one["type"] == "planned_change"]
    gone = {one["resource"]["resource_type"] for one in changes if one["action"] in ("delete", "replace")}
    assert changes
    assert gone <= {"aws_iam_policy", "aws_iam_role_policy_attachment", "aws_iam_user_policy_attachment"}
    program.run(tmp_path, "plan", "-detailed-exitcode", "-no-color", "-parallelism=50")

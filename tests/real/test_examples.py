"""Every example: applied with Terraform and deployed as stacks, edited once, applied and deployed again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kmsgen.render.terraform.modules import render
from tests.golden.cases import ROOT, GoldenCase, golden_case
from tests.golden.edits import EDITS, Step, after, step
from tests.real.deployed import prepare, raise_quotas
from tests.real.servers import Moto
from tests.real.terraform_cli import terraform
from tests.real.test_cloudformation import assert_stacks, deploy
from tests.real.test_terraform import Root, assert_deployed, write

pytestmark = pytest.mark.real
EDITED = {
    "aurora": "description",
    "backup-copy": "delegation",
    "code-signing-organization": "an administrator more",
    "eks": "tags",
    "fan-out": "a user less",
    "identity-center": "a user less",
    "organization-trail": "a service less",
    "payments": "narrower grants",
    "s3-cross-account": "a user more",
    "shared-secret": "another deployer",
    "tenants": "rotation",
}


def test_every_example_is_edited() -> None:
    """A new one says here in what."""
    assert sorted(EDITED) == sorted(path.parent.name for path in (ROOT / "examples").glob("*/intent.yaml"))


def case_of(name: str, made: Step) -> GoldenCase:
    """Return a render of an example as a case, under another name where it is not the first."""
    return GoldenCase(name, made.between, made.deployment)


def edited(name: str, first: Step) -> Step:
    """Render the edit of an example over its first render."""
    intent = EDITS[EDITED[name]](golden_case(name).intent)
    assert intent is not None, name
    return after(first, intent)


def test_examples_are_applied_edited_and_applied_again(moto: Moto, tmp_path: Path) -> None:
    """No key and no key policy is destroyed, a second plan is empty, and what is there is what was proved."""
    moto.reset()
    program = terraform(moto.environment(), tmp_path)
    first = {name: step(golden_case(name).intent) for name in EDITED}
    root = Root(moto)
    for name, made in first.items():
        prepare(moto, made.deployment)
        raise_quotas(moto, made.deployment)
        write(tmp_path / name, render(made.deployment).artifacts)
        root.add(case_of(name, made))
    program.run(tmp_path, "fmt", "-check", "-diff", "-recursive")
    (tmp_path / "main.tf").write_text("\n".join(root.blocks))
    program.run(tmp_path, "init", "-no-color")
    program.run(tmp_path, "apply", "-auto-approve", "-no-color", "-parallelism=50")
    second = {name: edited(name, made) for name, made in first.items()}
    for name, made in second.items():
        prepare(moto, made.deployment)
        write(tmp_path / name, render(made.deployment).artifacts)
    told = map(json.loads, program.run(tmp_path, "apply", "-auto-approve", "-json", "-parallelism=50").splitlines())
    changes = [one["change"] for one in told if one["type"] == "planned_change"]
    gone = [one["resource"]["resource"] for one in changes if one["action"] in ("delete", "replace")]
    assert changes
    assert [address for address in gone if address.startswith("aws_kms_key")] == []
    program.run(tmp_path, "plan", "-detailed-exitcode", "-no-color", "-parallelism=50")
    arns = {name: output["value"] for name, output in json.loads(program.run(tmp_path, "output", "-json")).items()}
    for name, made in second.items():
        assert_deployed(moto, case_of(name, made), arns)


def test_stacks_of_examples_are_updated_through_the_edit(moto: Moto) -> None:
    """Each key stays the key that it was, and what is there is what was proved: first of the intent, then of its edit."""
    for name in EDITED:
        moto.reset()
        first = step(golden_case(name).intent)
        second = edited(name, first)
        ids: list[list[str]] = []
        for made in (first, second):
            case = case_of(name, made)
            prepare(moto, made.deployment)
            raise_quotas(moto, made.deployment)
            arns = deploy(moto, case)
            assert_stacks(moto, case, arns)
            ids.append(sorted(arns.values()))
        assert ids[0] == ids[1], name

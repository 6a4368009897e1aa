"""cfn-lint and CloudFormation, as moto has it, on every golden template."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmsgen.arn import region_of
from kmsgen.render.artifact import Artifact
from kmsgen.render.cfn_lint import findings
from kmsgen.render.cloudformation import creates_key, render
from tests.golden.cases import GoldenCase, golden_cases
from tests.real.deployed import assert_identity_policies, assert_key, iam_region, prepare
from tests.real.servers import Moto, running_moto

pytestmark = pytest.mark.real


def templates(case: GoldenCase) -> list[Artifact]:
    """Return the templates of a case, the one that creates the key first."""
    return [artifact for artifact in render(case.deployment).artifacts if artifact.kind == "template"]


def test_cfn_lint_finds_nothing_in_any_golden_template() -> None:
    """cfn-lint, with all its rules, has nothing to say about what is rendered."""
    found = {
        (case.name, artifact.path, finding)
        for case in golden_cases()
        for artifact in templates(case)
        for finding in findings(artifact.text, artifact.region)
    }
    assert not found


def put_stack(moto: Moto, case: GoldenCase, artifact: Artifact, parameters: dict[str, str]) -> dict[str, str]:
    """Create the stack of a template in its account and Region, or update it; return its outputs."""
    region = artifact.region or iam_region(case.deployment)
    client = moto.client("cloudformation", region, str(artifact.account))
    name = f"{case.name}-{artifact.path.replace('/', '-').removesuffix('.yaml')}"
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    there = name in {one["StackName"] for one in client.describe_stacks()["Stacks"]}
    put = client.update_stack if there else client.create_stack
    options = {"StackName": name, "Parameters": given, "Capabilities": ["CAPABILITY_NAMED_IAM"]}
    if not there or client.get_template(StackName=name)["TemplateBody"] != artifact.text:  # an update of nothing is refused
        put(TemplateBody=artifact.text, **options)
    stack: dict[str, Any] = client.describe_stacks(StackName=name)["Stacks"][0]
    assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), f"{name}: {stack.get('StackStatusReason')}"
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def given_key(moto: Moto, case: GoldenCase) -> str:
    """Create the key that CloudFormation cannot create, as the note says; return its ARN."""
    request = next(artifact for artifact in render(case.deployment).artifacts if artifact.kind == "key-request")
    kms = moto.client("kms", case.deployment.region, case.deployment.account)
    return str(kms.create_key(**json.loads(request.text))["KeyMetadata"]["Arn"])


def deploy(moto: Moto, case: GoldenCase) -> dict[str, str]:
    """Create or update every stack of a case; return the ARN of the key by the path of the template that made it."""
    arns: dict[str, str] = {}
    new_key = case.deployment.new_key
    own = given_key(moto, case) if new_key and not creates_key(new_key) else ""
    for artifact in templates(case):
        given = {name: own for name in ("KeyArn", "PrimaryKeyArn") if f"\n  {name}:\n    Type: String" in artifact.text}
        outputs = put_stack(moto, case, artifact, given)
        if "KeyArn" in outputs:
            arns[artifact.path] = outputs["KeyArn"]
            own = own or outputs["KeyArn"]
    return arns or {"": own}


def test_every_golden_template_creates_a_stack_that_is_the_bundle() -> None:
    """A stack created of each template holds the key policies and IAM policies of the bundle that was proved."""
    with running_moto() as moto:
        for case in golden_cases():
            moto.reset()
            prepare(moto, case.deployment)
            assert_stacks(moto, case, deploy(moto, case))


def assert_stacks(moto: Moto, case: GoldenCase, arns: dict[str, str]) -> None:
    """Assert that the account holds what the bundle of a case says."""
    created = {region_of(one.key.arn): one for one in case.deployment.bundle.keys if one.creation is not None}
    for arn in arns.values() if created else ():
        assert_key(moto, case.deployment, created[region_of(arn)], arn)
    assert_identity_policies(moto, case.deployment, next(iter(arns.values())))

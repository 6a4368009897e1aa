"""Merged IAM policies of many intents, deployed: within the quota of a role, and with each key's own ARN."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kmsgen.cli.jobs.render import run
from kmsgen.cli.jobs.rendering.job import Job
from kmsgen.render.names import resource_camel
from tests.real.deployed import Policy, attached, comparable, described
from tests.real.servers import OWN_ACCOUNT, Moto
from tests.real.terraform_cli import terraform

pytestmark = pytest.mark.real
REGION, COUNT, QUOTA = "us-west-2", 12, 10
INTENT = """kmsgen: 1
name: {name}
scope: {{account: "{account}", regions: [{region}], deployer: role/ci}}
key: {{alias: {name}, tags: {{team: a}}}}
delegation: iam
admins: [role/Admin]
users: [{{principal: role/app, can: [decrypt], when: {{encryption_context: {{app: "a & b"}}}}}}]
"""
CALL = 'module "{name}" {{\n  source = "./out/{folder}"\n{rest}}}\n'
NAMES = [f"team-{number}" for number in range(COUNT)]


def render(folder: Path) -> None:
    """Render the intents of a folder, merged."""
    (folder / "intents").mkdir()
    for name in NAMES:
        (folder / f"intents/{name}.yaml").write_text(INTENT.format(name=name, account=OWN_ACCOUNT, region=REGION))
    formats = ("terraform", "cloudformation")
    job = Job((str(folder / "intents"),), None, (), formats, folder / "out")
    assert run(job, "text") == 0


def test_merged_policies_deploy_within_the_quota(moto: Moto, tmp_path: Path) -> None:
    """Twelve intents with one administrator, user and deployer: few policies each, of every key, and no second plan.

    The template makes the same policies of the ARNs that it is given.
    """
    moto.reset()
    iam = moto.client("iam")
    for name in ("Admin", "app", "ci"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")
    render(tmp_path)
    of_keys = ", ".join(f"{name} = module.{name}.key_arn" for name in NAMES)
    calls = [CALL.format(name=name, folder=f"{name}/terraform", rest="") for name in NAMES]
    calls.append(CALL.format(name="iam", folder=f"iam/terraform/account-{OWN_ACCOUNT}", rest=f"  key_arns = {{ {of_keys} }}\n"))
    calls.append(CALL.format(name="deployer", folder=f"iam/deployer/account-{OWN_ACCOUNT}", rest=""))
    (tmp_path / "main.tf").write_text("".join(calls))
    program = terraform(moto.environment(region=REGION), tmp_path)
    program.run(tmp_path, "fmt", "-check", "-diff", "-recursive", "out")
    program.run(tmp_path, "init", "-no-color")
    program.run(tmp_path, "apply", "-auto-approve", "-no-color", "-parallelism=100")
    program.run(tmp_path, "plan", "-detailed-exitcode", "-no-color", "-parallelism=100")
    kms = moto.client("kms", REGION)
    arns = {name: kms.describe_key(KeyId=f"alias/{name}")["KeyMetadata"]["Arn"] for name in NAMES}
    for role in ("Admin", "app", "ci"):
        held = attached(iam, "role", role)
        assert 0 < len(held) <= QUOTA
        named = {resource for _, policy in held for one in policy["Statement"] for resource in as_list(one["Resource"])}
        assert role == "ci" or named >= set(arns.values())
    by_terraform = [policy for name in ("Admin", "app") for policy in attached(iam, "role", name)]
    assert stack(moto, tmp_path, arns) == in_order(by_terraform)


def stack(moto: Moto, folder: Path, arns: dict[str, str]) -> list[str]:
    """Create the merged stack beside the modules' policies, with the names of others; return its policies."""
    client, iam = moto.client("cloudformation", REGION), moto.client("iam")
    before = {policy["Arn"] for policy in iam.list_policies(Scope="Local")["Policies"]}
    template = (folder / f"out/iam/cloudformation/template-{OWN_ACCOUNT}.yaml").read_text()
    names = [line.strip(" :") for line in template.splitlines() if line.startswith("  KeyArn")]
    given = [{"ParameterKey": name, "ParameterValue": arn} for name, arn in zip(sorted(names), sorted_arns(arns), strict=True)]
    client.create_stack(StackName="iam", TemplateBody=template, Parameters=given, Capabilities=["CAPABILITY_NAMED_IAM"])
    assert client.describe_stacks(StackName="iam")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    made = [policy for policy in iam.list_policies(Scope="Local")["Policies"] if policy["Arn"] not in before]
    return in_order(described(iam, [one["Arn"] for one in made]))


def in_order(policies: list[tuple[str, Policy]]) -> list[str]:
    """Return policies with their descriptions as texts that are equal where the policies are."""
    return sorted(f"{told}: {json.dumps(comparable(policy))}" for told, policy in policies)


def sorted_arns(arns: dict[str, str]) -> list[str]:
    """Return the ARNs in the order of their parameters' names."""
    return [arns[name] for name in sorted(arns, key=lambda name: f"KeyArn{resource_camel(name)}")]


def as_list(value: str | list[str]) -> list[str]:
    """Return the resources of a statement."""
    return [value] if isinstance(value, str) else value

"""Terraform and the AWS provider on every golden output but that of examples, which `test_examples.py` is about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from kmsgen.arn import region_of
from kmsgen.policy.bundle import KeyAccess
from kmsgen.render.artifact import Artifact
from kmsgen.render.deployment import is_replica
from kmsgen.render.terraform.addresses import creating_type
from kmsgen.render.terraform.grants import expressible
from kmsgen.render.terraform.modules import render
from tests.golden.cases import ROOT, GoldenCase, golden_cases
from tests.real.deployed import assert_grants, assert_identity_policies, assert_key, iam_region, prepare, raise_quotas
from tests.real.servers import Moto
from tests.real.terraform_cli import Terraform, terraform

pytestmark = pytest.mark.real
BLOCK = "{kind} {{\n{lines}\n}}\n"


def write(folder: Path, artifacts: Iterable[Artifact]) -> None:
    """Write rendered files below a folder."""
    for artifact in artifacts:
        target = folder / artifact.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(artifact.text.encode())


def output_name(case: GoldenCase, folder: str) -> str:
    """Return the name of the root module's output with the ARN of the key that a module of a case creates."""
    return f"{case.name}__{folder.replace('/', '__')}"


class Root:
    """A root module that calls every rendered module, each with the provider of its account and Region."""

    def __init__(self, moto: Moto) -> None:
        self.moto = moto
        self.providers: dict[tuple[str, str], str] = {}
        self.blocks: list[str] = []

    def add(self, case: GoldenCase) -> None:
        """Call each module of a case, and put out the ARN of each key."""
        self.add_of(case, render(case.deployment).artifacts)

    def add_of(self, case: GoldenCase, artifacts: Iterable[Artifact]) -> None:
        """Call those modules of a case that are given."""
        label = case.name.replace("-", "_")
        for artifact in artifacts:
            if artifact.path.endswith("/main.tf"):
                self._call(case, label, artifact)

    def _call(self, case: GoldenCase, label: str, artifact: Artifact) -> None:
        folder = artifact.path.removesuffix("/main.tf")
        name = f"{label}_{folder.replace('/', '_').replace('-', '_')}"
        lines = [f'  source = "./{case.name}/{folder}"', f"  providers = {{ aws = {self._provider(case, artifact)} }}"]
        for given in ("key_arn", "primary_key_arn"):
            if f"var.{given}" in artifact.text:
                own = f'"{self._create(case, artifact)}"' if folder == "terraform" else f"module.{label}_terraform.key_arn"
                lines.append(f"  {given} = {own}")
        self.blocks.append(BLOCK.format(kind=f'module "{name}"', lines="\n".join(lines)))
        if case.deployment.new_key and "/account-" not in folder and folder != "deployer":
            self.blocks.append(
                BLOCK.format(kind=f'output "{output_name(case, folder)}"', lines=f"  value = module.{name}.key_arn")
            )

    def _create(self, case: GoldenCase, artifact: Artifact) -> str:
        """Create a key that the provider cannot create, by the request beside the module; return its ARN."""
        requests = [one for one in render(case.deployment).artifacts if one.kind == "key-request"]
        kms = self.moto.client("kms", str(artifact.region), str(artifact.account))
        return str(kms.create_key(**json.loads(requests[0].text))["KeyMetadata"]["Arn"])

    def _any_region(self, case: GoldenCase, artifact: Artifact) -> str:
        """Return a Region that the account has a provider for already: each provider is a process that takes seconds."""
        home = iam_region(case.deployment)
        used = (region for account, region in self.providers if account == artifact.account and region[:3] == home[:3])
        return next(used, home)

    def _provider(self, case: GoldenCase, artifact: Artifact) -> str:
        account, region = artifact.account or "", artifact.region or self._any_region(case, artifact)
        place = (account, region)
        if place not in self.providers:
            self.providers[place] = f"p{len(self.providers)}"
            keys = self.moto.keys(place[0])
            lines = [
                f'  alias = "{self.providers[place]}"',
                f'  region = "{place[1]}"',
                f'  access_key = "{keys["AWS_ACCESS_KEY_ID"]}"',
                f'  secret_key = "{keys["AWS_SECRET_ACCESS_KEY"]}"',
            ]
            self.blocks.append(BLOCK.format(kind='provider "aws"', lines="\n".join(lines)))
        return f"aws.{self.providers[place]}"


def waves(cases: Iterable[GoldenCase]) -> Iterator[list[GoldenCase]]:
    """Divide the cases so that no alias of an account and Region occurs twice among those that are applied together."""
    left = list(cases)
    while left:
        taken: set[tuple[str, str]] = set()
        wave, later = [], []
        for case in left:
            place = (case.deployment.region, _alias(case))
            (later if place[1] and place in taken else wave).append(case)
            taken.add(place)
        yield wave
        left = later


def _alias(case: GoldenCase) -> str:
    new_key = case.deployment.new_key
    return (new_key.creation.alias or "") if new_key and new_key.creation else ""


def test_every_golden_module_is_formatted_valid_stable_and_equal_to_its_bundle(moto: Moto, tmp_path: Path) -> None:
    """What is rendered is `terraform fmt`'s own form, valid, applies, plans no change, and is the bundle that was proved."""
    program = terraform(moto.environment(), tmp_path)
    examples = {path.parent.name for path in ROOT.glob("examples/*/intent.yaml")}
    for number, cases in enumerate(waves(case for case in golden_cases() if case.name not in examples)):
        folder = tmp_path / str(number)
        root = Root(moto)
        for case in cases:
            write(folder / case.name, render(case.deployment).artifacts)
            prepare(moto, case.deployment)
            raise_quotas(moto, case.deployment)
            root.add(case)
        program.run(folder, "fmt", "-check", "-diff", "-recursive")
        (folder / "main.tf").write_text("\n".join(root.blocks))
        check(program, folder, moto, cases)


def check(program: Terraform, folder: Path, moto: Moto, cases: list[GoldenCase]) -> None:
    """Validate, apply, plan again, read back, destroy."""
    program.run(folder, "init", "-no-color")
    program.run(folder, "validate", "-no-color")
    program.run(folder, "apply", "-auto-approve", "-no-color", "-parallelism=100")
    program.run(folder, "plan", "-detailed-exitcode", "-no-color", "-parallelism=100")
    outputs = json.loads(program.run(folder, "output", "-json"))
    arns = {name: output["value"] for name, output in outputs.items()}
    for case in cases:
        assert_deployed(moto, case, arns)
    program.destroy(folder, "-parallelism=100")
    for arn in (arn for case in cases for arn in created(case, arns)):
        kms = moto.client("kms", arn.split(":")[3], arn.split(":")[4])
        assert kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "PendingDeletion", arn


def created(case: GoldenCase, arns: dict[str, str]) -> list[str]:
    """Return the ARNs of the keys that Terraform created for a case."""
    new_key = case.deployment.new_key
    names = [name for name in arns if name.startswith(f"{case.name}__")] if new_key and creating_type(new_key) else []
    return [arns[name] for name in names]


def assert_deployed(moto: Moto, case: GoldenCase, arns: dict[str, str]) -> None:
    """Assert that the account holds what the case's bundle says."""
    deployment = case.deployment
    for access in deployment.governed_keys():
        assert_key(moto, deployment, access, live_arn(case, access, arns))
    for access in deployment.bundle.keys:
        grants = [grant for grant in access.grants if expressible(grant)]
        if "*" not in access.key.arn and (access.creation or deployment.governed_keys() or grants):
            assert_grants(moto, access, live_arn(case, access, arns), grants)
    assert_identity_policies(moto, deployment, arns.get(output_name(case, "terraform"), ""))


def live_arn(case: GoldenCase, access: KeyAccess, arns: dict[str, str]) -> str:
    """Return the ARN of a key as it is out there: of one to create what the module of its Region puts out."""
    folder = f"terraform/replica-{region_of(access.key.arn)}" if is_replica(access) else "terraform"
    return arns.get(output_name(case, folder), access.key.arn)

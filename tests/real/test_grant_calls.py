"""The grant scripts with a real shell and the real AWS CLI."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kmsgen.arn import parse_arn
from kmsgen.policy.bundle import KeyAccess
from kmsgen.render.deployment import Deployment
from kmsgen.render.grant_calls import calls, render
from kmsgen.render.json_files import render as render_json
from tests.golden.cases import GoldenCase, golden_case, golden_cases
from tests.real.deployed import assert_grants, prepare
from tests.real.servers import Moto, unmeasured

pytestmark = pytest.mark.real
CASES = ("existing-keys", "grants-by-call", "ml-kem", "nasty-strings", "payments")
LISTED = ("existing-keys", "nasty-strings")


def test_every_golden_case_with_grants_is_among_these() -> None:
    """A case that gains a grant has to be run here too."""
    assert tuple(case.name for case in golden_cases() if any(access.grants for access in case.deployment.bundle.keys)) == CASES


def environment(moto: Moto, deployment: Deployment) -> dict[str, str]:
    """Return the environment of the script: the AWS CLI of this virtual environment first."""
    clean = unmeasured(moto.environment(deployment.account, deployment.region))
    return {**clean, "PATH": f"{Path(sys.executable).parent}:{clean['PATH']}"}


def created_key(moto: Moto, access: KeyAccess) -> str:
    """Return the ARN of a key for the grants: a new one, or the one that exists."""
    if access.creation is None:
        return access.key.arn
    arn = parse_arn(access.key.arn)
    assert arn is not None
    kms = moto.client("kms", arn.region, arn.account)
    return str(kms.create_key(KeySpec=access.key.spec, KeyUsage=access.key.usage)["KeyMetadata"]["Arn"])


class Script:
    """A rendered script on disk, and a key for it."""

    def __init__(self, moto: Moto, case: GoldenCase, folder: Path) -> None:
        artifact = next(one for one in render(case.deployment).artifacts if one.path.endswith(".sh"))
        self.path = folder / "grants.sh"
        self.path.write_text(artifact.text, encoding="utf-8")
        self.environment = environment(moto, case.deployment)
        self.access = case.deployment.bundle.keys[0]
        self.key = created_key(moto, self.access)

    def run(self, command: str) -> str:
        """Run one command of the script; return what it printed."""
        given = [self.key.rpartition("/")[2]] if self.access.creation else []
        done = subprocess.run(
            ["sh", str(self.path), command, *given],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout


@pytest.mark.parametrize("name", CASES)
def test_create_is_safe_to_run_twice(name: str, moto: Moto, tmp_path: Path) -> None:
    """Run twice, `create` leaves one grant a line, each equal to the bundle's."""
    case = golden_case(name)
    prepare(moto, case.deployment)
    script = Script(moto, case, tmp_path)
    script.run("create")
    script.run("create")
    assert_grants(moto, script.access, script.key, list(script.access.grants))


@pytest.mark.parametrize("name", LISTED)
def test_list_prints_the_grants_and_revoke_takes_them_away_once_and_for_all(name: str, moto: Moto, tmp_path: Path) -> None:
    """`list` prints what `create` created, key by key; `revoke`, run twice, leaves none."""
    case = golden_case(name)
    prepare(moto, case.deployment)
    script = Script(moto, case, tmp_path)
    script.run("create")
    listed = [json.loads(part) for part in _documents(script.run("list"))]
    assert [grant["Name"] for grants in listed for grant in grants] == [call.grant.name for call in calls(case.deployment)]
    script.run("revoke")
    script.run("revoke")
    assert_grants(moto, script.access, script.key, [])


def test_a_narrowed_grant_takes_the_place_of_the_wide_one(moto: Moto, tmp_path: Path) -> None:
    """KMS would keep both: `create` revokes what had the grant's name, once the new one is made, and nothing of another name."""
    case = golden_case("payments")
    prepare(moto, case.deployment)
    script = Script(moto, case, tmp_path)
    kms = moto.client("kms", case.deployment.region, case.deployment.account)
    name = calls(case.deployment)[0].grant.name
    for called in (name, "foreign"):
        kms.create_grant(KeyId=script.key, GranteePrincipal=script.access.grants[0].grantee, Operations=["Encrypt"], Name=called)
    script.run("create")
    names = sorted(grant["Name"] for grant in kms.list_grants(KeyId=script.key)["Grants"])
    assert names == sorted(["foreign", *(grant.name for grant in script.access.grants if grant.name)])


def _documents(text: str) -> list[str]:
    """Return the JSON documents that were printed one after the other."""
    decoder, found = json.JSONDecoder(), []
    while text.strip():
        text = text.lstrip()
        _, end = decoder.raw_decode(text)
        found.append(text[:end])
        text = text[end:]
    return found


def test_retire_takes_the_grants_away(moto: Moto, tmp_path: Path) -> None:
    """`retire` retires what `create` created."""
    case = golden_case("grants-by-call")
    prepare(moto, case.deployment)
    script = Script(moto, case, tmp_path)
    script.run("create")
    script.run("retire")
    assert_grants(moto, script.access, script.key, [])


def test_a_grant_in_json_is_ready_for_the_aws_cli(moto: Moto, tmp_path: Path) -> None:
    """`aws kms create-grant --cli-input-json file://...` takes each file of `json/grants`."""
    case = golden_case("payments")
    prepare(moto, case.deployment)
    key = created_key(moto, case.deployment.bundle.keys[0])
    for artifact in (one for one in render_json(case.deployment).artifacts if one.kind == "grant"):
        path = tmp_path / "grant.json"
        path.write_text(artifact.text, encoding="utf-8")
        aws = shutil.which("aws", path=environment(moto, case.deployment)["PATH"])
        request: dict[str, Any] = json.loads(artifact.text)
        given = [] if "KeyId" in request else ["--key-id", key]
        subprocess.run(
            [str(aws), "kms", "create-grant", "--cli-input-json", f"file://{path}", *given],
            env=environment(moto, case.deployment),
            check=True,
            capture_output=True,
            timeout=60,
        )


@pytest.mark.parametrize("arguments", [[], ["drop"], ["create"], ["create", "alias/x"], ["create", "arn:aws:kms:r:1:alias/x"]])
def test_a_wrong_call_of_the_script_is_refused(arguments: list[str], moto: Moto, tmp_path: Path) -> None:
    """An unknown command, a missing key and an alias (CreateGrant takes none) end with exit 2 and how to call it."""
    case = golden_case("payments")
    script = Script(moto, case, tmp_path)
    done = subprocess.run(
        ["sh", str(script.path), *arguments], env=script.environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert "usage:" in done.stderr

"""A folder that `render` wrote, read by itself: what it does not tell of its keys is left open."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kmsgen.cli.app import app
from kmsgen.errors import InputError
from kmsgen.policy.bundle import NEW_KEY_ID
from kmsgen.sources.beside import NOTHING, Beside
from kmsgen.sources.subject import FOLDER, identify, read_subject

ACCOUNT = "111122223333"
KEYS = [f"arn:aws:kms:{region}:{ACCOUNT}:key/{first}34abcd-12ab-34cd-56ef-1234567890ab" for region, first in
    (("us-west-2", "12"), ("eu-west-1", "00"))]  # fmt: skip
LISTED = f"""
kmsgen: 1
name: door
scope: {{account: "{ACCOUNT}"}}
keys: [{", ".join(f'"{key}"' for key in KEYS)}]
delegation: iam
admins: [role/Admin]
users: [{{principal: role/app, can: [decrypt]}}]
grants: [{{name: nightly, grantee: role/exporter, operations: [Decrypt]}}]
"""
CREATED = f"""
kmsgen: 1
name: door
scope: {{account: "{ACCOUNT}", regions: [us-west-2]}}
key: {{alias: data}}
delegation: iam
admins: [role/Admin]
users: [{{principal: role/app, can: [decrypt]}}]
"""


def rendered(path: Path, text: str, *more: str) -> Path:
    """Render an intent; return its folder."""
    (path / "intent.yaml").write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["render", str(path / "intent.yaml"), "--no-lint", "--out", str(path / "out"), *more])
    assert done.exit_code == 0, done.exception
    return path / "out" / "door"


def test_each_key_has_its_policy_its_grants_and_the_arn_that_other_files_name(tmp_path: Path) -> None:
    """Of several keys the files carry the ids; the Region stands where a grant or an IAM policy names the key."""
    subject = read_subject(str(rendered(tmp_path, LISTED)))
    assert subject.form is FOLDER
    assert [access.key.arn for access in subject.bundle.keys] == sorted(KEYS)
    assert [[grant.name for grant in access.grants] for access in subject.bundle.keys] == [["nightly"], ["nightly"]]
    assert f"arn:aws:iam::{ACCOUNT}:role/app" in subject.bundle.principals
    assert not subject.tells_kind


def test_who_reaches_the_key_by_its_alias_may_have_any_policy(tmp_path: Path) -> None:
    """The folder tells no aliases: that a policy for the alias does not fit the key would be a guess, and a wrong proof."""
    subject = read_subject(str(rendered(tmp_path, CREATED)))
    assert subject.bundle.keys[0].key.arn.endswith(NEW_KEY_ID)
    assert f"arn:aws:iam::{ACCOUNT}:role/app" in subject.described.untold
    first = subject.bundle.principals[f"arn:aws:iam::{ACCOUNT}:role/app"].identity_policies[0].statements[0]
    assert (first.effect, first.actions, first.resources) == ("Allow", ("*",), ("*",))
    asked = ["prove", str(tmp_path / "out/door"), "--never", "role/app kms:Decrypt"]
    assert CliRunner().invoke(app, asked).exit_code == 1


def test_the_only_key_is_the_one_that_is_named(tmp_path: Path) -> None:
    """And of the kind that its policy speaks of."""
    path = str(rendered(tmp_path, CREATED))
    assert [access.key.arn for access in read_subject(path, Beside(KEYS[0])).bundle.keys] == [KEYS[0]]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"path": "../intent.yaml"}, "path"),
        ({"path": "/etc/passwd"}, "path"),
        ({"path": "json\0"}, "path"),
        ({"path": "json/missing.json"}, "no-such-file"),
        ({"kind": "identity-policy", "principal": "bob"}, "not-a-principal"),
        ({"format": "yaml"}, "no-json"),
    ],
)
def test_a_manifest_that_lies_is_refused(tmp_path: Path, change: dict[str, str], code: str) -> None:
    """It reads nothing outside its folder, and names principals by ARNs."""
    folder = rendered(tmp_path, CREATED, "--format", "json")
    manifest = folder / "manifest.json"
    data = json.loads(manifest.read_text(encoding="utf-8"))
    data["files"] = [{**data["files"][0], **change}]
    manifest.write_text(json.dumps(data, indent=1), encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_subject(str(folder))
    assert [one.code for one in raised.value.diagnostics] == [code]


def test_a_grant_on_another_key_is_refused(tmp_path: Path) -> None:
    """Nothing tells what else stands on that key."""
    folder = rendered(tmp_path, LISTED)
    grant = next((folder / "json/grants").iterdir())
    text = grant.read_text(encoding="utf-8")
    grant.write_text(text.replace(json.loads(text)["KeyId"], KEYS[0].replace("1234abcd", "9999abcd")), encoding="utf-8")
    with pytest.raises(InputError, match="other-keys"):
        read_subject(str(folder))


def test_two_policies_of_one_key_are_refused(tmp_path: Path) -> None:
    """One of them would be passed over."""
    folder = rendered(tmp_path, CREATED, "--format", "json")
    manifest = folder / "manifest.json"
    data = json.loads(manifest.read_text(encoding="utf-8"))
    (folder / "other.json").write_text((folder / "json/key-policy.json").read_text(encoding="utf-8"), encoding="utf-8")
    data["files"].append({**data["files"][0], "path": "other.json"})
    manifest.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(InputError, match="several-keys"):
        read_subject(str(folder))


@pytest.mark.parametrize("content", [None, "{}", '{"kmsgen": "1"}', "[]"])
def test_any_other_folder_is_none(tmp_path: Path, content: str | None) -> None:
    """A folder is what its manifest says."""
    if content is not None:
        (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        identify(str(tmp_path)).read(NOTHING)
    assert [one.code for one in raised.value.diagnostics] == ["no-such-file" if content is None else "unknown-file"]


@pytest.mark.parametrize(
    "condition", ["{StringEquals: {aws:RequestedRegion: us-west-2}}", "{StringEquals: {kms:KeyOrigin: EXTERNAL}}"]
)
def test_the_only_key_is_the_one_that_other_files_name(tmp_path: Path, condition: str) -> None:
    """Without its ARN the IAM policies of its folder would be about another key, and prove nothing of this one."""
    text = LISTED.replace(f', "{KEYS[1]}"', "").replace("can: [decrypt]}", f"can: [decrypt], when: {{conditions: {condition}}}}}")
    path = str(rendered(tmp_path, text))
    assert [access.key.arn for access in read_subject(path).bundle.keys] == [KEYS[0]]
    done = CliRunner().invoke(app, ["prove", path, "--never", f"arn:aws:iam::{ACCOUNT}:role/app kms:Decrypt", "--output", "json"])
    assert [one["result"] for one in json.loads(done.stdout)] == ["refuted"]

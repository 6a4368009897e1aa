"""State files as Terraform keeps them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kmsgen.sources.beside import NOTHING
from kmsgen.sources.subject import PLAN, identify

KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890a"
ROLE = "arn:aws:iam::111122223333:role/app"


def key(number: int, who: str) -> dict[str, Any]:
    """Return the attributes of a key that somebody may use."""
    statement = {"Effect": "Allow", "Principal": {"AWS": who}, "Action": "kms:Decrypt", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    arn = f"{KEY}{number}"
    return {"arn": arn, "id": arn[-36:], "key_id": arn[-36:], "policy": policy, "customer_master_key_spec": "RSA_2048",
            "key_usage": "SIGN_VERIFY", "multi_region": False, "tags_all": {"team": "a"}}  # fmt: skip


def resource(kind: str, name: str, *instances: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a resource of a state."""
    return {"mode": "managed", "type": kind, "name": name, "provider": "provider[x]", "instances": list(instances)} | more


STATE = {
    "version": 4, "terraform_version": "1.9.8", "serial": 7, "lineage": "5f1c",
    "outputs": {"a": {"value": "b", "type": "string"}},
    "resources": [
        resource("aws_caller_identity", "me", {"attributes": {"account_id": "111122223333"}}, mode="data"),
        resource("aws_kms_key", "one", {"schema_version": 0, "attributes": key(1, ROLE), "sensitive_attributes": []}),
        resource(
            "aws_kms_key", "this", {"index_key": 0, "attributes": key(2, "*")}, {"index_key": "b", "attributes": key(3, ROLE)},
            {"index_key": 0, "deposed": "0a1b", "attributes": key(4, ROLE)}, module="module.keys[0]",
        ),
        resource("aws_kms_alias", "one", {"attributes": {"name": "alias/one", "target_key_id": f"{KEY}1"[-36:]}}),
        resource("aws_iam_role", "app", {"attributes": {"arn": ROLE, "name": "app", "inline_policy": []}}),
    ],
    "check_results": None,
}  # fmt: skip


@pytest.mark.parametrize("name", ["terraform.tfstate", "state.json", "terraform.tfstate.backup"])
def test_a_state_file_is_read_as_it_is_kept(tmp_path: Path, name: str) -> None:
    """Each instance of each key goes by its address; one that waits to be destroyed is still a key."""
    path = tmp_path / name
    path.write_text(json.dumps(STATE, indent=2))
    found = identify(str(path))
    assert found.form is PLAN
    bundle = found.read(NOTHING).bundle
    names = ["aws_kms_key.one", "module.keys[0].aws_kms_key.this[0]", 'module.keys[0].aws_kms_key.this["b"]',
             "module.keys[0].aws_kms_key.this[0] (deposed 0a1b)"]  # fmt: skip
    assert list(found.read(NOTHING).described.names.values()) == names
    assert [one.key.arn for one in bundle.keys] == [f"{KEY}{number}" for number in (1, 2, 3, 4)]
    assert bundle.keys[0].key.aliases == ("alias/one",)
    assert [one.policy.statements[0].principals[0].value for one in bundle.keys] == [ROLE, "*", ROLE, ROLE]


def test_a_state_file_is_what_terraform_shows_of_it(tmp_path: Path) -> None:
    """The same keys and the same access as of the output of `terraform show -json`."""
    shown = [{"address": "aws_kms_key.one", "mode": "managed", "type": "aws_kms_key", "name": "one", "values": key(1, ROLE)}]
    kept = {**STATE, "resources": STATE["resources"][1:2]}
    (tmp_path / "a.json").write_text(json.dumps({"format_version": "1.0", "values": {"root_module": {"resources": shown}}}))
    (tmp_path / "a.tfstate").write_text(json.dumps(kept))
    one, other = (identify(str(tmp_path / name)).read(NOTHING).bundle for name in ("a.json", "a.tfstate"))
    assert one == other


def test_places_in_a_state_file_are_its_own(tmp_path: Path) -> None:
    """A policy in it has the line and column where it stands."""
    path = tmp_path / "terraform.tfstate"
    path.write_text(json.dumps(STATE, indent=2))
    described = identify(str(path)).read(NOTHING).described
    place = described.places.policies[1].where(("Statement", 0))
    assert '"*"' in json.loads(path.read_text())["resources"][2]["instances"][0]["attributes"]["policy"]
    assert '"policy"' in path.read_text().split("\n")[place.line - 1]

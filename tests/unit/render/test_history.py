"""What a manifest keeps of keys."""

from __future__ import annotations

import json

import pytest

from kmsgen.policy.grant import Grant
from kmsgen.render.history import NOTHING_HELD, UNKNOWN, Former, History, parse, plain
from kmsgen.render.terraform.addresses import history_after
from tests.unit.render.bundles import ACCOUNT, NEW_ARN, OLD_ARN, deployment, role

KEY = {"arn": "arn:aws:kms:us-west-2:1:key/x", "spec": "S", "usage": "U", "origin": "O", "multi_region": True, "created": True}


@pytest.mark.parametrize("attaches", [True, False])
def test_a_history_is_read_as_it_was_written(*, attaches: bool) -> None:
    """JSON and back."""
    history = history_after(deployment()._replace(deployer="arn:aws:iam::111122223333:role/ci", attaches=attaches))
    assert parse(json.loads(json.dumps(plain(history)))) == history


FORMER = Former((f"arn:aws:iam::{ACCOUNT}:role/a/b",), ("iam",), ("alias/x",), (f"{OLD_ARN} a/b:c",), ("before",))


def test_what_is_held_is_read_as_it_was_written() -> None:
    """JSON and back, with the delegation and the grants of the last render."""
    grant = Grant("g", role("x"), ("Decrypt",), name="nightly")
    given = deployment(grants=(grant,))._replace(former=FORMER, delegation="iam")
    history = history_after(given)
    assert (history.delegation, history.grants, history.former) == ("iam", (f"{NEW_ARN} nightly",), FORMER)
    assert parse(json.loads(json.dumps(plain(history)))) == history


@pytest.mark.parametrize(
    "former",
    [
        5,
        {"deployers": "x", "delegations": 5, "aliases": None},
        {"deployers": ["*", f"arn:aws:iam::{ACCOUNT}:role/*", f"arn:aws:iam::{ACCOUNT}:root", "arn:aws:iam::1:role/x", 5]},
        {"delegations": ["all"], "aliases": ["alias/aws/s3", "x", "alias/a*"]},
        {"names": ["../x", "", 5]},
        {"grants": ["x", f"{OLD_ARN} 'x", f"{OLD_ARN}", f"arn:aws:kms:us-west-2:{ACCOUNT}:key/* x"]},
    ],
)
def test_nothing_is_held_that_no_render_writes(former: object) -> None:
    """A manifest is input: no pattern of principals, no other account's root and no text of a shell gets in through it."""
    assert parse({"keys": [], "terraform": {}, "former": former}).former == NOTHING_HELD


@pytest.mark.parametrize("manifest", [{}, {"keys": 1, "terraform": {}}, {"keys": []}, {"keys": [], "terraform": []}])
def test_a_manifest_that_tells_nothing_of_keys_leaves_them_unknown(manifest: dict[str, object]) -> None:
    """Such are those of kmsgen 0.1."""
    assert parse(manifest) == UNKNOWN


@pytest.mark.parametrize(
    "key",
    [
        5,
        {},
        {**KEY, "replicas": "x"},
        {**KEY, "spec": None, "replicas": []},
        {**KEY, "created": 1, "replicas": []},
        {**KEY, "arn": "x"},
    ],
)
def test_what_is_no_key_is_none(key: object) -> None:
    """A manifest is input, and may hold anything."""
    assert parse({"keys": [key], "terraform": {}}).keys == ()


@pytest.mark.parametrize(
    ("address", "key_id"),
    [
        ('aws_kms_key_policy.this" {', ""),
        ("aws_iam_role.this", ""),
        ("aws_kms_key.this", "${x}"),
        ("aws_kms_key.this", 5),
        ("aws_kms_grant.x", "x"),
        ("aws_kms_grant.x", ""),
        ('aws_kms_grant.x" {', "1234abcd-12ab-34cd-56ef-1234567890ab/x"),
    ],
)
def test_what_is_no_address_of_a_key_is_none(address: str, key_id: object) -> None:
    """Nothing of a manifest gets into a module but what kmsgen itself calls its resources."""
    assert not parse({"keys": [], "terraform": {address: key_id}}).addresses


@pytest.mark.parametrize(
    ("manifest", "tools"),
    [
        ({"tools": ["terraform", 5, "json"]}, ("terraform",)),
        ({"tools": [], "files": [{"format": "terraform"}]}, ()),
        (
            {"files": [{"format": "terraform"}, {"format": "json"}, 5, {}, {"format": "cloudformation"}]},
            ("cloudformation", "terraform"),
        ),
        ({"files": 5}, ()),
    ],
)
def test_the_tools_of_an_earlier_manifest_are_those_of_its_files(manifest: dict[str, object], tools: tuple[str, ...]) -> None:
    """Where it tells none itself."""
    assert parse({"keys": [], "terraform": {}, **manifest}).tools == tools


@pytest.mark.parametrize(
    "deployer",
    [5, "ci", f"arn:aws:iam::{ACCOUNT}:root", role("*"), f"{role('x')}?", f"arn:aws:sts::{ACCOUNT}:assumed-role/x/y"],
)
def test_who_deployed_is_one_role_or_user(deployer: object) -> None:
    """It is held beside the file's: the root would be the whole account, a pattern whoever fits it."""
    assert parse({"keys": [], "terraform": {}, "deployer": deployer}).deployer is None


@pytest.mark.parametrize(
    "alias", [5, "app", "*", "alias/*", "alias/a?", "key/*", "alias/aws/s3", "alias/${aws:username}", "alias/"]
)
def test_an_alias_of_a_key_is_one_name(alias: object) -> None:
    """Whoever deploys may delete it once the file has another: a pattern would be every alias, or every key."""
    (key,) = parse({"keys": [{**KEY, "replicas": [], "alias": alias}], "terraform": {}}).keys
    assert key.alias is None


@pytest.mark.parametrize(("before", "now"), [(True, True), (True, False), (False, True), (False, False)])
def test_what_was_let_go_is_out_there_until_it_is_applied(*, before: bool, now: bool) -> None:
    """Attachments that some render made are to be let go as long as the last one, which does so, may not be out there."""
    first = history_after(deployment()._replace(attaches=before))
    last = history_after(deployment()._replace(attaches=now, history=first))
    read = parse(json.loads(json.dumps(plain(last))))
    assert (read.attached, read.settled.attached) == (before or now, now)


@pytest.mark.parametrize("released", [True, False])
def test_who_deployed_had_its_policy_in_the_module_until_the_next_is_applied(*, released: bool) -> None:
    """`--applied` on the first render after kmsgen 0.1 says that what that one wrote is out there."""
    assert History(released=released, deployer_apart=False).settled.deployer_apart is not released


@pytest.mark.parametrize(("kept", "told"), [(True, "iam"), (False, "key-policy")])
def test_where_permissions_are_of_keys_that_keep_their_policies(*, kept: bool, told: str) -> None:
    """They are in IAM policies then, from where they move where the intent writes the key policies."""
    given = deployment(creation=None)._replace(key_policies=not kept, delegation="key-policy")
    assert history_after(given).delegation == told

"""Grant calls: the names of grants and of their files."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from kmsgen.errors import InputError
from kmsgen.policy.bundle import NEW_KEY_ID, Bundle, Key, KeyAccess
from kmsgen.policy.grant import Grant
from kmsgen.render import grant_calls, json_files
from kmsgen.render.deployment import Deployment
from kmsgen.render.history import Former, History
from kmsgen.render.names import digest
from kmsgen.render.render import render
from tests.unit.render.bundles import NEW_ARN, OLD_ARN, WITH_ALIAS, deployment, document, role, texts, with_replicas

REQUEST = '{"GranteePrincipal":"arn:aws:iam::111122223333:role/x","Operations":["Decrypt"]}'
KEYS = (
    ("us-west-2", "1234abcd-12ab-34cd-56ef-1234567890ab"),
    ("us-west-2", "mrk-1234abcd12ab34cd56ef1234567890ab"),
    ("eu-west-1", "mrk-1234abcd12ab34cd56ef1234567890ab"),
)


def test_there_is_no_script_without_a_grant() -> None:
    """No grant, no file."""
    assert grant_calls.render(deployment()).artifacts == ()


def test_a_grant_without_a_name_gets_one_in_the_script() -> None:
    """Without a name, to run the script twice would make two grants; what it is called depends on the grant alone."""
    found = texts(grant_calls.render(deployment(grants=(Grant("g", role("x"), ("Decrypt",)),))))
    assert [request["Name"] for request in json.loads(found["grants/grants.json"])] == [f"app-grant-{digest(REQUEST)}"]


def test_grant_names_of_kms_become_file_names_of_their_own() -> None:
    """Slashes, colons and capitals never reach a path alone: a digest tells names apart that look alike then."""
    names = ("/team/a:b", "team-a-b", "/", "TEAM/a/b", "a" * 256, "a" * 255)
    given = deployment(grants=tuple(Grant(name, role("x"), ("Decrypt",), name=name) for name in names))
    found = texts(json_files.render(given))
    files = [path.removeprefix("json/grants/") for path in found if path.startswith("json/grants/")]
    shown = ("team-a-b", "team-a-b", "unnamed", "TEAM-a-b", "a" * 120, "a" * 120)
    labels = [label if label == name else f"{label}-{digest(name)}" for label, name in zip(shown, names, strict=True)]
    assert files == [f"{label}.json" for label in labels]
    assert [json.loads(found[f"json/grants/{name}"])["Name"] for name in files] == list(names)


@pytest.mark.parametrize("name", ["con", "CON", "nul", "aux", "prn", "com1", "lpt0"])
def test_no_file_of_a_grant_is_a_device_on_windows(name: str) -> None:
    """`nul.json` is no file there: a digest makes it one."""
    found = texts(json_files.render(deployment(grants=(Grant(name, role("x"), ("Decrypt",), name=name),))))
    assert [path for path in found if path.startswith("json/grants/")] == [f"json/grants/{name}-{digest(name)}.json"]


def test_the_files_of_grants_depend_on_their_grant_and_key_alone() -> None:
    """A key that comes or goes changes the name of no other's file; the Region tells replicas of one id apart."""
    arns = [f"arn:aws:kms:{region}:111122223333:key/{key_id}" for region, key_id in KEYS]
    grant = Grant("nightly", role("x"), ("Decrypt",), name="nightly")
    accesses = tuple(KeyAccess(Key(arn), document(), (grant,)) for arn in arns)
    wanted = [f"nightly-{key_id}" for key_id in (KEYS[0][1], f"us-west-2-{KEYS[1][1]}", f"eu-west-1-{KEYS[2][1]}")]
    for chosen in ((0, 1, 2), (2, 0), (1,)):
        given = deployment()._replace(bundle=Bundle(tuple(accesses[number] for number in chosen)))
        assert [call.label for call in grant_calls.calls(given)] == [wanted[number] for number in chosen]


@pytest.mark.parametrize("name", ["a b", "a'b", "a`b", "", "é", "a" * 257])
def test_a_grant_name_that_kms_would_refuse_is_refused(name: str) -> None:
    """Nothing but letters, digits and `:/_-` reaches the script."""
    with pytest.raises(InputError, match="grant-name"):
        grant_calls.render(deployment(grants=(Grant("g", role("x"), ("Decrypt",), name=name),)))


def ended(former: tuple[str, ...], *, grants: tuple[Grant, ...] = (), new: bool = True) -> Deployment:
    """Return a deployment after renders that had other grants."""
    creation = WITH_ALIAS if new else None
    return deployment(creation=creation, grants=grants)._replace(former=Former(grants=former))


def test_a_grant_that_the_intent_has_no_more_is_revoked_by_the_script() -> None:
    """Also where it has none any more; not one that is there, nor one of a key that is none of this intent's."""
    grant = Grant("g", role("x"), ("Decrypt",), name="nightly")
    for grants in ((), (grant,)):
        given = ended((f"{NEW_ARN} weekly", f"{OLD_ARN} daily", f"{NEW_ARN} nightly"), grants=grants)
        text = texts(grant_calls.render(given))["grants/grants.sh"]
        assert "  in_region 'us-west-2' revoke_grant 'arn:aws:kms:us-west-2:111122223333:key/' 'weekly'\n" in text
        assert f"  revoke_grant '{OLD_ARN}' 'us-west-2' 'daily'\n" in text
        assert ("revoke_grant 'arn:aws:kms:us-west-2:111122223333:key/' 'nightly'" in text) is not bool(grants)
    assert grant_calls.render(ended((f"{NEW_ARN} weekly",), new=False)).artifacts == ()


def test_terraform_revokes_what_it_made_by_itself() -> None:
    """The script beside a module has what Terraform knows nothing of."""
    history = History(addresses={"aws_kms_grant.weekly": f"{NEW_KEY_ID}/weekly"})
    given = ended((f"{NEW_ARN} weekly", f"{NEW_ARN} by-call"))._replace(history=history)
    text = texts(render(given, ["terraform"]))["terraform/grants.sh"]
    assert ("'by-call'" in text, "'weekly'" in text) == (True, False)


NIGHTLY = Grant("g", role("x"), ("Decrypt",), name="nightly")
REPLICATED = with_replicas(deployment(grants=(NIGHTLY,)), "eu-west-1")
KEY_ID = "mrk-1234abcd12ab34cd56ef1234567890ab"


def called(script: str, key: str, folder: Path) -> tuple[int, list[str]]:
    """Run `grants.sh list KEY`; return its exit code and the keys whose grants are listed, each behind its Region."""
    (folder / "aws").write_text('#!/bin/sh\nprintf "%s %s\\n" "$4" "$6"\n')
    (folder / "aws").chmod(0o755)
    (folder / "grants.sh").write_text(script)
    environment = {"PATH": f"{folder}:{os.environ['PATH']}"}
    ran = subprocess.run(
        ["sh", str(folder / "grants.sh"), "list", key], env=environment, check=False, timeout=30, capture_output=True, text=True
    )
    return ran.returncode, ran.stdout.splitlines()


AWS = """#!/bin/sh
case $2 in
  create-grant) echo "create $6 ${8}" >>"$0.log"; n=$(wc -l <"$0.log"); echo "{\\"GrantId\\": \\"a$n\\"}" ;;
  list-grants) case $8 in *.GrantId) echo a0 a1 a2 b0 ;; esac ;;
  revoke-grant) echo "revoke $8" >>"$0.log" ;;
esac
"""


def test_every_grant_is_made_before_one_is_revoked(tmp_path: Path) -> None:
    """Also where two change names: what one loses the other has by then. Nothing that was just made is revoked."""
    grants = tuple(Grant(name, role(name), ("Decrypt",), name=name) for name in ("one", "two"))
    (tmp_path / "grants.sh").write_text(texts(grant_calls.render(deployment(grants=grants)))["grants/grants.sh"])
    (tmp_path / "aws").write_text(AWS)
    (tmp_path / "aws").chmod(0o755)
    words = ["sh", str(tmp_path / "grants.sh"), "create", "1234abcd-12ab-34cd-56ef-1234567890ab"]
    subprocess.run(words, env={"PATH": f"{tmp_path}:{os.environ['PATH']}"}, check=True, timeout=30, capture_output=True)
    told = (tmp_path / "aws.log").read_text().splitlines()
    assert [one.split(" ")[0] for one in told] == ["create"] * 2 + ["revoke"] * 4
    assert [one for one in told if one.startswith("revoke")] == ["revoke a0", "revoke b0"] * 2


@pytest.mark.parametrize(
    ("key", "regions"),
    [
        (KEY_ID, ("us-west-2", "eu-west-1")),
        (f"arn:aws:kms:us-west-2:111122223333:key/{KEY_ID}", ("us-west-2",)),
        (f"arn:aws:kms:eu-west-1:111122223333:key/{KEY_ID}", ("eu-west-1",)),
    ],
)
def test_the_script_reaches_a_replica_in_its_own_region(key: str, regions: tuple[str, ...], tmp_path: Path) -> None:
    """An ARN means the key there; an id, which related keys share, the key in each Region."""
    script = texts(grant_calls.render(REPLICATED))["grants/grants.sh"]
    told = [f"{region} arn:aws:kms:{region}:111122223333:key/{KEY_ID}" for region in regions]
    assert called(script, key, tmp_path) == (0, told)


@pytest.mark.parametrize("place", ["us-east-1:111122223333", "eu-west-1:444455556666"])
def test_the_script_refuses_a_key_that_is_none_of_the_intent(place: str, tmp_path: Path) -> None:
    """It would else do nothing, or it would do it to another account's key."""
    script = texts(grant_calls.render(REPLICATED))["grants/grants.sh"]
    assert called(script, f"arn:aws:kms:{place}:key/{KEY_ID}", tmp_path) == (2, [])


def test_a_replica_needs_no_request_of_its_own() -> None:
    """The request without a key is the same for each Region, and stands once in JSON; what is held is told of each key."""
    assert [path for path in texts(json_files.render(REPLICATED)) if "grants/" in path] == ["json/grants/nightly.json"]
    assert len(json.loads(texts(grant_calls.render(REPLICATED))["grants/grants.json"])) == 1
    assert [one.split(":")[3] for one in grant_calls.held(REPLICATED)] == ["us-west-2", "eu-west-1"]

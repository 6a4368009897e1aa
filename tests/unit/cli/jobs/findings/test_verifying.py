"""`kmsgen verify` and `kmsgen matrix` through the real command."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.running import run_in

INTENT = """
kmsgen: 1
name: test
scope: {account: "111122223333", regions: [us-west-2], deployer: role/ci}
key: {alias: app/data}
admins: [role/Admin]
users:
  - {principal: role/app, can: [encrypt, decrypt], when: {encryption_context: {app: payments}}}
  - {principal: "arn:aws:iam::444455556666:role/partner", can: [decrypt]}
services: [{service: logs}]
grants: [{name: nightly, grantee: role/exporter, operations: [Decrypt], retiring_principal: role/app}]
guardrails: [deny-insecure-transport]
"""
CONTRADICTION = INTENT + "never: [{principal: role/app, actions: [kms:Decrypt]}]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write the intents."""
    (tmp_path / "intent.yaml").write_text(INTENT)
    (tmp_path / "never.yaml").write_text(CONTRADICTION)
    return tmp_path


def key_policy(folder: Path) -> dict[str, Any]:
    """Render the intent, and return its key policy."""
    done = run_in(folder, "render", "intent.yaml", "--format", "json", "--out", "out")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads((folder / "out/test/json/key-policy.json").read_text())
    return found


def test_verify_says_yes_three_times(folder: Path) -> None:
    """Data on stdout, notes on stderr, exit code 0."""
    done = run_in(folder, "verify", "intent.yaml")
    assert done.code == 0, done.err
    assert [line[:3] for line in done.out.splitlines()] == ["yes", "yes", "yes"]
    assert "note: " in done.err


def test_verify_says_no_with_what_speaks_against_it(folder: Path) -> None:
    """Exit code 1; the finding has place, witness and the statements responsible, and its witness is a scenario."""
    done = run_in(folder, "verify", "never.yaml", "--output", "json")
    assert done.code == 1
    answers = json.loads(done.out)["answers"]
    assert [answer["answer"] for answer in answers] == ["yes", "no", "yes"]
    (finding,) = answers[1]["findings"]
    assert finding["code"] == "never"
    assert finding["location"] == {"path": "never.yaml", "line": 13, "column": 9}
    (request,) = finding["witness"]["requests"]
    assert request["principal"] == "arn:aws:iam::111122223333:role/app"
    assert request["encryption_context"] == {"app": "payments"}
    assert finding["statements"] == ["key-policy/Use by app with encryption context"]


def test_verify_refuses_bad_input(folder: Path) -> None:
    """Exit code 2, no traceback."""
    (folder / "bad.yaml").write_text("kmsgen: 2\n")
    done = run_in(folder, "verify", "bad.yaml")
    assert done.code == 2
    assert "Traceback" not in done.err


def test_verify_against_what_was_rendered(folder: Path) -> None:
    """The folder that `render` wrote, and the key policy in it, are what was proved."""
    key_policy(folder)
    for path in ("out/test", "out/test/json/key-policy.json"):
        done = run_in(folder, "verify", "intent.yaml", "--against", path)
        assert done.code == 0, done.out + done.err


@pytest.mark.parametrize("change", ["drop", "widen", "open"])
def test_verify_against_a_policy_that_drifted(folder: Path, change: str) -> None:
    """A statement that is missing, wider or new makes an answer no."""
    policy = key_policy(folder)
    statements = policy["Statement"]
    user = next(statement for statement in statements if statement["Sid"].startswith("Use by app"))
    if change == "drop":
        statements.remove(user)
    elif change == "widen":
        del user["Condition"]
    else:
        statements.append({"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"})
    (folder / "drifted.json").write_text(json.dumps(policy))
    done = run_in(folder, "verify", "intent.yaml", "--against", "drifted.json")
    assert done.code == 1
    assert "no " in done.out


@pytest.mark.parametrize("path", ["", "platform/"])
def test_verify_against_a_template(folder: Path, path: str) -> None:
    """A template that `render` wrote is read back: grants as compiled, and a role by its name whatever its path."""
    (folder / "intent.yaml").write_text(INTENT.replace("role/ci", f"role/{path}ci"))
    run_in(folder, "render", "intent.yaml", "--format", "cloudformation", "--no-lint", "--out", "out")
    done = run_in(folder, "verify", "intent.yaml", "--against", "out/test/cloudformation/template.yaml")
    assert done.code == 0, done.out
    assert "grants" in done.err


WRITTEN = INTENT.replace("services:", "  - {principal: role/reader, can: [list-keys]}\niam: write\ndelegation: iam\nservices:")


@pytest.mark.parametrize(
    ("before", "after", "answers"),
    [("", "", "yes"), ("kms:ListKeys", "kms:ListRetirableGrants", "no"), ("kmsgen, intent", "other, intent", "no")],
)
def test_what_is_only_written_is_asked_as_if_it_were_attached(folder: Path, before: str, after: str, answers: str) -> None:
    """The policy that the stack attaches to nobody counts as its principal's, more and less than asked for is found.

    A note says what is taken for granted.
    """
    (folder / "intent.yaml").write_text(WRITTEN)
    run_in(folder, "render", "intent.yaml", "--format", "cloudformation", "--no-lint", "--out", "out")
    template = folder / "out/test/cloudformation/template.yaml"
    template.write_text(template.read_text().replace(before, after) if before else template.read_text())
    done = run_in(folder, "verify", "intent.yaml", "--against", str(template))
    assert {line[:3].strip() for line in done.out.splitlines() if line[:3].strip()} >= {answers}
    assert (done.code == 0) is (answers == "yes"), done.out
    assert before.startswith("kmsgen") or "put-in-place: taken for granted" in done.err


def test_who_has_policies_from_elsewhere_may_have_any(folder: Path) -> None:
    """A managed policy that a template only names can give what nobody asked for, where IAM policies decide."""
    run_in(folder, "render", "intent.yaml", "--format", "cloudformation", "--no-lint", "--out", "out")
    path = folder / "out/test/cloudformation/template.yaml"
    opened = """
          - Effect: Allow
            Principal: {AWS: "arn:aws:iam::111122223333:root"}
            Action: kms:Decrypt
            Resource: "*"
            Condition: {ArnEquals: {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/app"}}"""
    role = "  App: {Type: AWS::IAM::Role, Properties: {RoleName: app, ManagedPolicyArns: [arn:aws:iam::aws:policy/X]}}"
    text = path.read_text().replace("\n        Statement:", f"\n        Statement:{opened}", 1)
    path.write_text(text.replace("\nResources:", f"\nResources:\n{role}", 1))
    done = run_in(folder, "verify", "intent.yaml", "--against", str(path), "--output", "json")
    answers = {answer["question"]: answer["answer"] for answer in json.loads(done.out)["answers"]}
    assert answers["nothing else is allowed"] == "no"
    assert "untold-policies" in done.out


LISTED = """
kmsgen: 1
name: test
scope: {account: "111122223333"}
keys:
  - "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  - "arn:aws:kms:eu-west-1:111122223333:key/0034abcd-12ab-34cd-56ef-1234567890ab"
admins: [role/Admin]
users: [{principal: role/app, can: [decrypt], when: {via: [s3]}}]
grants: [{name: nightly, grantee: role/exporter, operations: [Decrypt]}]
"""


OTHER_KEY = "0034abcd-12ab-34cd-56ef-1234567890ab"


@pytest.mark.parametrize(("change", "code"), [("turn", 0), ("drop", 1), ("move", 2)])
def test_verify_against_a_folder_of_several_keys(folder: Path, change: str, code: int) -> None:
    """Each file counts for the key that it is about: the order of the manifest does not, a grant on one key is on no other."""
    (folder / "intent.yaml").write_text(LISTED)
    assert run_in(folder, "render", "intent.yaml", "--format", "json", "--out", "out").code == 0
    manifest = folder / "out/test/manifest.json"
    data = json.loads(manifest.read_text())
    if change == "turn":
        data["files"].reverse()
    elif change == "drop":
        data["files"] = [item for item in data["files"] if OTHER_KEY not in item["path"] or item["kind"] != "grant"]
    else:
        grant = folder / f"out/test/json/grants/nightly-{OTHER_KEY}.json"
        grant.write_text(re.sub("key/[0-9a-f]{8}", "key/9999abcd", grant.read_text()))
    manifest.write_text(json.dumps(data))
    assert run_in(folder, "verify", "intent.yaml", "--against", "out/test").code == code


@pytest.mark.parametrize("path", ["missing.json", "intent.yaml", ".", "iam.json", "two.jsonl"])
def test_verify_against_nothing_usable(folder: Path, path: str) -> None:
    """What holds no policies, or those of no key, is bad input."""
    iam = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}]}
    (folder / "iam.json").write_text(json.dumps(iam))
    scenario = {"key": {"arn": "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"}}
    (folder / "two.jsonl").write_text(f"{json.dumps(scenario)}\n" * 2)
    done = run_in(folder, "verify", "intent.yaml", "--against", path)
    assert done.code == 2
    assert "Traceback" not in done.err


def test_a_manifest_cannot_point_outside_its_folder(folder: Path) -> None:
    """A hostile manifest reads nothing else."""
    (folder / "evil").mkdir()
    files = [{"path": "../intent.yaml", "format": "json", "kind": "key-policy"}]
    (folder / "evil/manifest.json").write_text(json.dumps({"files": files}))
    done = run_in(folder, "verify", "intent.yaml", "--against", "evil")
    assert done.code == 2
    assert "not inside" in done.err


def test_matrix_tells_who_can_do_what(folder: Path) -> None:
    """A row has principal, actions, conditions and the statements responsible; a deny that may strike is named."""
    done = run_in(folder, "matrix", "intent.yaml", "--output", "json")
    assert done.code == 0, done.err
    rows = json.loads(done.out)
    app = [row for row in rows if row["principal"].endswith("role/app")]
    assert [(row["actions"], row["conditions"]) for row in app] == [
        (["kms:Decrypt", "kms:Encrypt"], ["encryption context app = payments"])
    ]
    assert app[0]["unless"] == ["key-policy/Deny insecure transport"]
    partner = next(row for row in rows if row["principal"].endswith("role/partner"))
    assert partner["statements"] == ["key-policy/Use by partner", "identity-policy/UseByPartner"]
    exporter = next(row for row in rows if row["principal"].endswith("role/exporter"))
    assert (exporter["actions"], exporter["statements"]) == (["kms:Decrypt"], ["grant/nightly"])


def test_matrix_is_plain_when_piped(folder: Path) -> None:
    """A line a row, tabs between the cells, no drawing."""
    lines = run_in(folder, "matrix", "intent.yaml").out.splitlines()
    assert lines[0].split("\t") == ["principal", "may", "when", "by", "unless"]
    assert all(len(line.split("\t")) == 5 for line in lines)


def test_matrix_of_a_bare_key_policy(folder: Path) -> None:
    """Whoever the policy names is taken to have every IAM policy; an anonymous `*` is told as everyone."""
    (folder / "policy.json").write_text(
        json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "Account",
                        "Effect": "Allow",
                        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                        "Action": ["kms:Decrypt", "kms:DescribeKey"],
                        "Resource": "*",
                        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
                    },
                    {"Effect": "Allow", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*"},
                ],
            }
        )
    )
    done = run_in(folder, "matrix", "policy.json", "--output", "json")
    assert done.code == 0, done.err
    rows = {(row["principal"], tuple(row["actions"])): row["conditions"] for row in json.loads(done.out)}
    account = "arn:aws:iam::111122223333:root"
    assert rows[account, ("kms:Decrypt", "kms:DescribeKey")] == ["aws:MultiFactorAuthPresent = true"]
    assert rows["*", ("kms:Encrypt",)] == []


@pytest.mark.parametrize(
    "key",
    [
        {"spec": "RSA_2048", "usage": "SIGN_VERIFY"},
        {"spec": "HMAC_256", "usage": "GENERATE_VERIFY_MAC", "aliases": ["alias/app/data"]},
        {"aliases": ["alias/other"]},
    ],
)
def test_verify_tells_first_that_a_key_is_another(folder: Path, key: dict[str, Any]) -> None:
    """What exists for a key of another kind or name differs in everything: that is what is said, and nothing else."""
    arn = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    allow = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"}
    scenario = {"key": {"arn": arn, **key}, "policy": {"Version": "2012-10-17", "Statement": [allow]}}
    (folder / "scenario.json").write_text(json.dumps(scenario))
    done = run_in(folder, "verify", "intent.yaml", "--against", "scenario.json")
    assert (done.code, done.out) == (2, "")
    assert "other-keys" in done.err


@pytest.mark.parametrize("path", ["terraform/main.tf", "cloudformation/template.yaml", "grants/grants.json", "grants/grants.sh"])
def test_a_folder_in_which_another_format_was_edited_is_refused(folder: Path, path: str) -> None:
    """What is verified of a folder is the JSON: yes is not said of a file beside it that says something else."""
    assert run_in(folder, "render", "intent.yaml", "--out", "out").code == 0
    assert run_in(folder, "verify", "intent.yaml", "--against", "out/test").code == 0
    file = folder / "out/test" / path
    file.write_text(file.read_text().replace("role/", "role/another-"))
    done = run_in(folder, "verify", "intent.yaml", "--against", "out/test")
    assert (done.code, done.out) == (2, "")
    assert f"out/test/{path}: edited: " in done.err


@pytest.mark.parametrize("retiring", [None, "arn:aws:iam::111122223333:role/another", "arn:aws:iam::444455556666:role/partner"])
def test_the_retiring_principal_of_a_grant_is_the_one_of_the_file(folder: Path, retiring: str | None) -> None:
    """Another one may not retire the grant, whatever IAM policies he has, and the one of the file may without any."""
    key_policy(folder)
    path = folder / "out/test/json/grants/nightly.json"
    grant = {**json.loads(path.read_text()), "RetiringPrincipal": retiring}
    path.write_text(json.dumps({name: value for name, value in grant.items() if value}))
    done = run_in(folder, "verify", "intent.yaml", "--against", "out/test")
    assert [line[:3].strip() for line in done.out.splitlines() if line[0] != " "] == ["no", "no" if retiring else "yes", "yes"]


@pytest.mark.parametrize("action", ["CreateAlias", "UpdateAlias", "DeleteAlias", "TagResource", "EnableKeyRotation"])
def test_what_the_deployer_needs_is_asked_of_every_form(folder: Path, action: str) -> None:
    """A template, as a bare policy, is one with which the key can be made, changed and read back."""
    assert run_in(folder, "render", "intent.yaml", "--out", "out").code == 0
    for path in ("cloudformation/template.yaml", "json/key-policy.json"):
        file = folder / "out/test" / path
        head, deployer, rest = file.read_text().partition("Deploy by ci")
        file.write_text(head + deployer + re.sub(rf'\n *"?-? ?"?kms:{action}"?,?(?=\n)', "", rest, count=1))
        done = run_in(folder, "verify", "intent.yaml", "--against", "out/test/" + path)
        assert done.out.startswith("no   every intended access is allowed"), (path, done.err)


@pytest.mark.parametrize(
    "change",
    [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/Admin"}, "Action": "kms:DescribeKey"},
        {"Action": ["kms:DisableKey"]},
        {"Principal": {"AWS": "arn:aws:iam::111122223333:role/app"}},
        {"Condition": {"StringEquals": {"aws:PrincipalAccount": "111122223333"}}},
        {"Resource": "arn:aws:kms:us-west-2:111122223333:key/another"},
    ],
)
def test_a_guard_rail_that_is_lost_is_told(folder: Path, change: dict[str, Any]) -> None:
    """A Deny counts although nobody is allowed what it denies: it is there for what others will allow."""
    (folder / "intent.yaml").write_text(INTENT.replace("deny-insecure-transport", "deny-delete"))
    policy = key_policy(folder)
    (deny,) = [one for one in policy["Statement"] if one["Effect"] == "Deny"]
    deny.update(change)
    (folder / "edited.json").write_text(json.dumps(policy))
    done = run_in(folder, "verify", "intent.yaml", "--against", "edited.json")
    assert [line[:3].strip() for line in done.out.splitlines() if line[0] != " "][1] == "no"
    assert "guardrail-lost: " in done.out

"""What is not known is open in every command: an answer holds for every value, or what is not known is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kmsgen.cli.app import app
from kmsgen.errors import InputError

HOME = "arn:aws:iam::111122223333"
ARN = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ROOT = {"Sid": "Root", "Effect": "Allow", "Principal": {"AWS": f"{HOME}:root"}, "Action": "kms:*", "Resource": "*"}
APP = {"Sid": "App", "Effect": "Allow", "Principal": {"AWS": f"{HOME}:role/app"}, "Action": "kms:Decrypt", "Resource": "*"}
DENY = {"Sid": "Deny", "Effect": "Deny", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*"}
KEY, POLICY, ROLE = "aws_kms_key.k", "aws_kms_key_policy.k", "aws_iam_role.app"


def document(*statements: dict[str, Any]) -> str:
    """Return a policy as Terraform holds it."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def resource(address: str, **values: Any) -> dict[str, Any]:
    """Return a resource as plans and states have it."""
    of, _, name = address.partition(".")
    return {"address": address, "mode": "managed", "type": of, "name": name, "values": values}


def plan(folder: Path, *planned: dict[str, Any], unknown: dict[str, Any] | None = None, prior: tuple[Any, ...] = ()) -> str:
    """Write a plan; `unknown` is what is known only after apply, by address."""
    changes = [{"address": address, "change": {"after_unknown": values}} for address, values in (unknown or {}).items()]
    data = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": list(planned)}},
        "prior_state": {"format_version": "1.0", "values": {"root_module": {"resources": list(prior)}}},
        "resource_changes": changes,
    }
    path = folder / "plan.json"
    path.write_text(json.dumps(data))
    return str(path)


def run(*arguments: str) -> tuple[int, str]:
    """Run kmsgen; return the exit code and what it printed, notes and all."""
    done = CliRunner().invoke(app, arguments)
    return done.exit_code, done.output


def answer(*arguments: str) -> Any:
    """Run kmsgen for JSON."""
    return json.loads(CliRunner().invoke(app, [*arguments, "--output", "json"]).stdout)


def results(*arguments: str) -> list[str]:
    """Return the results of proofs."""
    return [one["result"] for one in answer("prove", *arguments)]


@pytest.fixture
def open_key(tmp_path: Path) -> str:
    """Return a plan of a key whose policy is known only after apply."""
    return plan(tmp_path, resource(KEY), unknown={KEY: {"policy": True, "arn": True}})


def test_nothing_is_proved_of_a_policy_that_is_not_known(open_key: str) -> None:
    """Neither that access is impossible nor that somebody has it; the policy is named."""
    asked = ("--no-public", "--no-lockout", "--no-escalation", "--only", "role/app kms:Decrypt")
    found = answer("prove", open_key, *asked, "--key-arn", ARN)
    assert {one["result"] for one in found} == {"unknown"}
    assert all("aws_kms_key.k: policy, known after apply" in one["reason"] for one in found)


DEFAULT = """
Parameters: {Who: {Type: String, Default: "arn:aws:iam::111122223333:role/app"}}
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {AWS: !Ref Who}, Action: "kms:*", Resource: "*"}]}
"""


def test_a_proof_says_what_it_takes_for_granted(tmp_path: Path) -> None:
    """The default of a parameter is not what will be deployed: proof, lint and table name it, and `--strict` is without."""
    (path := tmp_path / "t.yaml").write_text(DEFAULT)
    (found,) = answer("prove", str(path), "--no-public")
    assert (found["result"], "assuming: the parameter Who" in found["reason"]) == ("proved", True)
    assert results(str(path), "--no-public", "--strict") == ["unknown"]
    assert ("assumed", "note") in [(one["code"], one["severity"]) for one in answer("lint", str(path))]
    assert "assumed" not in [one["code"] for one in answer("lint", str(path), "--strict")]
    assert "the parameter Who is taken" in run("matrix", str(path))[1]


def test_a_policy_is_not_compared_with_one_that_is_not_known(open_key: str) -> None:
    """Not even with itself."""
    code, shown = run("diff", open_key, open_key, "--key-arn", ARN)
    assert (code, "not known: aws_kms_key.k: policy" in shown) == (1, True)


def test_lint_says_what_is_open(open_key: str) -> None:
    """A warning for access of strangers, one for a lockout, and nothing about statements that nobody wrote."""
    found = [(one["code"], one["severity"]) for one in answer("lint", open_key, "--key-arn", ARN)]
    assert found == [("unknown-lockout", "warning"), ("unknown-public-access", "warning")]


@pytest.mark.parametrize(("action", "outcome"), [("kms:Decrypt", "unknown"), ("kms:Encrypt", "implicitDeny")])
def test_a_request_is_decided_where_every_value_says_the_same(tmp_path: Path, action: str, outcome: str) -> None:
    """A role with policies that are not told may do what the key policy lets its account decide, and no more."""
    planned = resource(KEY, policy=document({**ROOT, "Action": "kms:Decrypt"})), resource(ROLE, name="app", path="/")
    path = plan(
        tmp_path,
        *planned,
        resource("aws_iam_role_policy_attachment.a", role="app", policy_arn="arn:aws:iam::aws:policy/NoSuchPolicy"),
    )
    put = ("--key-arn", ARN, "--principal", f"{HOME}:role/app", "--action", action)
    (found,) = answer("simulate", path, *put)
    assert found["outcome"] == outcome
    assert ("policy/NoSuchPolicy" in found.get("open", "")) is (outcome == "unknown")


def test_a_table_tells_what_is_sure_from_what_is_open(tmp_path: Path) -> None:
    """Of a grant whose grantee is not known the actions are somebody's; of the policy they are surely its principals'."""
    grant = resource("aws_kms_grant.g", key_id=ARN, operations=["Encrypt"])
    planned = resource(KEY, arn=ARN, policy=document(ROOT, APP)), grant
    path = plan(tmp_path, *planned, unknown={"aws_kms_grant.g": {"grantee_principal": True}})
    found = {(one["principal"], action): one["sure"] for one in answer("matrix", path) for action in one["actions"]}
    assert found[f"{HOME}:role/app", "kms:Decrypt"] is True
    assert found["*", "kms:Encrypt"] is False


def test_a_deny_that_may_be_there_proves_nothing(tmp_path: Path) -> None:
    """A policy of two that may hold denies, the other does not: that nobody can is open, that somebody can too."""
    planned = resource(KEY, arn=ARN, policy=document(ROOT, APP)), resource(POLICY, key_id=ARN, policy=document(ROOT, APP, DENY))
    path = plan(tmp_path, *planned, unknown={KEY: {"tags_all": True}})
    asked = [f"{who} {action}" for who, action in ((f"{HOME}:role/app", "kms:Decrypt"), (f"{HOME}:root", "kms:Encrypt"))]
    assert results(path, *(word for one in asked for word in ("--never", one))) == ["refuted", "unknown"]
    assert [one["code"] for one in answer("lint", path) if one["code"] == "two-policies"] == ["two-policies"]


PUBLIC = {**APP, "Sid": "Public", "Principal": "*"}


@pytest.mark.parametrize(
    ("before", "after", "code", "sides"),
    [
        ([ROOT], [ROOT, PUBLIC], 1, ["gained"]),
        ([ROOT, PUBLIC], [ROOT], 0, ["lost"]),
        ([ROOT, APP], [APP, ROOT], 0, []),
    ],
)
def test_a_plan_alone_is_what_it_changes(tmp_path: Path, before: Any, after: Any, code: int, sides: list[str]) -> None:
    """The state before it against what it plans: the gate for a pull request."""
    old, new = (resource(KEY, arn=ARN, policy=document(*one)) for one in (before, after))
    path = plan(tmp_path, new, prior=(old,))
    found = answer("diff", path)
    assert [side for side in ("gained", "lost") if found[side]] == sides
    assert run("diff", path, "--fail-on", "gained")[0] == code


def test_keys_of_a_plan_are_compared_by_address(tmp_path: Path) -> None:
    """A key that comes before another and is new takes nothing from that one."""
    old = resource(KEY, arn=ARN, policy=document(ROOT))
    path = plan(tmp_path, resource("aws_kms_key.a", policy=document(ROOT, PUBLIC)), old, prior=(old,))
    found = answer("diff", path)
    assert (bool(found["gained"]), found["lost"]) == (True, [])


def test_a_role_that_a_plan_makes_had_nothing_before(tmp_path: Path) -> None:
    """Though before it nothing was told of it, which elsewhere means that it may have any policy."""
    old = resource(KEY, arn=ARN, policy=document(ROOT))
    use = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": ARN}]})
    made = resource(ROLE, name="app", path="/"), resource("aws_iam_role_policy.p", role="app", policy=use)
    found = answer("diff", plan(tmp_path, old, *made, prior=(old,)))
    assert [one["principals"] for one in found["gained"]] == [[f"{HOME}:role/app"]]
    assert found["lost"] == []


def test_one_file_that_is_no_plan_has_no_other_side(tmp_path: Path) -> None:
    """It is refused, and the two ways are told."""
    (tmp_path / "policy.json").write_text(document(ROOT))
    done = CliRunner().invoke(app, ["diff", str(tmp_path / "policy.json")])
    assert isinstance(done.exception, InputError)
    assert "no other side to compare" in str(done.exception)


INTENT = """\
kmsgen: 1
name: app
scope: {account: "111122223333", regions: [us-east-1]}
key: {alias: app}
admins: [role/admin]
users: [{principal: role/app, can: [decrypt]}]
"""


def test_verify_asks_with_the_least_what_must_be_and_with_the_most_what_must_not(tmp_path: Path) -> None:
    """A policy that is known after apply may allow too little and too much, and the note says that it is not known."""
    (tmp_path / "intent.yaml").write_text(INTENT)
    alias = resource("aws_kms_alias.k", name="alias/app", target_key_id=ARN)
    path = plan(tmp_path, resource(KEY, arn=ARN), alias, unknown={KEY: {"policy": True}})
    found = answer("verify", str(tmp_path / "intent.yaml"), "--against", path)
    assert [one["answer"] for one in found["answers"]] == ["no", "no", "no"]
    assert any("not known: aws_kms_key.k: policy, known after apply" in note for note in found["notes"])


SHARED = """
Parameters: {Other: {Type: Number}, Who: {Type: String}}
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Version: 2012-10-17
        Statement:
          - {Effect: Allow, Principal: {AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root"}, Action: "kms:*", Resource: "*"}
          - {Effect: Allow, Principal: {AWS: PRINCIPAL}, Action: "kms:Decrypt", Resource: "*"}
"""


@pytest.mark.parametrize(
    ("principal", "result"),
    [('!Sub "arn:aws:iam::${Other}:root"', "proved"), ("!Ref Who", "unknown"), ('!Sub "${Who}"', "unknown")],
)
def test_an_account_that_is_not_known_is_no_stranger(tmp_path: Path, principal: str, result: str) -> None:
    """Whichever account it is, the policy names it; what may be a star may be anybody. For any other question it is open."""
    path = tmp_path / "template.yaml"
    path.write_text(SHARED.replace("PRINCIPAL", principal))
    assert results(str(path), "--no-public") == [result]
    assert results(str(path), "--no-public", "--key-arn", ARN) == [result]
    assert results(str(path), "--never", "arn:aws:iam::444455556666:role/x kms:Decrypt") == ["unknown"]
    assert ("unknown-public-access" in [one["code"] for one in answer("lint", str(path))]) == (result == "unknown")

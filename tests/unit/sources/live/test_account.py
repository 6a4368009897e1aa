"""A live account beside an intent, and in a snapshot: every key, principal and policy that bears on the answer is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.running import Runner
from tests.unit.sources.live.account import (
    ANN,
    APP,
    HOME,
    KEY,
    NAMES,
    NEW,
    OWN,
    Answers,
    answer,
    compiled,
    key,
    managed,
    principal,
    sign_in,
    use,
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return what runs commands in an empty folder, with credentials that nobody looks at."""
    sign_in(monkeypatch)
    return Runner(tmp_path, monkeypatch, capsys)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Return what puts answers in place of AWS and returns the calls made."""
    return partial(answer, monkeypatch)


def drift(run: Runner) -> tuple[int, dict[str, Any]]:
    """Return the exit code and what drifted from the intent."""
    ran = run("drift", "intent.yaml", "--output", "json")
    return ran.code, json.loads(ran.out)[0]


@pytest.mark.parametrize("text", [OWN, NEW])
def test_what_was_applied_has_not_drifted(text: str, run: Runner, aws: Callable[..., list[str]]) -> None:
    """An account that holds what the intent compiles to has no drift, whether the key was there before or not."""
    policy, answers = compiled(run, text)
    aws({**answers, **key(policy, alias="alias/a", tags={"team": "x"})})
    code, told = drift(run)
    assert (code, told["drift"], told["keys"]) == (0, False, [KEY]), told


def test_a_grant_under_another_id_is_the_same_grant(run: Runner, aws: Callable[..., list[str]]) -> None:
    """KMS gives a grant its id, and lists operations in its own order."""
    policy, answers = compiled(run, f"{OWN}grants: [{{name: app, grantee: role/app, operations: [Decrypt, DescribeKey]}}]\n")
    grant = {"GrantId": "g1", "Name": "app", "GranteePrincipal": APP, "Operations": ["DescribeKey", "Decrypt"]}
    grant |= {"IssuingAccount": f"arn:aws:iam::{HOME}:root"}
    aws({**answers, **key(policy, [grant])})
    code, told = drift(run)
    assert (code, told["gained"], told["lost"]) == (0, [], []), told


CHANGES = [
    ("a key that is disabled", {"KeyState": "Disabled"}, {"state": ["Enabled", "Disabled"]}),
    ("a key in several Regions", {"MultiRegion": True}, {"multi_region": ["False", "True"]}),
    ("material from elsewhere", {"Origin": "EXTERNAL"}, {"origin": ["AWS_KMS", "EXTERNAL"]}),
    ("a tag of another value", {"tags": {"team": "y"}}, {"tag team": ["x", "y"]}),
    ("a tag that is gone", {"tags": {"other": "x"}}, {"tag team": ["x", "none"]}),
]


@pytest.mark.parametrize(("note", "more", "wanted"), CHANGES)
def test_a_property_of_a_key_drifts(
    note: str, more: dict[str, Any], wanted: dict[str, list[str]], run: Runner, aws: Callable[..., list[str]]
) -> None:
    """What the intent says of a key that it creates is compared with the key that its alias leads to."""
    policy, answers = compiled(run, NEW)
    aws({**answers, **key(policy, alias="alias/a", **{"tags": {"team": "x"}, **more})})
    code, told = drift(run)
    assert (code, {one["property"]: [one["intent"], one["live"]] for one in told["changes"]}) == (1, wanted), note


ANYTHING = {"Effect": "Allow", "Principal": {"AWS": ANN}, "Action": "kms:Decrypt", "Resource": "*"}
CAN_SIGN = [f"{NAMES['policy']}/p"]
GAINED = [
    ("an inline policy", principal("Role", "app", {"own": use("Encrypt")})),
    ("an attached policy", {**principal("Role", "app", attached=(*CAN_SIGN,)), **managed("p", use("Encrypt"))}),
]


@pytest.mark.parametrize(("note", "more"), GAINED)
def test_access_that_a_role_was_given_beside_the_intent_is_gained(
    note: str, more: Answers, run: Runner, aws: Callable[..., list[str]]
) -> None:
    """Wherever a policy of a principal stands, what it allows beyond the intent is drift."""
    policy, answers = compiled(run, OWN)
    root = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{HOME}:root"}, "Action": "kms:*", "Resource": "*"}
    aws({**answers, **more, **key({**policy, "Statement": [*policy["Statement"], root]})})
    code, told = drift(run)
    assert code == 1, note
    assert any("kms:Encrypt" in json.dumps(one) and APP in json.dumps(one) for one in told["gained"]), note


def test_a_statement_that_was_added_is_gained_and_one_that_is_gone_is_lost(run: Runner, aws: Callable[..., list[str]]) -> None:
    """The key policy is compared by what it allows."""
    policy, answers = compiled(run, OWN)
    left = [one for one in policy["Statement"] if APP not in json.dumps(one)]
    aws(
        {
            **answers,
            **principal("User", "ann"),
            ("ListGroupsForUser", ""): {"Groups": []},
            **key({**policy, "Statement": [*left, ANYTHING]}),
        }
    )
    code, told = drift(run)
    assert (code, ANN in json.dumps(told["gained"]), APP in json.dumps(told["lost"])) == (1, True, True), told


def test_a_principal_that_does_not_exist_is_told(run: Runner, aws: Callable[..., list[str]]) -> None:
    """It has nothing, and a note says so."""
    policy, answers = compiled(run, OWN)
    aws({name: said for name, said in answers.items() if name != ("GetRole", "app")} | key(policy))
    _, told = drift(run)
    assert told["missing_principals"] == [APP]


def snapshot(run: Runner, *words: str) -> dict[str, Any]:
    """Return the principals of a snapshot."""
    ran = run("snapshot", *words, "--out", "s.json")
    assert ran.code == 0, ran.err
    return dict(json.loads((run.path / "s.json").read_text()))


def test_a_user_is_read_with_its_groups_and_its_boundary(run: Runner, aws: Callable[..., list[str]]) -> None:
    """Inline, attached, of groups, and what bounds them: all of it decides, and each is read once."""
    edge = {"PermissionsBoundary": {"PermissionsBoundaryArn": f"{NAMES['policy']}/edge"}}
    answers = {
        **principal("User", "ann", {"own": use("Sign")}, **edge),
        **principal("User", "bob"),
        ("ListGroupsForUser", ""): {"Groups": [{"GroupName": "devs"}]},
        **principal("Group", "devs", {"shared": use("Encrypt")}, (f"{NAMES['policy']}/p",)),
        **managed("p", use("Verify")),
        **managed("edge", use("*")),
    }
    both = {"Effect": "Allow", "Principal": {"AWS": [ANN, f"{NAMES['user']}/bob"]}, "Action": "kms:Decrypt", "Resource": "*"}
    made = aws({**answers, **key({"Version": "2012-10-17", "Statement": [both]})})
    held = snapshot(run, KEY)["principals"]
    assert {action for action in ("Sign", "Encrypt", "Verify") if f"kms:{action}" in json.dumps(held[ANN])} == {
        "Sign",
        "Encrypt",
        "Verify",
    }
    assert {
        action for action in ("Sign", "Encrypt", "Verify") if f"kms:{action}" in json.dumps(held[f"{NAMES['user']}/bob"])
    } == {"Encrypt", "Verify"}
    assert "kms:*" in json.dumps(held[ANN])
    assert made.count("ListGroupPolicies devs") == made.count(f"GetPolicy {NAMES['policy']}/p") == 1


UNREAD = [
    ("a role of another account", "arn:aws:iam::444455556666:role/x", "it is of another account"),
    ("a role of another path", f"{NAMES['role']}/team/app", "it does not exist"),
    ("a session of a role that is none", f"arn:aws:sts::{HOME}:assumed-role/gone/s", "it does not exist"),
]


@pytest.mark.parametrize(("note", "who", "why"), UNREAD)
def test_who_cannot_be_read_is_unknown_with_the_reason(
    note: str, who: str, why: str, run: Runner, aws: Callable[..., list[str]]
) -> None:
    """Nobody may take what was not read for nothing."""
    aws({**principal("Role", "app"), **key({"Version": "2012-10-17", "Statement": [{**ANYTHING, "Principal": {"AWS": who}}]})})
    assert snapshot(run, KEY)["unknown"][who] == why, note


def test_a_session_is_read_as_its_role(run: Runner, aws: Callable[..., list[str]]) -> None:
    """A key policy that names a session is about the policies of its role."""
    who = f"arn:aws:sts::{HOME}:assumed-role/app/s"
    aws(
        {
            **principal("Role", "app", {"own": use("Sign")}),
            **key({"Version": "2012-10-17", "Statement": [{**ANYTHING, "Principal": {"AWS": who}}]}),
        }
    )
    assert "kms:Sign" in json.dumps(snapshot(run, KEY)["principals"][APP])


def test_all_principals_are_those_of_the_account(run: Runner, aws: Callable[..., list[str]]) -> None:
    """One answer tells everybody; who is named and is not in it does not exist, or is of another account."""
    role = {"RoleName": "app", "Arn": APP, "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": use("Sign")}]}
    other = "arn:aws:iam::444455556666:role/x"
    named = {**ANYTHING, "Principal": {"AWS": [ANN, other]}}
    aws(
        {
            ("GetAccountAuthorizationDetails", ""): {"RoleDetailList": [role]},
            **key({"Version": "2012-10-17", "Statement": [named]}),
        }
    )
    found = snapshot(run, KEY, "--all-principals")
    assert "kms:Sign" in json.dumps(found["principals"][APP])
    assert (found["unknown"][ANN], found["unknown"][other]) == ("it does not exist", "it is of another account")


def test_every_key_of_the_region_is_listed(run: Runner, aws: Callable[..., list[str]]) -> None:
    """With --all the keys are those that KMS lists; where there are none that is an error, and nothing is written."""
    answers = key({"Version": "2012-10-17", "Statement": [ANYTHING]})
    aws({("ListKeys", ""): {"Keys": [{"KeyArn": KEY}]}, **answers})
    assert snapshot(run, "--all")["key"]["arn"] == KEY
    aws({("ListKeys", ""): {"Keys": []}, **answers})
    ran = run("snapshot", "--all", "--out", "none.json")
    assert (ran.code, "no-key" in ran.err, (run.path / "none.json").exists()) == (2, True, False)


def test_the_intent_of_a_live_key_is_imported(run: Runner, aws: Callable[..., list[str]]) -> None:
    """It is what a snapshot of the key comes in as, with the IAM policies that its principals hold."""
    policy, answers = compiled(run, OWN)
    aws({**answers, **key(policy, alias="alias/a", tags={"team": "x"})})
    ran = run("import", "--key-id", "alias/a", "--out", "imported.yaml")
    assert (ran.code, run("snapshot", "alias/a", "--out", "s.json").code) == (0, 0), ran.err
    assert run("import", "s.json", "--out", "again.yaml").code == 0
    told = [(run.path / name).read_text().partition("scope:")[2] for name in ("imported.yaml", "again.yaml")]
    assert told[0] == told[1] != ""


@pytest.mark.parametrize("words", [(), ("policy.json", "--key-id", "alias/a")])
def test_an_intent_is_of_a_file_or_of_a_live_key(words: tuple[str, ...], run: Runner) -> None:
    """Neither both nor none."""
    ran = run("import", *words)
    assert (ran.code, "--key-id: usage: " in ran.err) == (2, True)


def test_what_stands_beside_policies_is_not_told_of_a_live_key(run: Runner) -> None:
    """The account tells it all."""
    ran = run("import", "--key-id", "alias/a", "--key-spec", "RSA_2048:SIGN_VERIFY")
    assert (ran.code, "not-a-policy" in ran.err) == (2, True)

"""`kmsgen prove`: which questions are put to which file, and what is answered where not everything is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.forms import ACCOUNT, INTENT, KEY, POLICY
from tests.unit.cli.running import Runner

OTHER = "444455556666"
ROOT = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return an empty folder to run commands in."""
    return Runner(tmp_path, monkeypatch, capsys)


def results(run: Runner, path: str, *words: str) -> list[tuple[str, str]]:
    """Return the results of questions, each with its reason."""
    ran = run("prove", path, *words, "--output", "json")
    return [(one["result"], one["reason"]) for one in json.loads(ran.out)]


WRONG = [
    ("a policy by itself asks nothing", POLICY, (), "no-question"),
    ("what names no principal", POLICY, ("--never", f"account/{OTHER}x kms:Decrypt"), "principal-syntax"),
    ("an action of no key", POLICY, ("--never", "role/app kms:Nothing"), "unknown-action"),
]


@pytest.mark.parametrize(("note", "policy", "words", "told"), WRONG)
def test_a_question_that_is_none_is_refused(note: str, policy: Any, words: tuple[str, ...], told: str, run: Runner) -> None:
    """Whoever asks nothing, or about nothing, gets no proof."""
    ran = run("prove", run.write("policy.json", policy), "--key-arn", KEY, *words)
    assert (ran.code, ran.out) == (2, ""), note
    assert told in ran.err, ran.err


def test_a_file_without_key_is_refused(run: Runner) -> None:
    """There is nothing to prove anything about."""
    path = run.write("template.json", {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"R": {"Type": "AWS::IAM::Role"}}})
    ran = run("prove", path, "--no-public")
    assert (ran.code, "no-key" in ran.err) == (2, True), ran.err


CONDITIONAL = """
Parameters: {Z: {Type: String}}
Conditions: {C: !Equals [!Ref Z, b]}
Resources:
  Key: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Version: "2012-10-17", Statement: [
    {Effect: Allow, Principal: {AWS: "arn:aws:iam::%s:root"}, Action: [kms:Decrypt, kms:PutKeyPolicy], Resource: "*"}]}}}
  Made: {Type: AWS::IAM::%s, Condition: C, Properties: {%sName: app}}
""".lstrip()
MADE_OR_NOT = [
    ((), "unknown"),
    (("--strict",), "unknown"),
    (("--parameter", "Z=a"), "refuted"),
    (("--parameter", "Z=b"), "proved"),
]


@pytest.mark.parametrize("kind", ["Role", "User"])
@pytest.mark.parametrize(("words", "result"), MADE_OR_NOT)
def test_whom_a_condition_may_leave_to_others_has_nothing_proved(
    kind: str, words: tuple[str, ...], result: str, run: Runner
) -> None:
    """If the template does not make the role or user, it may have any IAM policy."""
    path = run.write("template.yaml", CONDITIONAL % (ACCOUNT, kind, kind))
    never = f"{kind.lower()}/app kms:Decrypt"
    assert results(run, path, "--key-arn", KEY, "--never", never, *words)[0][0] == result


def test_an_intent_asks_by_itself_what_must_be_impossible(run: Runner) -> None:
    """Without a question an intent is asked whether anything beyond it is possible."""
    assert [result for result, _ in results(run, run.write("intent.yaml", INTENT))] == ["proved"]


def test_whoever_the_intent_lets_change_the_key_policy_escalates_nothing(run: Runner) -> None:
    """That an administrator can give itself everything is what the intent says; of a policy alone nobody says so."""
    assert results(run, run.write("intent.yaml", INTENT), "--no-escalation")[0][0] == "proved"
    assert results(run, run.write("policy.json", POLICY), "--key-arn", KEY, "--no-escalation")[0][0] == "refuted"


DELEGATED = [
    ("a way back in alone", "[change-policy]", "", "proved"),
    ("somebody who may create any grant", "[change-policy]", "users: [{principal: role/op, can: [kms:CreateGrant]}]", "refuted"),
    ("somebody who may set tags that nothing reads", "[change-policy]", "users: [{principal: role/op, can: [tag]}]", "proved"),
    ("grants by whomever the account lets", "[change-policy, kms:CreateGrant]", "", "refuted"),
]


@pytest.mark.parametrize(("note", "can", "users", "result"), DELEGATED)
def test_an_account_that_may_change_the_key_policy_spares_nobody_in_it(
    note: str, can: str, users: str, result: str, run: Runner
) -> None:
    """Its IAM policies may let anybody change the policy, and that is meant; whatever else gives somebody more still counts."""
    text = f"""kmsgen: 1
name: k
scope: {{account: "{ACCOUNT}", regions: [us-west-2]}}
key: {{alias: k}}
admins: [role/boss, {{principal: account, can: {can}}}]
{users}
"""
    assert results(run, run.write("intent.yaml", text), "--no-escalation")[0][0] == result, note


def test_a_deployer_of_the_intent_escalates_nothing(run: Runner) -> None:
    """Who deploys the key policy may write any."""
    scope = "regions: [us-west-2], deployer: role/deploy}"
    text = INTENT.replace("regions: [us-west-2]}", scope)
    assert results(run, run.write("intent.yaml", text), "--no-escalation")[0][0] == "proved"


def test_each_key_is_asked_about_by_its_name(run: Runner) -> None:
    """Of several keys every question is answered for each."""
    other = KEY.replace("1234abcd", "5678abcd")
    keys = [{"key": {"arn": other}, "policy": {**POLICY, "Statement": [ROOT]}}]
    path = run.write("scenario.json", {"key": {"arn": KEY}, "policy": POLICY, "keys": keys})
    ran = run("prove", path, "--never", "role/nobody kms:Decrypt", "--described-only", "--output", "json")
    assert [(one["question"].rpartition(" on ")[2], one["result"]) for one in json.loads(ran.out)] == [
        (KEY, "proved"),
        (other, "proved"),
    ]


def plan(statement: dict[str, Any]) -> dict[str, Any]:
    """Return a plan of a key with a policy, and of a role of which one IAM policy is known only after apply."""
    policy = json.dumps({"Version": "2012-10-17", "Statement": [*POLICY["Statement"], statement]})
    resources = [
        ("aws_kms_key", "k", {"policy": policy, "arn": KEY}),
        ("aws_iam_role_policy", "p", {"role": "later"}),
    ]
    items = [
        {"address": f"{of}.{name}", "mode": "managed", "type": of, "name": name, "values": values}
        for of, name, values in resources
    ]
    return {"format_version": "1.2", "planned_values": {"root_module": {"resources": items}}}


OPEN = [
    ("what is open may be used", ("--never", "role/later kms:Encrypt"), "unknown"),
    ("what is open cannot give that", ("--never", f"account/{OTHER} kms:Encrypt"), "proved"),
    ("what is possible whatever is open", ("--never", "role/app kms:Decrypt"), "refuted"),
    ("a key that an administrator keeps", ("--no-lockout",), "proved"),
    ("escalation between two readings", ("--no-escalation",), "refuted"),
]


@pytest.mark.parametrize(("note", "words", "result"), OPEN)
def test_an_answer_holds_whatever_the_unknown_values_are(note: str, words: tuple[str, ...], result: str, run: Runner) -> None:
    """Where a plan leaves an IAM policy open, an answer is given only if it is the same for any."""
    (found,) = results(run, run.write("plan.json", plan(ROOT)), *words)
    assert found[0] == result, (note, found)
    assert result != "unknown" or "role/later" in found[1] or "aws_iam_role_policy.p" in found[1], found


def test_an_alias_that_a_key_may_get_is_told_with_the_answer(run: Runner) -> None:
    """What is possible only if the key has another alias says so."""
    text = INTENT.replace(f'keys: ["{KEY}"]', "key: {alias: a}").replace(
        "when: {encryption_context: {app: pay}}", "when: {request_alias: team}"
    )
    (found,) = results(run, run.write("intent.yaml", text), "--never", "role/app kms:Decrypt")
    assert (found[0], "alias/team" in found[1]) == ("refuted", True), found


def test_a_proof_of_policies_alone_says_so(run: Runner) -> None:
    """Whom a grant lets in no policy tells; a list of grants does, an empty one too."""
    Path("policy.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": [ROOT]}))
    Path("grants.json").write_text(json.dumps({"Grants": [], "Truncated": False}))
    question = ("--never", f"arn:aws:iam::{OTHER}:role/y kms:Decrypt")
    assert "no-grants" in run("prove", "policy.json", *question).err
    assert "no-grants" not in run("prove", "policy.json", "--grants", "grants.json", *question).err
    assert "no-grants" not in run("prove", "policy.json", "--no-lockout").err


def test_a_list_of_grants_that_was_cut_off_proves_nothing(run: Runner) -> None:
    """Further grants could let in anybody."""
    Path("policy.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": [ROOT]}))
    Path("grants.json").write_text(json.dumps({"Grants": [], "Truncated": True, "NextMarker": "x"}))
    ran = run("prove", "policy.json", "--grants", "grants.json", "--never", f"arn:aws:iam::{OTHER}:role/y kms:Decrypt")
    assert (ran.code, ran.out, "grants-cut-off" in ran.err) == (2, "", True)


NAMES = [("made up", "", True), ("not told", "RoleName: !Ref Name, ", True), ("told", "RoleName: app, ", False)]


@pytest.mark.parametrize(("note", "name", "assumed"), NAMES)
def test_whose_name_a_template_does_not_tell_is_said_where_a_question_names_somebody(
    note: str, name: str, *, assumed: bool, run: Runner
) -> None:
    """A role goes by its logical id: that this is the role of that name is assumed, and with `--strict` it is not."""
    template = f"""Parameters: {{Name: {{Type: String}}}}
Resources:
  Key: {{Type: AWS::KMS::Key, Properties: {{KeyPolicy: {{Version: "2012-10-17", Statement: [
    {{Effect: Allow, Principal: {{AWS: "arn:aws:iam::{ACCOUNT}:root"}}, Action: "kms:*", Resource: "*"}}]}}}}}}
  app: {{Type: AWS::IAM::Role, Properties: {{{name}AssumeRolePolicyDocument: {{}}}}}}
"""
    path = run.write("template.yaml", template)
    asked = ("--key-arn", KEY, "--never", "role/app kms:Decrypt")
    (found,) = results(run, path, *asked)
    assert (found[0], "assuming: " in found[1]) == ("proved", assumed), (note, found)
    (strict,) = results(run, path, "--strict", *asked)
    assert (strict[0] == "proved") is not assumed, (note, strict)
    (public,) = results(run, path, "--key-arn", KEY, "--no-public")
    assert (public[0], "assuming: " in public[1]) == ("proved", False), public


UNTOLD = [
    ("it may be the one that is asked about", "", "role/stack-app-X1 kms:Decrypt", "unknown"),
    ("it may be one of a pattern", "", "role/stack-* kms:Decrypt", "unknown"),
    ("one whose name has another form", "", "role/other kms:Decrypt", "proved"),
    ("its sessions", "", "arn:aws:sts::111122223333:assumed-role/stack-app-X1/s kms:Decrypt", "unknown"),
    ("it is one whatever its name", "", "role/* kms:Decrypt", "refuted"),
    ("its logical id is no name", "", "role/app kms:Decrypt", "unknown"),
    ("what it may not do", "", "role/stack-app-X1 kms:Encrypt", "proved"),
    ("a name that ends as told", "RoleName: !Sub '${Name}-app', ", "role/x-app kms:Decrypt", "unknown"),
    ("a name that ends otherwise", "RoleName: !Sub '${Name}-app', ", "role/x-web kms:Decrypt", "proved"),
    ("a path that is not told", "RoleName: app, Path: !Ref Name, ", "role/team/app kms:Decrypt", "unknown"),
    ("a name of its own", "RoleName: app, ", "role/stack-app-X1 kms:Decrypt", "proved"),
]


@pytest.mark.parametrize(("note", "name", "asked", "result"), UNTOLD)
def test_nothing_is_proved_of_a_name_that_a_role_whose_own_is_not_told_may_have(
    note: str, name: str, asked: str, result: str, run: Runner
) -> None:
    """A name that CloudFormation makes up, or a parameter tells, may be the one in the question."""
    template = f"""Parameters: {{Name: {{Type: String}}}}
Resources:
  Key: {{Type: AWS::KMS::Key, Properties: {{KeyPolicy: {{Version: "2012-10-17", Statement: [
    {{Effect: Allow, Principal: {{AWS: "arn:aws:iam::{ACCOUNT}:role/Admin"}}, Action: "kms:PutKeyPolicy", Resource: "*"}},
    {{Effect: Allow, Principal: {{AWS: !GetAtt app.Arn}}, Action: "kms:Decrypt", Resource: "*"}}]}}}}}}
  app: {{Type: AWS::IAM::Role, Properties: {{{name}AssumeRolePolicyDocument: {{}}}}}}
"""
    words = (run.write("template.yaml", template), "--key-arn", KEY, "--never", asked)
    found, strict = results(run, *words)[0], results(run, *words, "--strict")[0]
    by_logical_id = asked == "role/app kms:Decrypt"
    assert (found[0], strict[0]) == (result, "proved" if by_logical_id else result), (note, found)


def test_that_nobody_else_may_is_open_where_somebody_of_the_list_may_be_the_one_who_does(run: Runner) -> None:
    """A role whose name is not told may be one of those to whom a question restricts an action."""
    template = """
Resources:
  Key: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Version: "2012-10-17", Statement: [
    {Effect: Allow, Principal: {AWS: !GetAtt app.Arn}, Action: "kms:Decrypt", Resource: "*"}]}}}
  app: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}
"""
    path = run.write("template.yaml", template)
    asked = [f"role/{name} kms:Decrypt" for name in ("stack-app-X1", "other")]
    found = [results(run, path, "--key-arn", KEY, "--only", one)[0][0] for one in asked]
    assert found == ["unknown", "refuted"]


def test_nothing_is_proved_of_an_account_that_may_be_the_templates_own(run: Runner) -> None:
    """A template can be deployed into any account, that of the principal too who is asked about."""
    template = """
Resources:
  Key: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Version: "2012-10-17", Statement: [
    {Effect: Allow, Principal: {AWS: !Ref "AWS::AccountId"}, Action: "kms:*", Resource: "*"}]}}}
"""
    path = run.write("template.yaml", template)
    asked = ("--never", f"arn:aws:iam::{OTHER}:role/x kms:Decrypt")
    assert [results(run, path, *asked, *more)[0][0] for more in ((), ("--key-arn", KEY))] == ["unknown", "proved"]

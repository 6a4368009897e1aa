"""`kmsgen import`: what is printed, written and said, and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.running import Runner

KEY = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ROOT, APP = "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:role/app"
USE = {"Sid": "Use", "Effect": "Allow", "Principal": {"AWS": APP}, "Action": "kms:Decrypt", "Resource": "*"}
OPEN = {"Sid": "Unless", "Effect": "Allow", "NotPrincipal": {"AWS": APP}, "Action": "kms:Encrypt", "Resource": "*"}


def policy(*statements: object) -> dict[str, object]:
    """Return a key policy of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return an empty folder to run commands in."""
    return Runner(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize("key", [KEY, KEY.replace("us-west-2", "us-newt-2")], ids=["known", "newer Region"])
def test_an_intent_that_gives_the_same_is_printed(run: Runner, key: str) -> None:
    """The intent goes to stdout, and that it is proved to stderr; it can be rendered, and differs in nothing."""
    path = run.write("policy.json", policy(USE))
    done = run("import", path, "--key-arn", key)
    assert done.code == 0
    assert "the same access, proved" in done.err
    again = run.write("again.yaml", done.out)
    assert run("diff", path, again, "--key-arn", key, "--fail-on", "any").code == 0


def test_what_cannot_be_said_is_named_with_its_place(run: Runner) -> None:
    """A statement without a counterpart is named by its place and Sid in every output, and nothing is claimed."""
    path = run.write("policy.json", json.dumps(policy(USE, OPEN), indent=1))
    done = run("import", path, "--key-arn", KEY, "--output", "json")
    found = json.loads(done.out)
    assert (done.code, found["same"]) == (1, False)
    assert [(one["sid"], one["place"].rpartition("/")[2]) for one in found["unsaid"]] == [("Unless", "policy.json:13:3")]
    assert "# not said:" in run("import", path, "--key-arn", KEY).out
    assert "not said:" in done.err


def test_what_adds_nothing_is_named_and_may_be_left_out(run: Runner) -> None:
    """A statement without which the access is proved to be the same is named with why no line says it."""
    path = run.write("policy.json", policy(USE, {**OPEN, "Action": "kms:Verify*"}))
    done = run("import", path, "--key-arn", KEY)
    assert done.code == 0, done.err
    assert "of `Unless`: an intent names who is meant" in done.err
    assert "the access is the same without it, proved" in done.err


def test_a_file_is_written_where_it_is_asked_for(run: Runner) -> None:
    """With --out the intent is written there, and stdout stays empty."""
    done = run("import", run.write("policy.json", policy(USE)), "--key-arn", KEY, "--out", "intent.yaml")
    assert (done.code, done.out) == (0, "")
    assert "role/app" in (run.path / "intent.yaml").read_text(encoding="utf-8")


def test_of_several_keys_one_is_named(run: Runner) -> None:
    """A file with several keys is imported key by key; which one is never guessed."""
    other = KEY.replace("1234abcd", "5678abcd")
    scenario = {"key": {"arn": KEY}, "policy": policy(USE), "keys": [{"key": {"arn": other}, "policy": policy(USE)}]}
    path = run.write("scenario.json", scenario)
    refused = run("import", path)
    assert (refused.code, "several-keys" in refused.err) == (2, True)
    assert f"- {other}" in run("import", path, "--key", other).out


def test_grants_come_in_and_are_compared(run: Runner) -> None:
    """A grant becomes a line of `grants`."""
    grant = {"GrantId": "g1", "Name": "nightly", "GranteePrincipal": APP, "Operations": ["Decrypt"], "IssuingAccount": ROOT}
    path = run.write(
        "scenario.json", {"key": {"arn": KEY}, "policy": policy({**USE, "Principal": {"AWS": ROOT}}), "grants": [grant]}
    )
    done = run("import", path)
    assert (done.code, "name: nightly" in done.out) == (0, True), done.err


def test_what_iam_policies_give_comes_in(run: Runner) -> None:
    """Where the key policy lets IAM policies decide, what they give a principal becomes a line for it, and a deny is named."""
    whole = {**USE, "Principal": {"AWS": ROOT}, "Action": "kms:*"}
    own = {"Sid": "Own", "Effect": "Allow", "Action": ["kms:Decrypt", "kms:ListAliases"], "Resource": "*"}
    scenario = {"key": {"arn": KEY}, "policy": policy(whole), "principals": {APP: {"identity_policies": [policy(own)]}}}
    done = run("import", run.write("scenario.json", scenario))
    assert (done.code, done.out.count("- principal: role/app")) == (0, 1), done.err
    never = {"Bool": {"aws:SecureTransport": "false"}}
    denied = policy(own, {**own, "Sid": "No", "Effect": "Deny", "Action": "kms:Decrypt", "Condition": never})
    scenario["principals"] = {APP: {"identity_policies": [denied]}}
    done = run("import", run.write("scenario.json", scenario))
    assert (done.code, f"a deny in an IAM policy of {APP} of `No`" in done.err) == (1, True)


DENY = {"Sid": "No", "Effect": "Deny", "Principal": "*", "Action": ["kms:DisableKey", "kms:ScheduleKeyDeletion"], "Resource": "*"}
WHOLE = {**USE, "Sid": "All", "Principal": {"AWS": ROOT}, "Action": "kms:*"}


def test_what_is_denied_to_everyone_is_given_to_nobody(run: Runner) -> None:
    """A deny of everyone, whatever the circumstances, is said by leaving its actions out, and a note names it."""
    done = run("import", run.write("policy.json", policy(WHOLE, DENY)), "--key-arn", KEY)
    assert (done.code, "DisableKey" in done.out, "schedule-deletion" in done.out) == (0, False, False), done.err
    assert "an explicit deny of `No`: no line gives what it denies" in done.err


def test_a_deny_with_exceptions_is_a_guard_rail(run: Runner) -> None:
    """Whom its conditions spare is excepted; what is taken for granted of the key for it is said."""
    spared = {**DENY, "Condition": {"ArnNotEquals": {"aws:PrincipalArn": APP}}}
    done = run("import", run.write("policy.json", policy(WHOLE, spared)), "--key-arn", KEY)
    assert (done.code, "  - deny-delete:\n      except:\n        - role/app\n" in done.out) == (0, True), done.err
    assert "origin: AWS_KMS" in done.err


def test_what_limits_access_from_elsewhere_is_named(run: Runner) -> None:
    """A boundary stands in no intent: it is named, and nothing is claimed."""
    boundary = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
    scenario = {"key": {"arn": KEY}, "policy": policy(USE), "principals": {APP: {"boundary": boundary}}}
    done = run("import", run.write("scenario.json", scenario))
    assert (done.code, f"a policy of {APP}" in done.err) == (1, True)


EVERYONE = {**USE, "Sid": "Everyone", "Principal": "*", "Condition": {"StringEquals": {"kms:CallerAccount": "111122223333"}}}


def test_a_wildcard_of_actions_is_said_to_be_spelled_out(run: Runner) -> None:
    """The intent has what KMS offers today: a note and a comment above it say so, and the intent can be used as it stands."""
    path = run.write("policy.json", policy(WHOLE, {**USE, "Action": "kms:Re*"}))
    done = run("import", path, "--key-arn", KEY)
    assert done.code == 0, done.err
    said = (
        "`kms:*` and `kms:Re*` in the policy: the intent lists the actions that KMS has today, and gives none that KMS adds later"
    )
    assert done.out.startswith(f"# {said}\n")
    assert f"note: {said}" in done.err
    assert run("verify", run.write("again.yaml", done.out)).code == 0
    assert "#" not in run("import", run.write("policy.json", policy(USE)), "--key-arn", KEY).out


def test_an_allow_that_nothing_meets_is_named(run: Runner) -> None:
    """It is left out, since it gives nobody anything, and a note says where it stands."""
    dead = {**EVERYONE, "Condition": {"StringEquals": {"kms:CallerAccount": ROOT}}}
    done = run("import", run.write("policy.json", policy(USE, dead)), "--key-arn", KEY)
    assert (done.code, "an Allow of `Everyone`: no call on this key meets it" in done.err) == (0, True), done.err


def test_alias_actions_of_everyone_are_the_keys_half(run: Runner) -> None:
    """The permission on the alias is for the IAM policies of whoever makes it."""
    done = run("import", run.write("policy.json", policy(USE, {**EVERYONE, "Action": "kms:CreateAlias"})), "--key-arn", KEY)
    assert (done.code, '  - principal: "account/*"\n' in done.out, "    only_on:\n      - key\n" in done.out) == (0, True, True)


def test_each_of_several_accounts_has_a_line(run: Runner) -> None:
    """Of a list of accounts, organizations or patterns each is a principal of its own."""
    several = {**EVERYONE, "Condition": {"StringEquals": {"aws:PrincipalOrgID": ["o-exampleorgid", "o-otherorgid1"]}}}
    both = {**EVERYONE, "Condition": {"StringEquals": {"kms:CallerAccount": ["111122223333", "444455556666"]}}}
    done = run("import", run.write("policy.json", policy(USE, both)), "--key-arn", KEY)
    assert (done.code, done.out.count('principal: "account/')) == (0, 2), done.err
    done = run("import", run.write("policy.json", policy(USE, several)), "--key-arn", KEY)
    assert (done.code, done.out.count("principal: organization/")) == (0, 2), done.err


def planned(**more: object) -> dict[str, object]:
    """Return a plan of a key whose policy lets IAM policies decide, and of a role."""
    held = json.dumps(policy({**USE, "Principal": {"AWS": ROOT}, "Action": "kms:*"}))
    resources = [
        {"address": "aws_kms_key.k", "type": "aws_kms_key", "name": "k", "values": {"policy": held, **more}},
        {"address": "aws_iam_role_policy.p", "type": "aws_iam_role_policy", "name": "p", "values": {"role": "app"}},
    ]
    items = [{**one, "mode": "managed"} for one in resources]
    return {"format_version": "1.2", "planned_values": {"root_module": {"resources": items}}}


def test_policies_that_a_plan_does_not_tell_are_the_same_before_and_after(run: Runner) -> None:
    """Whoever may have any IAM policy keeps it: the rest comes in, with a note that says so."""
    done = run("import", run.write("plan.json", planned(arn=KEY)))
    assert (done.code, f"{APP}: whatever more its IAM policies say" in done.err) == (0, True), done.err
    assert "the same access, proved" in done.err


def test_what_a_file_does_not_tell_of_a_key_is_said(run: Runner) -> None:
    """A key without an id is one to create, and its Region and kind are taken for granted with a note."""
    done = run("import", run.write("policy.json", policy(USE)))
    told = {code for code in ("key-kind", "key-region", "new-key") if f" {code}: " in done.err}
    assert (done.code, told, "\nkey:" in done.out) == (0, {"key-kind", "key-region", "new-key"}, True), done.err


def test_policies_that_no_intent_holds_are_named(run: Runner) -> None:
    """What an organization takes away is no part of an intent, so nothing is claimed."""
    full = policy({"Effect": "Allow", "Action": "*", "Resource": "*"})
    principals = {APP: {"scps": [[full]]}}
    path = run.write("scenario.json", {"key": {"arn": KEY}, "policy": policy(USE), "principals": principals, "rcps": [[full]]})
    done = run("import", path)
    assert (done.code, "an intent holds no such policies" in done.err + done.out) == (1, True), done.err


def test_a_statement_that_hangs_on_what_is_not_known_is_named(run: Runner) -> None:
    """It is in no line, as the intent gives the least that there may be; what the file leaves open of a role is no statement."""
    template = f"""Parameters: {{Account: {{Type: String}}}}
Resources:
  Key: {{Type: AWS::KMS::Key, Properties: {{KeyPolicy: {{Version: "2012-10-17", Statement: [
    {{Sid: Root, Effect: Allow, Principal: {{AWS: "{ROOT}"}}, Action: "kms:*", Resource: "*"}},
    {{Sid: Shared, Effect: Allow, Principal: "*", Action: "kms:Decrypt", Resource: "*",
      Condition: {{StringEquals: {{"kms:CallerAccount": !Ref Account}}}}}}]}}}}}}
  Role: {{Type: AWS::IAM::Role, Properties: {{RoleName: r, ManagedPolicyArns: ["arn:aws:iam::111122223333:policy/p"]}}}}
"""
    done = run("import", run.write("t.yaml", template), "--key-arn", KEY, "--output", "json")
    assert [one["sid"] for one in json.loads(done.out)["unsaid"]] == ["Shared"]

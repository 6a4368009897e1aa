"""`kmsgen simulate` and `kmsgen explain`, through the real command line."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.unit.cli.running import Runner

ACCOUNT = "111122223333"
KEY = f"arn:aws:kms:us-west-2:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
APP = f"arn:aws:iam::{ACCOUNT}:role/app"
POLICY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "App",
            "Effect": "Allow",
            "Principal": {"AWS": APP},
            "Action": "kms:Decrypt",
            "Resource": "*",
            "Condition": {"StringEquals": {"kms:EncryptionContext:app": "pay"}},
        }
    ],
}
IAM = {"Version": "2012-10-17", "Statement": [{"Sid": "Everything", "Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}
GRANTS = {"Grants": [{"GrantId": "g1", "GranteePrincipal": APP, "Operations": ["Encrypt"]}]}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return an empty folder to run commands in."""
    return Runner(tmp_path, monkeypatch, capsys)


def scenario(*requests: dict[str, Any], note: str = "a note", **more: Any) -> dict[str, Any]:
    """Return a scenario of the policy."""
    return {"note": note, "key": {"arn": KEY}, "policy": POLICY, "requests": list(requests), **more}


def asking(expect: str | None = None, because: str | None = None, **more: Any) -> dict[str, Any]:
    """Return a request of the role to decrypt."""
    return {
        "principal": APP,
        "action": "kms:Decrypt",
        "encryption_context": {"app": "pay"},
        "expect": expect,
        "because": because,
        **more,
    }


@pytest.mark.parametrize("command", ["simulate", "explain"])
def test_a_principal_of_the_account_of_the_key_needs_no_arn(command: str, folder: Runner) -> None:
    """`role/app` is that role of the account of the key that is asked about."""
    path = folder.write("policy.json", POLICY)
    asked = (command, path, "--key-arn", KEY, "--action", "kms:Decrypt", "--encryption-context", "app=pay", "--output", "json")
    short, spelled = (json.loads(folder(*asked, "--principal", name).out) for name in ("role/app", APP))
    assert short == spelled
    assert [(one["principal"], one["outcome"]) for one in short] == [(APP, "allowed")]


def test_rows(folder: Runner) -> None:
    """JSON is one list, an element a request, in the order given over all files."""
    first = folder.write("b.json", scenario(asking("allowed", "App"), asking(encryption_context={}), note="first"))
    second = folder.write("a.yaml", json.dumps(scenario(asking("allowed", resource=[KEY, KEY]), note="second")))
    ran = folder("simulate", first, second, "--output", "json")
    rows = json.loads(ran.out)
    assert ran.code == 0
    assert [row["scenario"] for row in rows] == ["first", "first", "second"]
    assert rows[0] == {
        "scenario": "first",
        "request": 1,
        "principal": APP,
        "action": "kms:Decrypt",
        "resource": KEY,
        "outcome": "allowed",
        "because": ["key-policy/App"],
        "error": None,
        "notes": [],
        "expect": "allowed",
        "ok": True,
    }
    assert (rows[1]["outcome"], rows[1]["because"], rows[1]["expect"], rows[1]["ok"]) == (
        "implicitDeny",
        ["key-policy"],
        None,
        True,
    )
    assert rows[2]["resource"] == [KEY, KEY]


def test_error_row(folder: Runner) -> None:
    """A call that KMS refuses is an error with KMS's exception name."""
    data = scenario(asking("error:DisabledException"), key={"arn": KEY, "state": "Disabled"})
    (row,) = json.loads(folder("simulate", folder.write("s.json", data), "--output", "json").out)
    assert (row["outcome"], row["error"], row["because"], row["ok"]) == ("error", "DisabledException", ["key-state"], True)


@pytest.mark.parametrize(
    ("request_", "code", "word"),
    [
        (asking("allowed"), 0, "ok "),
        (asking("allowed", "key-policy/App"), 0, "ok "),
        (asking("implicitDeny"), 1, "FAIL"),
        (asking("allowed", "key-policy/Other"), 1, "FAIL"),
        (asking(None, "identity-policy"), 1, "FAIL"),
    ],
)
def test_expectations_decide_the_exit_code(folder: Runner, request_: dict[str, Any], code: int, word: str) -> None:
    """Exit code 1 where an expectation of outcome or reason does not hold."""
    ran = folder("simulate", folder.write("s.json", scenario(request_)))
    assert (ran.code, ran.out[:4].strip()) == (code, word.strip())


def test_folders_are_walked(folder: Runner) -> None:
    """A folder stands for its scenario files, in the order of their names."""
    for name in ("cases/b.yml", "cases/a/c.jsonl", "cases/a.json"):
        folder.write(name, scenario(asking(), note=name))
    folder.write("cases/readme.txt", "not a scenario")
    rows = json.loads(folder("simulate", "cases", "--output", "json").out)
    assert [row["scenario"] for row in rows] == ["cases/a.json", "cases/a/c.jsonl", "cases/b.yml"]


def test_what_is_no_file_is_passed_over(folder: Runner, tmp_path: Path) -> None:
    """A pipe in a folder of scenarios has no end; a link that leads nowhere is told."""
    (tmp_path / "more").mkdir()
    os.mkfifo(tmp_path / "more" / "pipe.json")
    assert "no-scenarios" in folder("simulate", "more").err
    (tmp_path / "more" / "gone.yaml").symlink_to("nowhere")
    assert "no-such-file" in folder("simulate", "more").err


def test_junit(folder: Runner) -> None:
    """The report has a case a request and a failure where it is not as expected, whatever letters the note holds."""
    data = scenario(asking("allowed"), asking("explicitDeny"), note="a < b & \u0007 \U0001f512")
    ran = folder("simulate", folder.write("s.json", data), "--junit", "report.xml")
    top = ET.fromstring((folder.path / "report.xml").read_text(encoding="utf-8"))  # noqa: S314 - our own file
    assert ran.code == 1
    assert (top.get("tests"), top.get("failures"), len(top.findall(".//testcase")), len(top.findall(".//failure"))) == (
        "2",
        "1",
        2,
        1,
    )


@pytest.mark.parametrize("target", ["nowhere/report.xml", "."])
def test_junit_that_cannot_be_written(folder: Runner, target: str) -> None:
    """A report that cannot be written is bad input, and leaves nothing behind."""
    path = folder.write("s.json", scenario(asking()))
    ran = folder("simulate", path, "--junit", target)
    assert ran.code == 2
    assert sorted(item.name for item in folder.path.iterdir()) == ["s.json"]


BAD = [
    (["simulate"], "nothing to decide"),
    (["simulate", "missing.yaml"], "does not exist"),
    (["simulate", "empty"], "holds no scenario"),
    (["simulate", "policy.json"], "asks nothing"),
    (["simulate", "bad.yaml"], "no-key"),
    (["explain", "policy.json", "--principal", APP], "needs --action"),
    (["explain", "policy.json", "--action", "kms:Decrypt"], "needs --principal"),
    (["explain", "policy.json", "--principal", "bob", "--action", "kms:Decrypt"], "not a principal"),
    (["explain", "policy.json", "--principal", APP, "--action", "kms:Decrypt", "--context", "x"], "NAME=VALUE"),
    (
        ["explain", "policy.json", "--principal", APP, "--action", "kms:Decrypt", "--identity-policy", f"{APP}=none.json"],
        "not exist",
    ),
    (["explain", "--key-policy", "good.json", "--principal", APP, "--action", "kms:Decrypt"], "not-a-policy"),
    (["explain", "good.json", "--request", "9"], "no request 9"),
    (["explain", "policy.json", "--lockout"], "needs --principal"),
]


@pytest.mark.parametrize(("words", "message"), BAD)
def test_bad_input(folder: Runner, words: list[str], message: str) -> None:
    """Bad input is exit code 2 with a message that says what, and no traceback."""
    (folder.path / "empty").mkdir()
    folder.write("policy.json", POLICY)
    folder.write("good.json", scenario(asking()))
    folder.write("bad.yaml", "note: nothing else")
    ran = folder(*words)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    assert "Traceback" not in ran.err


def test_every_bad_file_is_told(folder: Runner) -> None:
    """Problems of several files are told in one run."""
    ran = folder("simulate", folder.write("a.yaml", "note: x"), folder.write("b.yaml", "note: y"))
    assert "a.yaml:1:1" in ran.err
    assert "b.yaml:1:1" in ran.err


def test_question_in_one_line(folder: Runner) -> None:
    """A key policy, IAM policies, grants and a request can be given as options."""
    words = (
        *("explain", "--key-policy", folder.write("kp.json", POLICY), "--key-arn", KEY),
        *("--identity-policy", f"{APP}={folder.write('iam.json', IAM)}", "--grants", folder.write("grants.json", GRANTS)),
        *("--principal", APP, "--action", "kms:Encrypt", "--action", "kms:Decrypt", "--action", "kms:Sign"),
        *("--encryption-context", "app=pay", "--context", "aws:SourceIp=10.0.0.1", "--output", "json"),
    )
    ran = folder(*words)
    rows = json.loads(ran.out)
    assert ran.code == 0
    assert [row["because"] for row in rows] == [["grant/g1"], ["key-policy/App"], ["key-policy"]]
    assert rows[0]["resource"] == KEY
    assert {trace["source"] for trace in rows[0]["trace"]} == {"key-policy/App", "identity-policy/Everything", "grant/g1"}


def test_options_ask_of_a_scenario(folder: Runner) -> None:
    """A request put by options takes the place of a scenario's own."""
    path = folder.write("s.json", scenario(asking("explicitDeny")))
    ran = folder("simulate", path, "--principal", APP, "--action", "kms:Sign", "--output", "json")
    assert [(row["action"], row["expect"]) for row in json.loads(ran.out)] == [("kms:Sign", None)]


INTENT = f"""
kmsgen: 1
name: data
scope: {{account: "{ACCOUNT}", regions: [us-west-2], deployer: role/ci}}
key: {{alias: data}}
users: [{{principal: role/app, can: [decrypt]}}]
"""


def test_intent(folder: Runner) -> None:
    """A request put by options can be asked of what an intent compiles to; an intent alone asks nothing."""
    path = folder.write("intent.yaml", INTENT)
    ran = folder("simulate", path, "--principal", APP, "--action", "kms:Decrypt", "--action", "kms:Encrypt", "--output", "json")
    assert [row["outcome"] for row in json.loads(ran.out)] == ["allowed", "implicitDeny"]
    assert "an intent asks nothing" in folder("simulate", path).err


def test_explanation(folder: Runner) -> None:
    """An implicit deny is explained: the reason, the nearest miss with the value it failed on, and what would change it."""
    path = folder.write("s.json", scenario(asking(encryption_context={"app": "web"})))
    ran = folder("explain", path)
    assert ran.out.startswith(f"implicitDeny: {APP} kms:Decrypt")
    assert "nearest: key-policy/App fails on" in ran.out
    assert "Condition: StringEquals kms:EncryptionContext:app `pay`: it is `web`" in ran.out
    assert "what would change the answer" in ran.out
    assert "\x1b" not in ran.out


def test_notes_are_shown(folder: Runner) -> None:
    """The silences that mattered are shown with their number."""
    policy = {
        "Statement": [{"Sid": "No", "Effect": "Deny", "Principal": {"CanonicalUser": "79a5"}, "Action": "*", "Resource": "*"}]
    }
    path = folder.write("s.json", scenario(asking(), policy=policy))
    assert "S13: a CanonicalUser in a key policy" in folder("explain", path).out
    (row,) = json.loads(folder("explain", path, "--output", "json").out)
    assert [note["id"] for note in row["notes"]] == ["S13"]


def test_one_request(folder: Runner) -> None:
    """One request of several can be picked by its number."""
    path = folder.write("s.json", scenario(asking(), asking(action="kms:Sign", encryption_context={})))
    (row,) = json.loads(folder("explain", path, "--request", "2", "--output", "json").out)
    assert row["action"] == "kms:Sign"


@pytest.mark.parametrize(("action", "code"), [("kms:PutKeyPolicy", 0), ("kms:Decrypt", 1)])
def test_lockout(folder: Runner, action: str, code: int) -> None:
    """The lockout check asks whether the principal could put the key policy again."""
    policy = {"Statement": [{**POLICY["Statement"][0], "Action": action, "Condition": {}}]}
    path = folder.write("kp.json", policy)
    assert folder("explain", path, "--lockout", "--principal", APP).code == code


def test_text_cannot_steer_the_terminal(folder: Runner) -> None:
    """Control characters from a file are shown, not sent."""
    policy = {"Statement": [{**POLICY["Statement"][0], "Sid": "\x1b[2J\u202eevil"}]}
    path = folder.write("s.json", scenario(asking(), policy=policy))
    for words in (("simulate", path), ("explain", path)):
        out = folder(*words).out
        assert "\x1b" not in out
        assert "\u202e" not in out
        assert "\\u001b" in out


@pytest.mark.parametrize("command", ["simulate", "explain"])
def test_help(folder: Runner, command: str) -> None:
    """Help has an example and the shape of the JSON."""
    ran = folder(command, "--help")
    assert ran.code == 0
    assert "Example: kmsgen" in " ".join(ran.out.split())
    assert "JSON: one list" in " ".join(ran.out.split())


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"principal": APP + "-*"}, "not-a-caller: `arn:aws:iam::111122223333:role/app-*` is a pattern"),
        ({"principal": APP.replace(":role/", ":group/")}, "not-a-caller: `arn:aws:iam::111122223333:group/app` is a group"),
        ({"action": "kms:DescribeKey"}, "not-carried: a request of `kms:DescribeKey` never carries `encryption_context`"),
        ({"action": "decrypt"}, ""),
        ({"principal": "*"}, ""),
    ],
)
@pytest.mark.parametrize("command", ["simulate", "explain"])
def test_a_denial_that_says_nothing_is_refused(folder: Runner, command: str, change: dict[str, Any], problem: str) -> None:
    """Every policy denies whoever cannot call, and what no request holds: a test that expects a denial must not pass."""
    ran = folder(command, folder.write("s.json", scenario(asking(**change))))
    assert ran.code == (2 if problem else 0)
    assert problem in ran.err


@pytest.mark.parametrize("command", ["simulate", "explain"])
def test_a_scenario_without_requests_is_refused(folder: Runner, command: str) -> None:
    """It asks nothing, and passes for nothing; a request may be put to it by options."""
    path = folder.write("s.json", scenario())
    assert "no-request: it has no requests, and so asks nothing" in folder(command, path).err
    assert folder(command, path, "--principal", APP, "--action", "kms:Sign").code == 0


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        ("kms:Decyrpt", "unknown-action: `kms:Decyrpt` is no action of KMS\n  hint: did you mean `kms:Decrypt`?"),
        ("kms:*", "unknown-action: `kms:*` is no action of KMS"),
    ],
)
@pytest.mark.parametrize("command", ["simulate", "explain"])
def test_an_action_that_kms_does_not_have_is_bad_input(folder: Runner, command: str, action: str, problem: str) -> None:
    """Every policy denies it: a test that expects a denial would pass for nothing."""
    ran = folder(command, folder.write("s.json", scenario(asking("implicitDeny", action=action))))
    assert ran.code == 2
    assert problem in ran.err


def test_a_folder_that_cannot_be_listed_is_told(folder: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scenarios in it would be left out, and everything would seem as expected."""
    folder.write("all/a.json", scenario(asking("allowed")))
    folder.write("all/locked/b.json", scenario(asking("explicitDeny")))
    scandir = os.scandir

    def locked(path: str) -> object:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", locked)
    ran = folder("simulate", "all")
    assert ran.code == 2
    assert "locked: unreadable: the folder cannot be read: permission denied" in ran.err


def test_a_grant_to_revoke_is_missed_only_where_grants_are_told(folder: Runner) -> None:
    """Of a key policy alone nothing tells which grants the key has; `list-grants` tells all of them."""
    revoke = {**POLICY["Statement"][0], "Action": "kms:RevokeGrant", "Condition": {}}
    folder.write("policy.json", {**POLICY, "Statement": [revoke]})
    folder.write("grants.json", GRANTS)
    words = ("simulate", "policy.json", "--key-arn", KEY, "--principal", APP, "--action", "kms:RevokeGrant", "--output", "json")

    def outcomes(*more: str) -> list[tuple[str, str | None]]:
        found = json.loads(folder(*words, *more).out)
        return [(row["outcome"], row["error"]) for row in found]

    assert outcomes("--grant-id", "g2") == outcomes("--parameter", "GrantId=g2") == [("allowed", None)]
    assert outcomes("--grants", "grants.json", "--grant-id", "g1") == [("allowed", None)]
    for asked in (("--grant-id", "g2"), ("--parameter", "GrantId=g2")):
        assert outcomes("--grants", "grants.json", *asked) == [("error", "NotFoundException")]


@pytest.mark.parametrize(
    ("context", "noted"),
    [
        ({"kms:KeySpec": "RSA_2048"}, ["kms:KeySpec"]),
        ({"kms:keyspec": "SYMMETRIC_DEFAULT"}, []),
        ({"aws:username": "bob"}, ["aws:username"]),
        ({"kms:CallerAccount": "444455556666", "aws:SourceIp": "10.0.0.1"}, ["kms:CallerAccount"]),
        ({"kms:EncryptionContext:app": "other"}, ["kms:EncryptionContext:app"]),
        ({"kms:EncryptionContext:app": "pay", "kms:MultiRegion": False}, []),
        ({"aws:PrincipalAccount": []}, ["aws:PrincipalAccount"]),
        ({"aws:userid": [], "aws:CurrentTime": "2026-01-01T00:00:00Z", "aws:EpochTime": "1767225600"}, []),
    ],
)
def test_what_a_request_tells_in_vain_is_noted(folder: Runner, context: dict[str, Any], noted: list[str]) -> None:
    """What follows from caller, key or parameters is never taken from the context: where that says otherwise, a note names it."""
    path = folder.write("s.json", scenario(asking(context=context)))
    (row,) = json.loads(folder("simulate", path, "--output", "json").out)
    found = [note["text"] for note in row["notes"] if note["id"] == "P14"]
    assert [text.partition(" ")[0] for text in found] == noted
    shown, explained = folder("simulate", path).out, json.loads(folder("explain", path, "--output", "json").out)
    assert all(f"P14: {text}" in shown for text in found)
    assert [note["text"] for note in explained[0]["notes"] if note["id"] == "P14"] == found


UNNAMED = """Resources:
  Key: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Version: "2012-10-17", Statement: [
    {Effect: Allow, Principal: {AWS: !Sub "arn:aws:iam::${AWS::AccountId}:role/A"}, Action: "kms:PutKeyPolicy", Resource: "*"},
    {Effect: Allow, Principal: {AWS: !GetAtt App.Arn}, Action: "kms:Decrypt", Resource: "*"}]}}}
  App: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}
"""
ASKED = [
    ("a name that the role may have", "arn:aws:iam::111122223333:role/stack-App-X1", True, "unknown"),
    ("one that it has not", "arn:aws:iam::111122223333:role/other", True, "implicitDeny"),
    ("of the account that may be the template's", "arn:aws:iam::444455556666:role/stack-App-X1", False, "unknown"),
    ("of another account, where its own is told", "arn:aws:iam::444455556666:role/stack-App-X1", True, "implicitDeny"),
]


@pytest.mark.parametrize(("note", "principal", "told", "outcome"), ASKED)
def test_who_may_be_somebody_whose_name_is_not_told_is_open(
    note: str, principal: str, outcome: str, folder: Runner, *, told: bool
) -> None:
    """A template does not tell the name that CloudFormation makes up, nor always its account."""
    path = folder.write("template.yaml", UNNAMED)
    key = ("--key-arn", "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab") if told else ()
    ran = folder("simulate", path, *key, "--principal", principal, "--action", "kms:Decrypt", "--output", "json")
    assert [one["outcome"] for one in json.loads(ran.out)] == [outcome], note

"""Rules of reading a live account: what is called, what is refused, what an answer that is none comes to."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from kmsgen.catalogue.capabilities import CAPABILITIES
from kmsgen.cli.commands.snapshot import snapshot as command
from kmsgen.compiler import compile_intent
from kmsgen.intent import load_preset
from kmsgen.sources.live.failures import AwsError
from kmsgen.sources.live.reads import ACCOUNT_READS, IAM_READS, KMS_KEY_READS, KMS_LISTS, READS
from kmsgen.sources.live.session import Session, SignIn
from tests.unit.cli.running import Runner

ACCOUNT = "111122223333"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
POLICY = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": [ROLE, f"arn:aws:iam::{ACCOUNT}:root"]}, "Action": "kms:Decrypt", "Resource": "*"},
]}  # fmt: skip
ANSWERS: dict[str, Any] = {
    "DescribeKey": {"KeyMetadata": {"Arn": KEY, "KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT"}},
    "GetKeyPolicy": {"Policy": json.dumps(POLICY)},
    "ListGrants": {"Grants": []},
    "ListResourceTags": {"Tags": []},
    "ListAliases": {"Aliases": []},
    "GetRole": {"Role": {"Arn": ROLE, "RoleName": "app"}},
    "ListRolePolicies": {"PolicyNames": []},
    "ListAttachedRolePolicies": {"AttachedPolicies": []},
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return what runs commands in an empty folder, with credentials that nobody looks at."""
    for name, value in (("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "y"), ("AWS_REGION", "us-east-1")):
        monkeypatch.setenv(name, value)
    return Runner(tmp_path, monkeypatch, capsys)


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Return what puts answers in place of AWS: errors by the operations that they answer; it returns the calls made."""

    def answer(**errors: str) -> list[str]:
        made: list[str] = []

        def call(_client: BaseClient, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
            made.append(f"{operation} {parameters.get('KeyId', '')}".strip())
            if operation in errors:
                raise ClientError({"Error": {"Code": errors[operation], "Message": "because"}}, operation)
            return dict(ANSWERS[operation])

        monkeypatch.setattr(BaseClient, "_make_api_call", call)
        return made

    return answer


@pytest.mark.parametrize(
    ("operation", "error", "code"),
    [
        ("DescribeKey", "NotFoundException", "missing-in-aws"),
        ("DescribeKey", "AccessDeniedException", "missing-permission"),
        ("GetKeyPolicy", "AccessDeniedException", "missing-permission"),
        ("ListGrants", "AccessDeniedException", "missing-permission"),
        ("ListResourceTags", "AccessDeniedException", "missing-permission"),
        ("ListAliases", "AccessDeniedException", "missing-permission"),
        ("DescribeKey", "ExpiredTokenException", "expired-session"),
        ("DescribeKey", "UnrecognizedClientException", "no-credentials"),
        ("ListGrants", "ThrottlingException", "throttled"),
        ("ListGrants", "KMSInternalException", "aws-error"),
        ("GetRole", "ExpiredToken", "expired-session"),
    ],
)
def test_a_key_that_cannot_be_read_whole_ends_in_a_code(
    operation: str, error: str, code: str, run: Runner, answering: Callable[..., list[str]]
) -> None:
    """The code tells the kind of failure, the message the call; nothing is written."""
    answering(**{operation: error})
    ran = run("snapshot", KEY, "--out", "s.json")
    assert (ran.code, ran.out, list(run.path.iterdir())) == (2, "", [])
    assert f"AWS: {code}: " in ran.err
    assert f":{operation} on `" in ran.err or operation == "ListAliases"


@pytest.mark.parametrize("operation", ["DescribeKey", "GetKeyPolicy", "ListGrants", "ListResourceTags", "ListAliases", "GetRole"])
def test_what_is_no_answer_of_aws_is_no_answer(operation: str, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as a page of a proxy: that a key has no grants must be told by AWS."""

    def call(_client: BaseClient, asked: str, _parameters: dict[str, Any]) -> dict[str, Any]:
        return {"ResponseMetadata": {}, **({} if asked == operation else ANSWERS[asked])}

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    ran = run("snapshot", KEY, "--out", "s.json")
    assert (ran.code, "AWS: aws-error: " in ran.err, list(run.path.iterdir())) == (2, True, []), ran.err


def test_every_key_that_cannot_be_read_is_named(run: Runner, answering: Callable[..., list[str]]) -> None:
    """A missing permission on one key does not hide the others; an expired session ends the run at once."""
    answering(GetKeyPolicy="AccessDeniedException")
    ran = run("snapshot", KEY, "alias/other", f"{KEY[:-1]}c", "--out", "s.json")
    assert ran.err.count("missing-permission") == 1  # each name leads to the one key that DescribeKey answers here
    made = answering(DescribeKey="NotFoundException")
    ran = run("snapshot", KEY, "alias/other", "--out", "s.json")
    assert (ran.err.count("missing-in-aws"), len(made)) == (2, 2)
    made = answering(DescribeKey="ExpiredTokenException")
    run("snapshot", KEY, "alias/other", "--out", "s.json")
    assert len(made) == 1


@pytest.mark.parametrize("operation", ["GetRole", "ListRolePolicies", "ListAttachedRolePolicies"])
def test_a_principal_that_cannot_be_read_is_unknown(operation: str, run: Runner, answering: Callable[..., list[str]]) -> None:
    """It is not described, the file says why, and so does a note; what the key policy gives it may be denied."""
    answering(**{operation: "AccessDenied"})
    ran = run("snapshot", KEY, "--out", "s.json")
    scenario = json.loads((run.path / "s.json").read_text())
    assert (ran.code, scenario.get("principals"), scenario["unknown"][ROLE]) == (0, None, f"iam:{operation} is refused")
    assert f"note: the IAM policies of {ROLE} are not known" in ran.err
    asked = run("simulate", "s.json", "--principal", ROLE, "--action", "kms:Decrypt", "--output", "json")
    assert json.loads(asked.out)[0]["outcome"] == "unknown"


@pytest.mark.parametrize(("state", "outcome"), [("Enabled", "unknown"), ("PendingDeletion", "unknown")])
def test_whether_an_unread_principal_is_let_through_is_open_in_every_state(
    state: str, outcome: str, run: Runner, answering: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that cannot be used answers with an error whom its account lets through, and refuses others."""
    metadata = {"KeyMetadata": {**ANSWERS["DescribeKey"]["KeyMetadata"], "KeyState": state}}
    monkeypatch.setitem(ANSWERS, "DescribeKey", metadata)
    answering()
    run("snapshot", KEY, "--out", "s.json")
    put = ("--principal", f"{ROLE}-of-whom-nothing-is-told", "--action", "kms:Decrypt", "--output", "json")
    assert json.loads(run("simulate", "s.json", *put).out)[0]["outcome"] == outcome


def test_a_role_that_is_not_there_is_unknown(run: Runner, answering: Callable[..., list[str]]) -> None:
    """Whoever creates it may give it any policy."""
    answering(GetRole="NoSuchEntity")
    run("snapshot", KEY, "--out", "s.json")
    assert json.loads((run.path / "s.json").read_text())["unknown"][ROLE] == "it does not exist"


OTHER = f"{KEY[:-1]}c"


@pytest.mark.parametrize("operation", ["DescribeKey", "GetKeyPolicy", "ListGrants", "ListResourceTags"])
def test_a_key_that_is_refused_beside_others_is_unknown(operation: str, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is proved of it, nothing allowed and nothing denied; of the others everything is told as ever."""

    def call(_client: BaseClient, asked: str, parameters: dict[str, Any]) -> dict[str, Any]:
        if asked == operation and parameters.get("KeyId") == OTHER:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "because"}}, asked)
        if asked == "ListKeys":
            return {"Keys": [{"KeyArn": KEY}, {"KeyArn": OTHER}]}
        found = dict(ANSWERS[asked])
        return {"KeyMetadata": {**found["KeyMetadata"], "Arn": parameters["KeyId"]}} if asked == "DescribeKey" else found

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    ran = run("snapshot", "--all", "--out", "s.json")
    assert (ran.code, f"note: the key {OTHER} is not known: kms:{operation} is refused" in ran.err) == (0, True)
    proofs = json.loads(run("prove", "s.json", "--no-public", "--never", "role/x kms:Sign", "--output", "json").out)
    assert [(one["result"], OTHER in one["question"]) for one in proofs[0::2]] == [("proved", False), ("unknown", True)]
    assert [one["result"] for one in proofs[1::2]] == ["proved", "unknown"]
    for key, action, outcome in ((KEY, "Decrypt", "allowed"), (OTHER, "Decrypt", "unknown"), (OTHER, "Sign", "unknown")):
        put = ("--principal", ROLE, "--action", f"kms:{action}", "--resource", key)
        (told,) = json.loads(run("simulate", "s.json", *put, "--output", "json").out)
        assert told["outcome"] == outcome
    rows = [one for one in json.loads(run("matrix", "s.json", "--output", "json").out) if one["key"] == OTHER]
    assert {one["sure"] for one in rows} == {False}
    found = json.loads(run("lint", "s.json", "--output", "json").out)
    assert "unknown-public-access" in [one["code"] for one in found if OTHER in str(one["key"])]


@pytest.mark.parametrize("operation", ["ListRolePolicies", "ListAttachedRolePolicies"])
def test_a_principal_that_goes_while_it_is_read_is_unknown(
    operation: str, run: Runner, answering: Callable[..., list[str]]
) -> None:
    """That it was there when the snapshot began says nothing of its policies, and the key is read all the same."""
    answering(**{operation: "NoSuchEntity"})
    assert run("snapshot", KEY, "--out", "s.json").code == 0
    assert json.loads((run.path / "s.json").read_text())["unknown"][ROLE] == "app is not there any more"


def test_drift_refuses_what_it_cannot_read(run: Runner, answering: Callable[..., list[str]]) -> None:
    """A principal of the intent whose IAM policies are not known leaves its drift open: exit 2, with the permission."""
    run.write(
        "intent.yaml",
        f'kmsgen: 1\nname: a\nscope: {{account: "{ACCOUNT}", regions: [us-east-1]}}\nkeys: ["{KEY}"]\nadmins: [role/app]\n',
    )
    answering(ListRolePolicies="AccessDenied")
    ran = run("drift", "intent.yaml", "--output", "json")
    (told,) = json.loads(ran.out)
    assert (ran.code, told["drift"], [one["code"] for one in told["errors"]]) == (2, None, ["missing-permission"])
    assert "iam:ListRolePolicies is refused" in ran.err


def test_an_intent_that_cannot_be_read_keeps_no_other_one_from_being_compared(
    run: Runner, answering: Callable[..., list[str]]
) -> None:
    """What is wrong with it, also that it has the name of another one, is told after the rest; `--fail-fast` ends there."""
    text = f'kmsgen: 1\nname: a\nscope: {{account: "{ACCOUNT}", regions: [us-east-1]}}\nkeys: ["{KEY}"]\nadmins: [role/app]\n'
    for name in ("a.yaml", "c.yaml"):
        run.write(f"i/{name}", text)
    run.write("i/b.yaml", text.replace("admins", "admin"))
    answering(ListRolePolicies="AccessDenied")
    ran = run("drift", "i", "--output", "json")
    assert (ran.code, [one["file"] for one in json.loads(ran.out)]) == (2, ["i/a.yaml", "i/c.yaml"])
    assert [code in ran.err for code in ("unknown-field", "duplicate-name", "missing-permission")] == [True] * 3
    first = run("drift", "i", "--output", "json", "--fail-fast")
    assert [one["file"] for one in json.loads(first.out)] == ["i/a.yaml"]


@pytest.mark.parametrize(("intent", "code"), [('keys: "*"', "no-key"), ("key: {description: no alias}", "no-alias")])
def test_drift_needs_keys_that_the_intent_names(intent: str, code: str, run: Runner) -> None:
    """Every key, and a key without alias, cannot be found."""
    text = f'kmsgen: 1\nname: a\nscope: {{account: "{ACCOUNT}", regions: [us-east-1]}}\n{intent}\n'
    who = "users: [{principal: role/app, can: [decrypt]}]" if code == "no-key" else "admins: [role/app]"
    run.write("intent.yaml", f"{text}{who}\n")
    ran = run("drift", "intent.yaml")
    assert (ran.code, f"intent.yaml: {code}: " in ran.err) == (2, True), ran.err


@pytest.mark.parametrize("words", [(), (KEY, "--all")])
def test_a_snapshot_is_of_named_keys_or_of_all(words: tuple[str, ...], run: Runner) -> None:
    """Neither both nor none."""
    ran = run("snapshot", *words, "--out", "s.json")
    assert (ran.code, "usage" in ran.err) == (2, True)


def test_no_call_can_write() -> None:
    """An operation that is not in the table of reads is never sent; each in it only reads by its name."""
    with pytest.raises(ValueError, match="is no read"):
        Session(SignIn()).call("kms", "PutKeyPolicy")
    assert [one for names in READS.values() for one in names if not one.startswith(("Get", "List", "Describe"))] == []


def test_without_the_sdk_it_is_said_how_to_install_it(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 is an extra."""
    monkeypatch.setitem(__import__("sys").modules, "boto3", None)
    ran = run("snapshot", KEY, "--out", "s.json")
    assert (ran.code, "no-sdk" in ran.err, "kmsgen[aws]" in ran.err) == (2, True, True)


def test_help_and_preset_list_the_permissions() -> None:
    """What is called, what the help lists and what the preset allows is the same."""
    reads = {f"kms:{one}" for one in (*KMS_KEY_READS, *KMS_LISTS)} | {f"iam:{one}" for one in (*IAM_READS, *ACCOUNT_READS)}
    text = str(command.__doc__)
    assert {one for one in reads if one not in text} == set()
    bundle = compile_intent(load_preset("snapshot-reader", {"account": ACCOUNT, "principal": "role/Auditor"})).bundle
    (policies,) = bundle.principals.values()
    allowed = {action for one in policies.identity_policies for statement in one.statements for action in statement.actions}
    assert allowed == reads
    assert set(CAPABILITIES["snapshot"].actions["*"]) == reads - {f"kms:{one}" for one in KMS_KEY_READS}


def test_verify_leaves_to_the_intent_whom_a_snapshot_does_not_describe(run: Runner, answering: Callable[..., list[str]]) -> None:
    """A snapshot that read the named principals alone tells nothing of the others: they have what the intent compiles to."""
    text = f'kmsgen: 1\nname: a\nscope: {{account: "{ACCOUNT}", regions: [us-east-1]}}\nkeys: ["{KEY}"]\nkey_policy: keep\n'
    run.write("intent.yaml", f"{text}users: [{{principal: role/unnamed, can: [decrypt]}}]\n")
    answering()
    run("snapshot", KEY, "--out", "s.json")
    told = json.loads(run("verify", "intent.yaml", "--against", "s.json", "--output", "json").out)
    assert told["answers"][0]["answer"] == "yes"
    assert "as-compiled" in told["notes"][0]


def test_a_role_is_assumed_first(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --role-arn every call but that one is made with the credentials of the role."""
    made: list[tuple[str, str]] = []
    got = {"Credentials": {"AccessKeyId": "ASSUMED", "SecretAccessKey": "s", "SessionToken": "t"}}

    def call(client: Any, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        made.append((operation, client._request_signer._credentials.access_key))
        assert operation != "AssumeRole" or parameters["RoleArn"] == ROLE
        return dict({**ANSWERS, "AssumeRole": got}[operation])

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    assert run("snapshot", KEY, "--out", "s.json", "--role-arn", ROLE).code == 0
    assert made[0] == ("AssumeRole", "x")
    assert {key for _, key in made[1:]} == {"ASSUMED"}


def test_a_role_that_may_not_be_assumed_has_the_code_of_a_permission(run: Runner, answering: Callable[..., list[str]]) -> None:
    """The call that failed is named."""
    answering(AssumeRole="AccessDenied")
    ran = run("snapshot", KEY, "--out", "s.json", "--role-arn", ROLE)
    assert (ran.code, f"missing-permission: sts:AssumeRole on `{ROLE}`" in ran.err) == (2, True)


def test_a_failure_tells_its_kind() -> None:
    """Whoever catches it can tell kinds apart."""
    assert AwsError(()).kind.code == "aws-error"


UNKNOWN = {
    "key": {"arn": KEY},
    "policy": POLICY,
    "principals": {},
    "unknown": {f"arn:aws:iam::{ACCOUNT}:role/other": "nobody looked", "*": "not read"},
}


@pytest.mark.parametrize(
    ("principal", "action", "outcome"),
    [
        (f"arn:aws:iam::{ACCOUNT}:role/other", "kms:Decrypt", "unknown"),
        (f"arn:aws:iam::{ACCOUNT}:user/somebody", "kms:Decrypt", "unknown"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/other/session", "kms:Decrypt", "unknown"),
        (f"arn:aws:iam::{ACCOUNT}:user/somebody", "kms:Encrypt", "implicitDeny"),
        (f"arn:aws:iam::{ACCOUNT}:root", "kms:Decrypt", "allowed"),
        ("s3.amazonaws.com", "kms:Decrypt", "implicitDeny"),
    ],
)
def test_a_scenario_says_whose_policies_are_not_known(principal: str, action: str, outcome: str, run: Runner) -> None:
    """An answer that depends on them is open; one that does not is given."""
    path = run.write("s.yaml", yaml.safe_dump(UNKNOWN))
    ran = run("simulate", path, "--principal", principal, "--action", action, "--output", "json")
    assert json.loads(ran.out)[0]["outcome"] == outcome


@pytest.mark.parametrize(("unknown", "code"), [({"nobody": "x"}, "not-a-principal"), ({ROLE: "x"}, "both-known"), ([], "not-a-")])
def test_what_is_unknown_has_a_form(unknown: object, code: str, run: Runner) -> None:
    """Principals with reasons, none of them described."""
    ran = run("lint", run.write("s.yaml", yaml.safe_dump({**UNKNOWN, "principals": {ROLE: {}}, "unknown": unknown})))
    assert (ran.code, f" {code}" in ran.err) == (2, True), ran.err

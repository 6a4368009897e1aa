"""`kmsgen snapshot` and `kmsgen drift` on a moto server: what is there is what is told."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.real.servers import OWN_ACCOUNT, Moto

pytestmark = pytest.mark.real

ROLES = f"arn:aws:iam::{OWN_ACCOUNT}:role"
INTENT = f"""
kmsgen: 1
name: payments
scope: {{account: "{OWN_ACCOUNT}", regions: [us-east-1]}}
key: {{alias: payments, tags: {{team: payments}}}}
delegation: DELEGATION
admins: ADMINS
users: [{{principal: role/app, can: [decrypt]}}]
grants: [{{name: nightly, grantee: role/batch, operations: [Encrypt]}}]
"""


class Ran(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str


class Account:
    """An account with the keys and roles of an intent, and what runs kmsgen against it."""

    def __init__(self, moto: Moto, folder: Path) -> None:
        self.moto, self.folder = moto, folder
        self.kms, self.iam = moto.client("kms"), moto.client("iam")
        self.environment = moto.environment()

    def run(self, *words: str, **environment: str) -> Ran:
        """Run kmsgen in the folder."""
        program = [sys.executable, "-m", "kmsgen", *words]
        env = {**self.environment, **environment}
        done = subprocess.run(program, cwd=self.folder, env=env, capture_output=True, text=True, check=False)
        return Ran(done.returncode, done.stdout, done.stderr)

    def role(self, name: str, **more: Any) -> str:
        """Create a role; return its ARN."""
        return str(self.iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}", **more)["Role"]["Arn"])

    def allow(self, role: str, *actions: str, effect: str = "Allow") -> None:
        """Give a role an inline policy."""
        statement = {"Effect": effect, "Action": list(actions), "Resource": "*"}
        text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.iam.put_role_policy(RoleName=role, PolicyName="more", PolicyDocument=text)

    def key(self, *statements: dict[str, Any], **more: Any) -> str:
        """Create a key; return its ARN."""
        text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        return str(self.kms.create_key(Policy=text, **more)["KeyMetadata"]["Arn"])

    def deploy(self, delegation: str, admins: str = "[role/admin]") -> str:
        """Render the intent and create what was rendered; return the key's ARN."""
        text = INTENT.replace("DELEGATION", delegation).replace("ADMINS", admins)
        (self.folder / "intent.yaml").write_text(text, encoding="utf-8")
        return self.create(self.rendered())

    def rendered(self) -> Path:
        """Render the intent; return the folder of its JSON."""
        assert self.run("render", "intent.yaml", "--format", "json").code == 0
        return self.folder / "out" / "payments" / "json"

    def create(self, files: Path, **more: Any) -> str:
        """Create roles, key, alias, IAM policies and grants of rendered files; return the key's ARN."""
        for name in ("admin", "app", "batch"):
            self.role(name)
        text = (files / "key-policy.json").read_text(encoding="utf-8")
        metadata = self.kms.create_key(Policy=text, Tags=[{"TagKey": "team", "TagValue": "payments"}], **more)["KeyMetadata"]
        self.kms.create_alias(AliasName="alias/payments", TargetKeyId=metadata["KeyId"])
        for path in (files / "iam").glob("*.json"):
            policy = path.read_text(encoding="utf-8")
            self.iam.put_role_policy(RoleName=path.stem.removeprefix("role-"), PolicyName="kmsgen", PolicyDocument=policy)
        for path in (files / "grants").glob("*.json"):
            self.kms.create_grant(KeyId=metadata["KeyId"], **json.loads(path.read_text(encoding="utf-8")))
        return str(metadata["Arn"])

    def drift(self) -> tuple[int, dict[str, Any]]:
        """Return the exit code of drift and what it tells of the intent."""
        ran = self.run("drift", "intent.yaml", "--output", "json")
        assert ran.out, ran.err
        return ran.code, json.loads(ran.out)[0]


@pytest.fixture
def account(moto: Moto, tmp_path: Path) -> Iterator[Account]:
    """Return an empty account."""
    moto.reset()
    yield Account(moto, tmp_path)
    moto.reset()


def allowed(principal: str, *actions: str) -> dict[str, Any]:
    """Return a statement of a key policy."""
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": list(actions), "Resource": "*"}


ROOT = allowed(f"arn:aws:iam::{OWN_ACCOUNT}:root", "kms:*")


# --- drift --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delegation", ["key-policy", "iam", "both"])
def test_what_was_deployed_as_rendered_does_not_drift(delegation: str, account: Account) -> None:
    """An account that holds what the intent compiles to differs in nothing."""
    key = account.deploy(delegation)
    code, told = account.drift()
    assert (code, told["keys"], told["drift"], told["changes"], told["reason"]) == (0, [key], False, [], ""), told


def test_drift_of_a_folder_is_the_same_by_one_process_and_by_several(account: Account) -> None:
    """Each process reads the account by connections of its own, and what drifts is told in the order of the files."""
    account.deploy("key-policy")
    text = (account.folder / "intent.yaml").read_text(encoding="utf-8")
    folder = account.folder / "intents"
    folder.mkdir()
    for number in range(8):
        changed = text.replace("name: payments", f"name: p{number}").replace(
            "[decrypt]", "[encrypt]" if number % 3 else "[decrypt]"
        )
        (folder / f"{number}.yaml").write_text(changed, encoding="utf-8")
    one, two = (account.run("drift", "intents", "--jobs", jobs) for jobs in "12")
    assert one == two
    assert one.code == 1
    assert [line for line in one.out.splitlines() if line.startswith("p")] == [
        f"p{number}: {'drift' if number % 3 else 'no drift'}" for number in range(8)
    ]
    assert one.err.endswith("8 intents, 5 of them with drift\n")


def test_a_key_policy_that_somebody_changed_drifts(account: Account) -> None:
    """A statement more is access gained; those that are gone are access lost."""
    key = account.deploy("key-policy")
    statements = json.loads(account.kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])["Statement"]
    kept = [one for one in statements if "kms:Decrypt" not in one["Action"]]
    text = json.dumps({"Version": "2012-10-17", "Statement": [*kept, allowed(account.role("thief"), "kms:Decrypt")]})
    account.kms.put_key_policy(KeyId=key, PolicyName="default", Policy=text)
    code, told = account.drift()
    assert code == 1
    assert [(one["principals"], one["actions"]) for one in told["gained"]] == [([f"{ROLES}/thief"], ["kms:Decrypt"])]
    assert [(one["principals"], one["actions"]) for one in told["lost"]] == [([f"{ROLES}/app"], ["kms:Decrypt"])]


def test_a_grant_that_somebody_added_drifts(account: Account) -> None:
    """Its grantee has access that the intent does not give."""
    key = account.deploy("key-policy")
    account.kms.create_grant(KeyId=key, GranteePrincipal=account.role("thief"), Operations=["Decrypt"])
    code, told = account.drift()
    assert (code, told["lost"]) == (1, [])
    assert ([f"{ROLES}/thief"], ["kms:Decrypt"]) in [(one["principals"], one["actions"]) for one in told["gained"]]


def test_an_inline_policy_that_allows_more_drifts(account: Account) -> None:
    """Where the key policy lets the account's IAM decide, a principal of the intent has what the intent gives it."""
    account.deploy("key-policy", admins="[role/admin, {principal: account, can: [change-policy]}]")
    assert account.drift()[0] == 0
    account.allow("app", "kms:PutKeyPolicy")
    code, told = account.drift()
    assert (code, told["lost"]) == (1, [])
    assert [(one["principals"], one["actions"]) for one in told["gained"]] == [([f"{ROLES}/app"], ["kms:PutKeyPolicy"])]


@pytest.mark.parametrize("change", ["deny", "delete"])
def test_an_inline_policy_that_allows_less_drifts(change: str, account: Account) -> None:
    """A Deny that somebody added takes access away, and so does a policy that is gone."""
    account.deploy("iam")
    if change == "deny":
        account.allow("app", "kms:Decrypt", effect="Deny")
    else:
        account.iam.delete_role_policy(RoleName="app", PolicyName="kmsgen")
    code, told = account.drift()
    assert (code, told["gained"]) == (1, [])
    assert [(one["principals"], one["actions"]) for one in told["lost"]] == [([f"{ROLES}/app"], ["kms:Decrypt"])]


def test_a_boundary_that_somebody_set_drifts(account: Account) -> None:
    """A permissions boundary takes away what the IAM policy of a role gives."""
    account.deploy("iam")
    nothing = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    arn = account.iam.create_policy(PolicyName="limit", PolicyDocument=json.dumps(nothing))["Policy"]["Arn"]
    account.iam.put_role_permissions_boundary(RoleName="app", PermissionsBoundary=arn)
    code, told = account.drift()
    assert (code, told["gained"]) == (1, [])
    assert [(one["principals"], one["actions"]) for one in told["lost"]] == [([f"{ROLES}/app"], ["kms:Decrypt"])]


def test_a_key_that_waits_for_its_deletion_drifts(account: Account) -> None:
    """Its state is another than the intent's, whatever its policy says."""
    key = account.deploy("key-policy")
    account.kms.schedule_key_deletion(KeyId=key.rpartition("/")[2], PendingWindowInDays=7)
    code, told = account.drift()
    assert code == 1
    assert told["changes"] == [{"key": key, "property": "state", "intent": "Enabled", "live": "PendingDeletion"}]


def test_every_replica_is_compared(account: Account) -> None:
    """A multi-Region key is found by its alias in each Region, and a replica's policy that somebody changed drifts."""
    text = INTENT.replace("DELEGATION", "both").replace("ADMINS", "[role/admin]").partition("grants:")[0]
    text = text.replace("key: {alias: payments, ", "key: {alias: payments, multi_region: true, replicas: [eu-west-1], ")
    (account.folder / "intent.yaml").write_text(text, encoding="utf-8")
    files = account.rendered()
    key = account.create(files, MultiRegion=True)
    replica, there = key.replace("us-east-1", "eu-west-1"), account.moto.client("kms", "eu-west-1")
    policy = (files / "key-policy-eu-west-1.json").read_text(encoding="utf-8")
    tags = [{"TagKey": "team", "TagValue": "payments"}]
    account.kms.replicate_key(KeyId=key, ReplicaRegion="eu-west-1", Policy=policy, Tags=tags)
    there.create_alias(AliasName="alias/payments", TargetKeyId=key.rpartition("/")[2])
    code, told = account.drift()
    assert (code, told["keys"]) == (0, [key, replica])
    statements = [*json.loads(policy)["Statement"], allowed(account.role("thief"), "kms:Decrypt")]
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    there.put_key_policy(KeyId=replica, PolicyName="default", Policy=text)
    code, told = account.drift()
    assert (code, [one["principals"] for one in told["gained"]], told["lost"]) == (1, [[f"{ROLES}/thief"]], [])


def test_an_intent_that_keeps_key_policies_is_about_iam_alone(account: Account) -> None:
    """What the key policy gives others is not its business; an IAM policy more, or less, of a principal of it is."""
    key = account.key(ROOT, allowed("arn:aws:iam::444455556666:root", "kms:*"))
    account.role("app")
    text = f'kmsgen: 1\nname: keep\nscope: {{account: "{OWN_ACCOUNT}", regions: [us-east-1]}}\nkeys: ["{key}"]\n'
    (account.folder / "intent.yaml").write_text(
        f"{text}key_policy: keep\nusers: [{{principal: role/app, can: [decrypt]}}]\n", encoding="utf-8"
    )
    code, told = account.drift()
    assert (code, [one["actions"] for one in told["lost"]], told["gained"]) == (1, [["kms:Decrypt"]], [])
    account.allow("app", "kms:Decrypt")
    assert account.drift()[0] == 0
    account.allow("app", "kms:Decrypt", "kms:Encrypt")
    code, told = account.drift()
    assert (code, told["lost"], [one["actions"] for one in told["gained"]]) == (1, [], [["kms:Encrypt"]])
    account.allow("app", "kms:Decrypt")
    account.kms.disable_key(KeyId=key.rpartition("/")[2])
    code, told = account.drift()
    assert (code, [(one["property"], one["live"]) for one in told["changes"]]) == (1, [("state", "Disabled")])


def test_a_key_that_is_not_there_is_bad_input(account: Account) -> None:
    """A missing key is no drift: its code tells it from everything else, and the other intents are compared."""
    account.deploy("key-policy")
    other = INTENT.replace("DELEGATION", "key-policy").replace("ADMINS", "[role/admin]").replace("payments", "other")
    (account.folder / "other.yaml").write_text(other, encoding="utf-8")
    ran = account.run("drift", "intent.yaml", "other.yaml", "--output", "json")
    told = json.loads(ran.out)
    assert (ran.code, [one["drift"] for one in told]) == (2, [False, None])
    assert [one["code"] for one in told[1]["errors"]] == ["missing-in-aws"]
    assert "missing-in-aws" in ran.err


# --- snapshot -----------------------------------------------------------------------------------------------------------


def test_every_command_works_on_a_snapshot(account: Account) -> None:
    """What IAM, a group, a boundary and tags say of a principal is in the file, and other commands answer from it."""
    reader = account.role("reader", Path="/team/", Tags=[{"Key": "team", "Value": "a"}])
    account.allow("reader", "kms:Decrypt")
    user = account.iam.create_user(UserName="u")["User"]["Arn"]
    account.iam.create_group(GroupName="g")
    text = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*"}]})
    arn = account.iam.create_policy(PolicyName="encrypt", PolicyDocument=text)["Policy"]["Arn"]
    account.iam.attach_group_policy(GroupName="g", PolicyArn=arn)
    account.iam.add_user_to_group(GroupName="g", UserName="u")
    key = account.key(
        ROOT,
        allowed(reader, "kms:DescribeKey"),
        allowed(user, "kms:DescribeKey"),
        Tags=[{"TagKey": "env", "TagValue": "prod"}],
    )
    account.kms.create_alias(AliasName="alias/pay", TargetKeyId=key)
    assert account.run("snapshot", "alias/pay", "--out", "s.json").code == 0
    scenario = json.loads((account.folder / "s.json").read_text())
    assert (scenario["key"]["arn"], scenario["key"]["tags"], scenario["key"]["aliases"]) == (key, {"env": "prod"}, ["alias/pay"])
    assert scenario["principals"][reader]["tags"] == {"team": "a"}
    asked = [(reader, "kms:Decrypt"), (reader, "kms:Encrypt"), (user, "kms:Encrypt"), (user, "kms:Decrypt")]
    answers = [
        json.loads(account.run("simulate", "s.json", "--principal", who, "--action", what, "--output", "json").out)[0]["outcome"]
        for who, what in asked
    ]
    assert answers == ["allowed", "implicitDeny", "allowed", "implicitDeny"]
    assert account.run("prove", "s.json", "--no-public", "--never", f"{reader} kms:Encrypt").code == 0
    assert account.run("prove", "s.json", "--never", f"{reader} kms:Decrypt").code == 1
    assert account.run("lint", "s.json", "--output", "json").code == 0


def test_whoever_was_not_read_is_unknown(account: Account) -> None:
    """A principal of another account, and one that the key policy does not name, may hold any IAM policy: no answer is given."""
    partner = "arn:aws:iam::444455556666:role/partner"
    account.key(ROOT, allowed(partner, "kms:Decrypt"))
    assert account.run("snapshot", "--all", "--out", "s.json").code == 0
    for principal, outcome in ((partner, "unknown"), (f"{ROLES}/stranger", "unknown"), ("s3.amazonaws.com", "implicitDeny")):
        ran = account.run("simulate", "s.json", "--principal", principal, "--action", "kms:Decrypt", "--output", "json")
        assert json.loads(ran.out)[0]["outcome"] == outcome, principal
    proof = json.loads(account.run("prove", "s.json", "--never", f"{partner} kms:Decrypt", "--output", "json").out)
    assert proof[0]["result"] == "unknown"


def test_all_keys_and_all_principals_are_paged(account: Account) -> None:
    """A hundred keys and more than a page of roles, grants and inline policies come whole."""
    keys = [account.key(ROOT) for _ in range(100)]
    roles = [account.role(f"r{number}") for number in range(105)]
    for number in range(60):
        account.kms.create_grant(KeyId=keys[0], GranteePrincipal=roles[number], Operations=["Decrypt"])
        account.kms.create_alias(AliasName=f"alias/a{number}", TargetKeyId=keys[1])
    ran = account.run("snapshot", "--all", "--all-principals", "--out", "s.json")
    assert ran.code == 0, ran.err
    scenario = json.loads((account.folder / "s.json").read_text())
    held = [scenario, *scenario["keys"]]
    assert sorted(one["key"]["arn"] for one in held) == sorted(keys)
    assert sorted(scenario["principals"]) == sorted(roles)
    counts = {one["key"]["arn"]: (len(one.get("grants", ())), len(one["key"].get("aliases", ()))) for one in held}
    assert (counts[keys[0]], counts[keys[1]]) == ((60, 0), (0, 60))


def test_nothing_is_written_to_aws_and_no_file_without_an_answer(account: Account) -> None:
    """A key that is not there ends in its code, and leaves no file."""
    ran = account.run("snapshot", "alias/nowhere", "--out", "s.json")
    assert (ran.code, "missing-in-aws" in ran.err, (account.folder / "s.json").exists()) == (2, True, False)


def test_a_session_that_is_no_more_is_told_apart(account: Account) -> None:
    """No credentials, no connection and a number of attempts that is none have codes of their own."""
    none, nowhere = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "http://127.0.0.1:1"
    command = ("snapshot", "alias/a", "--out", "s.json")
    cases = [
        (account.run(*command, **none), "no-credentials"),
        (account.run(*command, "--profile", "nobody"), "no-credentials"),
        (account.run(*command, "--endpoint-url", nowhere, AWS_MAX_ATTEMPTS="1"), "unreachable"),
        (account.run(*command, AWS_MAX_ATTEMPTS="often"), "bad-setting"),
    ]
    assert [(ran.code, code in ran.err) for ran, code in cases] == [(2, True)] * len(cases), cases

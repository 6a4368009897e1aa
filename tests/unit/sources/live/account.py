"""An account as a test has it: what AWS answers about its key and principals, in place of AWS."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from kmsgen.compiler import compile_intent
from kmsgen.intent import load_intent
from kmsgen.policy.json_form import format_document
from tests.unit.cli.running import Runner

HOME = "111122223333"
ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY = f"arn:aws:kms:us-east-1:{HOME}:key/{ID}"
NAMES = {kind: f"arn:aws:iam::{HOME}:{kind}" for kind in ("role", "user", "policy")}
APP, ANN, BOSS = f"{NAMES['role']}/app", f"{NAMES['user']}/ann", f"{NAMES['role']}/boss"
HEAD = f'kmsgen: 1\nname: a\nscope: {{account: "{HOME}", regions: [us-east-1]}}\n'
OWN = f'{HEAD}keys: ["{KEY}"]\nadmins: [role/boss]\nusers: [{{principal: role/app, can: [decrypt]}}]\n'
NEW = f"{HEAD}key: {{alias: alias/a, tags: {{team: x}}}}\nadmins: [role/boss]\nusers: [{{principal: role/app, can: [decrypt]}}]\n"


def use(action: str) -> dict[str, Any]:
    """Return an IAM policy that allows an action on every key."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": f"kms:{action}", "Resource": "*"}]}


Answers = dict[tuple[str, str], Any]
"""What is answered by operation and by the name that is asked about, empty for whichever."""


def principal(kind: str, name: str, inline: dict[str, Any] | None = None, attached: tuple[str, ...] = (), **more: Any) -> Answers:
    """Return the answers about a role, a user or a group."""
    policies, details = inline or {}, {"Arn": f"arn:aws:iam::{HOME}:{kind.lower()}/{name}", f"{kind}Name": name, **more}
    return {
        (f"Get{kind}", name): {kind: details},
        (f"List{kind}Policies", name): {"PolicyNames": list(policies)},
        **{(f"Get{kind}Policy", one): {"PolicyName": one, "PolicyDocument": said} for one, said in policies.items()},
        (f"ListAttached{kind}Policies", name): {"AttachedPolicies": [{"PolicyArn": one} for one in attached]},
    }


def managed(name: str, said: dict[str, Any]) -> Answers:
    """Return the answers about a managed policy."""
    arn = f"{NAMES['policy']}/{name}"
    version = {"PolicyVersion": {"Document": said, "VersionId": "v2", "IsDefaultVersion": True}}
    return {("GetPolicy", arn): {"Policy": {"DefaultVersionId": "v2"}}, ("GetPolicyVersion", arn): version}


def key(policy: dict[str, Any], grants: list[Any] | None = None, alias: str = "", **more: Any) -> Answers:
    """Return the answers about the key."""
    tags = [{"TagKey": name, "TagValue": value} for name, value in more.pop("tags", {}).items()]
    metadata = {"Arn": KEY, "KeyId": ID, "KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT", "Origin": "AWS_KMS", **more}
    return {
        ("DescribeKey", ""): {"KeyMetadata": metadata},
        ("GetKeyPolicy", ""): {"Policy": json.dumps(policy)},
        ("ListGrants", ""): {"Grants": grants or []},
        ("ListResourceTags", ""): {"Tags": tags},
        ("ListAliases", ""): {"Aliases": [{"AliasName": alias, "TargetKeyId": ID}] if alias else []},
    }


def compiled(run: Runner, text: str) -> tuple[dict[str, Any], Answers]:
    """Write an intent; return the key policy and the answers about its principals that it compiles to."""
    intent = load_intent(run.write("intent.yaml", text))
    bundle = compile_intent(intent).bundle
    policy = json.dumps(format_document(bundle.keys[0].policy)).replace(bundle.keys[0].key.arn.rpartition("/")[2], ID)
    answers: Answers = {**principal("Role", "app"), **principal("Role", "boss")}
    for arn, held in bundle.principals.items():
        said = {f"p{number}": format_document(one) for number, one in enumerate(held.identity_policies)}
        text = json.dumps(said).replace(bundle.keys[0].key.arn.rpartition("/")[2], ID)
        answers |= principal("Role", arn.rpartition("/")[2], json.loads(text))
    return json.loads(policy), answers


def answer(monkeypatch: pytest.MonkeyPatch, answers: Answers) -> list[str]:
    """Put answers in place of AWS; return the calls as they are made. Nobody exists of whom there is no answer."""
    made: list[str] = []

    def call(_client: BaseClient, operation: str, asked: dict[str, Any]) -> Any:
        names = [asked[one] for one in ("PolicyName", "RoleName", "UserName", "GroupName", "PolicyArn") if one in asked]
        made.append(" ".join([operation, *names]))
        for name in (*names, ""):
            if (operation, name) in answers:
                return answers[operation, name]
        raise ClientError({"Error": {"Code": "NoSuchEntity", "Message": "none"}}, operation)

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    return made


def sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set credentials that nobody looks at."""
    for name, value in (("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "y"), ("AWS_REGION", "us-east-1")):
        monkeypatch.setenv(name, value)

"""Rules of reading what the AWS command line prints of keys and of IAM, in a file or in a folder of them."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kmsgen.cli.app import app
from kmsgen.errors import InputError
from kmsgen.sources.beside import NOTHING, Beside
from kmsgen.sources.subject import Subject, identify, read_subject

ARN = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OTHER = "arn:aws:kms:us-east-1:111122223333:key/0000abcd-12ab-34cd-56ef-1234567890ab"
HOME = "arn:aws:iam::111122223333"
ROOT = {"Sid": "Root", "Effect": "Allow", "Principal": {"AWS": f"{HOME}:root"}, "Action": "kms:*", "Resource": "*"}
PUBLIC = {"Sid": "Public", "Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}
KMS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]}
GRANT = {"KeyId": ARN, "GrantId": "g", "GranteePrincipal": "dynamodb.us-east-1.amazonaws.com", "Operations": ["Decrypt"],
         "IssuingAccount": f"{HOME}:root", "CreationDate": "2024-05-01T12:00:00+00:00"}  # fmt: skip
KEY = {"AWSAccountId": "111122223333", "KeyId": ARN[-36:], "Arn": ARN, "Enabled": True, "KeySpec": "RSA_2048",
       "KeyUsage": "SIGN_VERIFY", "KeyState": "Enabled", "Origin": "EXTERNAL", "KeyManager": "CUSTOMER", "MultiRegion": False,
       "CreationDate": 1.7e9}  # fmt: skip
METADATA = {"KeyMetadata": KEY}
ACCOUNT = {
    "UserDetailList": [
        {"Arn": f"{HOME}:user/u", "UserName": "u", "GroupList": ["g"], "AttachedManagedPolicies": []},
        {"Arn": f"{HOME}:user/v", "UserName": "v", "GroupList": ["elsewhere"], "AttachedManagedPolicies": []},
    ],
    "GroupDetailList": [{"GroupName": "g", "GroupPolicyList": [{"PolicyName": "p", "PolicyDocument": KMS}]}],
    "RoleDetailList": [
        {"Arn": f"{HOME}:role/team/r", "RoleName": "r", "RolePolicyList": [], "Tags": [{"Key": "team", "Value": "a"}],
         "AttachedManagedPolicies": [{"PolicyName": "own", "PolicyArn": f"{HOME}:policy/own"}],
         "PermissionsBoundary": {"PermissionsBoundaryArn": f"{HOME}:policy/own"}},
        {"Arn": f"{HOME}:role/admin", "RoleName": "admin", "RolePolicyList": [],
         "AttachedManagedPolicies": [{"PolicyName": "x", "PolicyArn": "arn:aws:iam::aws:policy/NoSuchPolicy"}]},
    ],
    "Policies": [{"Arn": f"{HOME}:policy/own", "PolicyVersionList": [
        {"Document": {"Version": "2012-10-17", "Statement": []}, "VersionId": "v1", "IsDefaultVersion": False},
        {"Document": KMS, "VersionId": "v2", "IsDefaultVersion": True}]}],
    "IsTruncated": False,
}  # fmt: skip


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    """Return what get-key-policy prints of some statements."""
    return {"Policy": json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=1), "PolicyName": "default"}


def subject(folder: Path, beside: Beside = NOTHING, **answers: Any) -> Subject:
    """Read a folder of answers, each in a file of its name."""
    for name, answer in answers.items():
        path = folder / name.replace("__", "/").replace("_", "-")
        path.parent.mkdir(exist_ok=True)
        path.with_suffix(".json").write_text(json.dumps(answer))
    return read_subject(str(folder), beside)


def run(*arguments: str) -> tuple[int, str]:
    """Run kmsgen; return the exit code and what it printed."""
    done = CliRunner().invoke(app, arguments)
    return done.exit_code, done.stdout


def test_a_policy_in_its_answer_is_a_key_policy(tmp_path: Path) -> None:
    """With the places of its statements in the answer's text, whoever's key it is."""
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(policy(ROOT, PUBLIC), indent=1))
    assert run("prove", str(path), "--no-public")[0] == 1
    (found,) = [one for one in json.loads(run("lint", str(path), "--output", "json")[1]) if one["code"] == "public-access"]
    assert (found["location"]["line"], found["statements"]) == (2, ["key-policy/Public", *found["statements"][1:]])


@pytest.mark.parametrize("name", ["policy.txt", "policy.json", "policy"])
def test_a_policy_printed_as_text_ends_with_its_name(tmp_path: Path, name: str) -> None:
    """`--output text` prints the policy, a tab and `default`."""
    text = json.dumps({"Version": "2012-10-17", "Statement": [ROOT]}, indent=1)
    (tmp_path / name).write_text(f"{text}\tdefault\n")
    assert read_subject(str(tmp_path / name)).bundle.keys[0].policy.statements[0].sid == "Root"


def test_a_folder_of_answers_is_one_key(tmp_path: Path) -> None:
    """Its policy, grants, description, tags and aliases, told together."""
    found = subject(
        tmp_path, policy=policy(ROOT), grants={"Grants": [GRANT]}, key=METADATA,
        tags={"Tags": [{"TagKey": "a", "TagValue": "b"}], "Truncated": False},
        aliases={"Aliases": [{"AliasName": "alias/x", "TargetKeyId": ARN[-36:]}, {"AliasName": "alias/y", "TargetKeyId": "z"}]},
    )  # fmt: skip
    (access,) = found.bundle.keys
    assert (access.key.arn, access.key.spec, access.key.origin, access.key.tags) == (ARN, "RSA_2048", "EXTERNAL", (("a", "b"),))
    assert (access.key.aliases, access.policy.statements[0].sid) == (("alias/x",), "Root")
    assert found.tells_kind
    assert found.described.unknown == ()


def test_an_alias_is_of_the_key_in_its_region(tmp_path: Path) -> None:
    """Related multi-Region keys have one id, and each Region aliases of its own; each may have its answer."""
    arns = {
        region: f"arn:aws:kms:{region}:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab"
        for region in ("us-east-1", "eu-west-1")
    }
    answers = {}
    for region, arn in arns.items():
        name, short = f"alias/{region}", region.partition("-")[0]
        listed = {"AliasName": name, "AliasArn": f"{arn.partition('key/')[0]}{name}", "TargetKeyId": arn.rpartition("/")[2]}
        answers[f"key_{short}"] = {"KeyMetadata": {**KEY, "Arn": arn, "KeyId": arn.rpartition("/")[2], "MultiRegion": True}}
        answers[f"aliases_{short}"] = {"Aliases": [listed]}
    found = {access.key.arn: access.key.aliases for access in subject(tmp_path, **answers).bundle.keys}
    assert found == {arn: (f"alias/{region}",) for region, arn in arns.items()}


def test_the_grantee_of_a_listed_grant_may_be_a_service(tmp_path: Path) -> None:
    """ListGrants prints its name where it prints the ARN of others."""
    (grant,) = subject(tmp_path, policy=policy(ROOT), grants={"Grants": [GRANT]}).bundle.keys[0].grants
    assert (grant.grantee, grant.grantee_is_service) == ("dynamodb.us-east-1.amazonaws.com", True)


def test_a_key_whose_policy_no_answer_tells_may_have_any(tmp_path: Path) -> None:
    """Grants or a description alone prove nothing of the rest."""
    found = subject(tmp_path, grants={"Grants": [GRANT]}, key=METADATA)
    assert [one.what for one in found.described.unknown] == [f"the key policy of {ARN}, which no answer here tells"]
    assert run("prove", str(tmp_path), "--no-public")[0] == 1


def test_answers_about_several_keys_are_told_apart_by_their_paths(tmp_path: Path) -> None:
    """The id of the key stands in the name of the file, or of its folder."""
    described = [{"KeyMetadata": {**KEY, "Arn": arn, "KeyId": arn[-36:]}} for arn in (ARN, OTHER)]
    answers = {
        "one": described[0],
        "two": described[1],
        f"{ARN[-36:]}__policy": policy(ROOT),
        f"{OTHER[-36:]}": policy(ROOT, PUBLIC),
    }
    keys = subject(tmp_path, **answers).bundle.keys
    assert {access.key.arn: len(access.policy.statements) for access in keys} == {ARN: 1, OTHER: 2}


def test_two_policies_of_one_key_are_refused(tmp_path: Path) -> None:
    """Which of them it has cannot be told."""
    with pytest.raises(InputError, match="two answers of one kind"):
        subject(tmp_path, Beside(ARN), one=policy(ROOT), two=policy(ROOT, PUBLIC))


def test_the_iam_of_an_account_tells_who_holds_what(tmp_path: Path) -> None:
    """Inline, attached, through groups, under a boundary, with tags and paths; what it does not tell leaves its holder open."""
    found = subject(tmp_path, policy=policy(ROOT), key=METADATA, account=ACCOUNT)
    role, user = found.bundle.principals[f"{HOME}:role/team/r"], found.bundle.principals[f"{HOME}:user/u"]
    assert [one.statements[0].actions for one in (*role.identity_policies, *user.identity_policies)] == [("kms:*",)] * 2
    assert (role.boundary is not None, role.tags) == (True, (("team", "a"),))
    assert found.described.untold == {f"{HOME}:role/admin", f"{HOME}:user/v"}


def test_an_answer_that_was_cut_off_tells_nobody_whole(tmp_path: Path) -> None:
    """What comes after may be about anyone."""
    found = subject(tmp_path, policy=policy(ROOT), key=METADATA, account={**ACCOUNT, "IsTruncated": True})
    assert found.described.untold == set(found.bundle.principals)


def test_the_iam_of_an_account_alone_is_about_no_key(tmp_path: Path) -> None:
    """It says so."""
    path = tmp_path / "account.json"
    path.write_text(json.dumps(ACCOUNT))
    with pytest.raises(InputError, match="no answer here is about a key"):
        read_subject(str(path))


@pytest.mark.parametrize(
    "data",
    [
        {"Policy": "{"}, {"Policy": "[]"}, {"Policy": ""}, {"KeyMetadata": {}}, {"KeyMetadata": {"Arn": ["x"]}},
        {"Grants": [1]}, {"Grants": [{"KeyId": ARN}]}, {"Grants": [{"KeyId": {}}]}, {"UserDetailList": [{}]},
        {"RoleDetailList": [{"Arn": f"{HOME}:role/r", "RolePolicyList": [1]}]}, {"Aliases": [1]}, {"Tags": [1]},
        {"RoleDetailList": [{"Arn": f"{HOME}:role/r", "PermissionsBoundary": {"PermissionsBoundaryArn": []}}]},
        {"UserDetailList": [{"Arn": f"{HOME}:user/u", "AttachedManagedPolicies": [{"PolicyArn": {}}]}]},
    ],
)  # fmt: skip
def test_an_answer_of_another_shape_is_a_diagnostic(tmp_path: Path, data: Any) -> None:
    """Never a crash."""
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(data))
    with contextlib.suppress(InputError):
        assert identify(str(path)).read(NOTHING).described.no_key or data.keys() & {"Grants"}


CUT = [{"Truncated": True}, {"Truncated": True, "NextMarker": "m"}, {"NextToken": "t"}]


@pytest.mark.parametrize("more", [{}, {"Truncated": False}, *CUT])
def test_a_list_of_grants_that_was_cut_off_proves_nothing_of_grants(more: dict[str, Any], tmp_path: Path) -> None:
    """Whoever it is about may have one of the others: of a whole list that is proved not to be."""
    grants = {"Grants": [GRANT], **more}
    subject(tmp_path, policy=policy({**PUBLIC, "Principal": {"AWS": f"{HOME}:role/admin"}}), key=METADATA, grants=grants)
    ran = run("prove", str(tmp_path), "--never", "role/app kms:Sign", "--output", "json")
    (found,) = json.loads(ran[1])
    wanted = ("unknown", True) if more in CUT else ("proved", False)
    assert (found["result"], "the answer was cut off" in found["reason"]) == wanted


@pytest.mark.parametrize("more", CUT)
def test_a_list_of_aliases_or_tags_that_was_cut_off_tells_not_all(more: dict[str, Any], tmp_path: Path) -> None:
    """What is told is had, and what is not told may be."""
    aliases = {"Aliases": [{"AliasName": "alias/x", "AliasArn": f"{ARN[:40]}alias/x", "TargetKeyId": ARN[-36:]}], **more}
    tags = {"Tags": [{"TagKey": "team", "TagValue": "a"}], **more}
    found = subject(tmp_path, policy=policy(ROOT), key=METADATA, grants={"Grants": []}, aliases=aliases, tags=tags).described
    (access,) = found.bundle.keys
    assert (access.key.aliases, access.key.tags) == (("alias/x",), (("team", "a"),))
    assert {"kms:resourcealiases", "aws:resourcetag/"} <= set(found.hides)

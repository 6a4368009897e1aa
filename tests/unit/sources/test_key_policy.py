"""Rules of reading a bare key policy: what it tells of its key, and what is asked of every key that it may be for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kmsgen.cli.app import app
from kmsgen.errors import InputError
from kmsgen.sources.beside import NOTHING, Beside
from kmsgen.sources.subject import read_subject

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OTHER = "arn:aws:kms:eu-west-1:111122223333:key/0000abcd-12ab-34cd-56ef-1234567890ab"
ROOT = {
    "Sid": "Root",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
    "Action": "kms:*",
    "Resource": "*",
}
PUBLIC = {"Sid": "Public", "Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}


def written(folder: Path, *statements: dict[str, Any]) -> str:
    """Write a key policy; return its path."""
    path = folder / "policy.json"
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))
    return str(path)


def proved(path: str, *options: str) -> tuple[str, str]:
    """Return the result of one proof, and its reason."""
    done = CliRunner().invoke(app, ["prove", path, *options, "--output", "json"])
    (proof,) = json.loads(done.stdout)
    return proof["result"], proof["reason"]


@pytest.mark.parametrize(
    ("resource", "arn"),
    [
        (KEY, KEY),
        (
            "arn:aws:kms:eu-west-1:444455556666:key/*",
            "arn:aws:kms:eu-west-1:444455556666:key/00000000-0000-0000-0000-000000000000",
        ),
        ("*", "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-0000-0000-000000000000"),
    ],
)
def test_the_key_that_stands_in_resource_is_the_key(tmp_path: Path, resource: str, arn: str) -> None:
    """Or one of its account and Region; else one of the account that the policy names."""
    subject = read_subject(written(tmp_path, {**ROOT, "Resource": resource}))
    assert subject.bundle.keys[0].key.arn == arn


@pytest.mark.parametrize(("arn", "result"), [(None, "unknown"), (KEY, "refuted"), (OTHER, "proved")])
def test_which_of_several_keys_it_is_of_is_not_told(tmp_path: Path, arn: str | None, result: str) -> None:
    """A policy that was copied names two keys: one at most is its own."""
    path = written(tmp_path, ROOT, {**PUBLIC, "Resource": KEY}, {**ROOT, "Sid": "Other", "Resource": OTHER})
    found, reason = proved(path, "--no-public", *(("--key-arn", arn) if arn else ()))
    assert (found, "which of the keys in Resource" in reason) == (result, arn is None)


@pytest.mark.parametrize(("arn", "result"), [(None, "unknown"), (KEY, ""), (OTHER, "")])
@pytest.mark.parametrize(("element", "of_each"), [("Resource", ("proved", "refuted")), ("NotResource", ("refuted", "proved"))])
def test_a_deny_does_not_tell_which_key_it_is_of(
    tmp_path: Path, arn: str | None, result: str, element: str, of_each: tuple[str, str]
) -> None:
    """A key in its Resource may be another one, which it then denies in vain; so in NotResource, where it denies everything."""
    deny = {"Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", element: KEY}
    found, reason = proved(written(tmp_path, ROOT, PUBLIC, deny), "--no-public", *(("--key-arn", arn) if arn else ()))
    assert (found, "which of the keys in Resource" in reason) == (result or of_each[arn != KEY], arn is None)


@pytest.mark.parametrize(
    ("condition", "result"),
    [
        ({"StringEquals": {"aws:RequestedRegion": "ap-south-1"}}, "refuted"),
        ({"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}, "refuted"),
        ({"StringLike": {"aws:RequestedRegion": "me-*"}}, "refuted"),
        ({"StringEquals": {"aws:RequestedRegion": "ap-south-1"}, "StringLike": {"aws:RequestedRegion": "eu-*"}}, "proved"),
        ({"StringEquals": {"aws:RequestedRegion": "nowhere"}}, "proved"),
    ],
)  # fmt: skip
def test_the_region_is_any_that_conditions_speak_of(tmp_path: Path, condition: Any, result: str) -> None:
    """A key policy does not tell it: what is possible in one of them is possible; in two at once nothing is."""
    assert proved(written(tmp_path, ROOT, {**PUBLIC, "Condition": condition}), "--no-public")[0] == result


def test_with_the_key_told_its_region_is_told(tmp_path: Path) -> None:
    """And a condition on another one never holds."""
    path = written(tmp_path, ROOT, {**PUBLIC, "Condition": {"StringEquals": {"aws:RequestedRegion": "ap-south-1"}}})
    assert proved(path, "--no-public", "--key-arn", KEY)[0] == "proved"


@pytest.mark.parametrize(("action", "words"), [("ReplicateKey", "multi-Region"), ("ImportKeyMaterial", "EXTERNAL")])
def test_the_make_is_any_that_an_action_is_for(tmp_path: Path, action: str, words: str) -> None:
    """Whether the key is multi-Region, or has imported material, is not told."""
    result, reason = proved(written(tmp_path, ROOT), "--never", f"role/x kms:{action}")
    assert (result, words in reason) == ("refuted", True)


@pytest.mark.parametrize(
    ("condition", "options", "result"),
    [
        ({"StringEquals": {"aws:ResourceTag/open": "yes"}}, (), "unknown"),
        ({"StringEquals": {"aws:ResourceTag/open": "yes"}}, ("--tags", "open=no"), "proved"),
        ({"StringEquals": {"aws:PrincipalTag/open": "${aws:ResourceTag/open}"}}, (), "unknown"),
        ({"StringEquals": {"aws:PrincipalTag/open": "${ \t\naws:ResourceTag/open}"}}, (), "unknown"),
        ({"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/open"}}, (), "unknown"),
        ({"StringEquals": {"kms:KeyOrigin": "EXTERNAL"}}, (), "unknown"),
        ({"StringEquals": {"kms:KeySpec": "RSA_2048"}}, (), "refuted"),
        ({"StringEquals": {"aws:UserAgent": "${ kms:KeySpec }"}, "StringLike": {"aws:UserAgent": "RSA_*"}}, (), "unknown"),
        ({"StringEquals": {"aws:UserAgent": "${ aws:RequestedRegion }"}, "StringLike": {"aws:UserAgent": "ap-*"}}, (), "unknown"),
        ({"StringEquals": {"kms:KeySpec": "RSA_2048"}}, ("--key-spec", "SYMMETRIC_DEFAULT"), "proved"),
        ({"StringEquals": {"kms:KeySpec": "RSA_2048"}}, ("--key-spec", "RSA_2048:ENCRYPT_DECRYPT"), "refuted"),
        ({"Bool": {"kms:MultiRegion": "true"}}, (), "unknown"),
        ({"Bool": {"kms:MultiRegion": "true"}}, ("--key-arn", KEY), "proved"),
    ],
)
def test_a_property_of_the_key_matters_where_a_statement_looks_at_it(
    tmp_path: Path, condition: Any, options: tuple[str, ...], result: str
) -> None:
    """Not told it may be any; told by an option, or by the key's ARN, it is that."""
    path = written(tmp_path, ROOT, {**PUBLIC, "Condition": condition})
    assert proved(path, "--no-public", *options)[0] == result


def test_what_no_statement_looks_at_is_not_mentioned(tmp_path: Path) -> None:
    """Tags, aliases and origin of the key are nobody's business then."""
    assert read_subject(written(tmp_path, ROOT, PUBLIC)).described.unknown == ()


@pytest.mark.parametrize("spec", ["RSA_2048", "RSA_2049", "RSA_2048:GENERATE_VERIFY_MAC"])
def test_a_spec_with_several_usages_needs_one(tmp_path: Path, spec: str) -> None:
    """And it must be one that KMS has."""
    done = CliRunner().invoke(app, ["prove", written(tmp_path, ROOT), "--no-public", "--key-spec", spec])
    assert isinstance(done.exception, InputError)


def test_a_policy_of_no_account_is_about_no_key(tmp_path: Path) -> None:
    """Unless the key is told."""
    path = written(tmp_path, PUBLIC)
    with pytest.raises(InputError, match="does not tell whose key"):
        read_subject(path, NOTHING)
    assert read_subject(path, Beside(KEY)).bundle.keys[0].key.arn == KEY


def test_an_iam_policy_beside_it_may_look_at_what_is_not_told(tmp_path: Path) -> None:
    """Such as the aliases of the key: whether the policy fits it is open."""
    allow = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}
    held = {**allow, "Condition": {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/x"}}}
    (tmp_path / "iam.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": [held]}))
    beside = ("--identity-policy", f"arn:aws:iam::111122223333:role/x={tmp_path / 'iam.json'}")
    found, reason = proved(written(tmp_path, ROOT), "--never", "role/x kms:Decrypt", *beside)
    assert (found, "the aliases of the key" in reason) == ("unknown", True)

"""Findings on several keys of one file, and what is told of a key without a search."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from kmsgen.checks.lint.key import LintedKey
from kmsgen.checks.lint.written import KEY_POLICY, Written
from kmsgen.cli.jobs.findings.linting import findings_of
from kmsgen.cli.reports.findings import shown
from kmsgen.cli.reports.linted import show
from kmsgen.errors import NOWHERE
from kmsgen.policy.bundle import Bundle, Key, KeyAccess, PrincipalPolicies
from kmsgen.policy.json_form import parse_document
from kmsgen.prover import Budget, Result
from kmsgen.prover.minimality import Minimality
from kmsgen.prover.prove import prove
from kmsgen.prover.question import NoLockout, NoPublic
from kmsgen.sources.beside import NOTHING
from kmsgen.sources.subject import identify

HOME, OTHER = "111122223333", "444455556666"
KEY = f"arn:aws:kms:us-west-2:{HOME}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ADMIN = f"arn:aws:iam::{HOME}:role/admin"
ROOT = {"Sid": "Root", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{HOME}:root"}, "Action": "kms:*", "Resource": "*"}
PUBLIC = {"Sid": "Use", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["kms:Decrypt"], "Resource": "*"}


def template(folder: Path, count: int) -> str:
    """Write a template of so many keys that anybody may use; return its path."""
    policy = {"Version": "2012-10-17", "Statement": [ROOT, PUBLIC]}
    key = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": policy}}
    path = folder / "template.json"
    path.write_text(json.dumps({"Resources": {f"Key{number}": key for number in range(count)}}))
    return str(path)


def test_each_of_eight_public_keys_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The finding names its key, in the text and as data; one key alone needs no name."""
    found = [one for one in findings_of(identify(template(tmp_path, 8)).read(NOTHING)).all if one.code == "public-access"]
    assert len({one.key for one in found}) == len(found) == 8
    show(shown(found, "text"), "text")
    told = capsys.readouterr().out
    assert all(f"`{one.key}`" in told for one in found)
    show(shown(found, "json"), "json")
    assert [one["key"] for one in json.loads(capsys.readouterr().out)] == [one.key for one in found]
    assert {one.key for one in findings_of(identify(template(tmp_path, 1)).read(NOTHING)).all} == {""}


def test_what_fits_another_kind_of_any_key_may_not_go(tmp_path: Path) -> None:
    """A folder that render wrote tells the kind of none of its keys; what may go from one key's policy is that key's alone."""
    by_mac = {**PUBLIC, "Sid": "Mac", "Principal": {"AWS": ADMIN}, "Action": "kms:GenerateMac"}
    twice = [{**by_mac, "Sid": sid, "Action": "kms:DescribeKey"} for sid in ("Mac", "Again")]
    use = {**by_mac, "Sid": "Use", "Action": "kms:Decrypt"}
    policies = {"a": [ROOT], "b": [ROOT, use, by_mac], "c": [ROOT, use, *twice]}
    for name, statements in policies.items():
        (tmp_path / f"key-policy-{name}.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": statements}))
    files = [{"path": f"key-policy-{name}.json", "kind": "key-policy", "format": "json"} for name in policies]
    (tmp_path / "manifest.json").write_text(json.dumps({"files": files}))
    found = [one for one in findings_of(identify(str(tmp_path)).read(NOTHING)).all if one.code.endswith("-statement")]
    assert [(one.code, one.key.rpartition("/")[2]) for one in found] == [("shadowed-statement", "c")]


STATEMENTS: dict[str, dict[str, Any]] = {
    "the account": {"Principal": {"AWS": f"arn:aws:iam::{HOME}:root"}},
    "an admin": {"Principal": {"AWS": ADMIN}},
    "another account": {"Principal": {"AWS": OTHER}},
    "everybody": {"Principal": "*"},
    "everybody else": {"NotPrincipal": {"AWS": ADMIN}},
    "everybody of the account": {"Principal": "*", "Condition": {"StringEquals": {"kms:CallerAccount": HOME}}},
    "an admin with MFA": {"Principal": {"AWS": ADMIN}, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}},
    "an admin at an impossible place": {"Principal": {"AWS": ADMIN}, "Condition": {"StringEquals": {"kms:KeySpec": "RSA_1"}}},
    "a service": {"Principal": {"Service": "logs.us-west-2.amazonaws.com"}},
    "a session": {"Principal": {"AWS": f"arn:aws:sts::{HOME}:assumed-role/admin/session"}},
}
DENIES: dict[str, dict[str, Any]] = {
    "no deny": {},
    "all denied": {"Principal": "*", "Action": "kms:PutKeyPolicy"},
    "the admin denied": {"Principal": {"AWS": ADMIN}, "Action": "kms:*"},
}
ADMINS = {"an undescribed admin": {}, "an admin without IAM policies": {ADMIN: PrincipalPolicies()}}


@pytest.mark.parametrize(("allowed", "denied", "beside"), list(product(STATEMENTS, DENIES, ADMINS)))
def test_what_needs_no_search_is_what_the_search_says(allowed: str, denied: str, beside: str) -> None:
    """A shortcut is taken only where the proof would say the same."""
    statements = [{"Effect": "Allow", "Action": "kms:*", "Resource": "*", **STATEMENTS[allowed]}]
    statements += [{"Effect": "Deny", "Resource": "*", **DENIES[denied]}] if DENIES[denied] else []
    policy = parse_document({"Version": "2012-10-17", "Statement": statements})
    bundle = Bundle((KeyAccess(Key(KEY), policy),), ADMINS[beside])
    key = LintedKey(bundle, (Written(policy, KEY_POLICY, lambda _steps: NOWHERE),), Minimality(), Budget())
    assert key.public.result is prove(bundle, NoPublic()).result
    assert (key.lockout.result is Result.PROVED) == (prove(bundle, NoLockout()).result is Result.PROVED)


def test_no_search_where_nobody_unnamed_is_meant_and_somebody_may_put(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commonest policies are told without one; a thousand keys would feel it."""
    monkeypatch.setattr("kmsgen.checks.lint.key.prove", None)
    policy = parse_document({"Version": "2012-10-17", "Statement": [ROOT]})
    bundle = Bundle((KeyAccess(Key(KEY), policy),))
    key = LintedKey(bundle, (Written(policy, KEY_POLICY, lambda _steps: NOWHERE),), Minimality(), Budget())
    assert key.public.result is key.lockout.result is Result.PROVED

"""A bare key policy does not tell of which kind its key is: nothing that depends on it is taken for granted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kmsgen.cli.app import app
from kmsgen.policy.bundle import KIND, Bundle, Key, KeyAccess
from kmsgen.policy.json_form import parse_document
from kmsgen.prover.key_forms import forms_of
from kmsgen.prover.key_kinds import KINDS
from kmsgen.sources.key_kinds import likely_kind

ARN = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ADMIN = {"Sid": "Admin", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/admin"},
         "Action": ["kms:PutKeyPolicy", "kms:DescribeKey"], "Resource": "*"}  # fmt: skip


def policy(*actions: str, principal: Any = "*", condition: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a policy with an administrator and one more Allow."""
    more = {"Condition": condition} if condition else {}
    user = {"Sid": "User", "Effect": "Allow", "Principal": principal, "Action": list(actions), "Resource": "*", **more}
    return {"Version": "2012-10-17", "Statement": [ADMIN, user]}


def kinds(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the kinds of key that a policy is asked about."""
    document = parse_document(data)
    spec, usage = likely_kind(document)
    key = Key(ARN, spec, usage, untold=frozenset((KIND,)))
    return [(one.spec, one.usage) for one in forms_of(Bundle((KeyAccess(key, document),))).keys]


def run(*arguments: str) -> tuple[int, str]:
    """Run kmsgen; return the exit code and what it printed."""
    done = CliRunner().invoke(app, arguments)
    return done.exit_code, done.stdout


@pytest.mark.parametrize(
    ("actions", "kind"),
    [
        (("kms:Decrypt",), ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")),
        (("kms:*",), ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")),
        (("kms:Sign", "kms:GetPublicKey"), ("RSA_2048", "SIGN_VERIFY")),
        (("kms:Decrypt", "kms:GetPublicKey"), ("RSA_2048", "ENCRYPT_DECRYPT")),
        (("kms:GenerateMac",), ("HMAC_256", "GENERATE_VERIFY_MAC")),
        (("kms:DeriveSharedSecret",), ("ECC_NIST_P256", "KEY_AGREEMENT")),
        (("kms:Decapsulate",), ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE")),
    ],
)
def test_a_policy_is_read_as_that_of_the_key_it_speaks_of(actions: tuple[str, ...], kind: tuple[str, str]) -> None:
    """The actions named in full tell the kind; a wildcard tells nothing."""
    assert likely_kind(parse_document(policy(*actions))) == kind


def test_a_service_that_takes_one_kind_alone_tells_it() -> None:
    """The key of a policy for the DNSSEC of Route 53 is the one that it can use, where the actions leave others too."""
    data = policy("kms:Sign", "kms:GetPublicKey", principal={"Service": "dnssec-route53.amazonaws.com"})
    assert likely_kind(parse_document(data)) == ("ECC_NIST_P256", "SIGN_VERIFY")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (policy("kms:Decrypt"), 1),
        (policy("kms:Sign", "kms:Verify"), 1),
        (policy("kms:*"), len(KINDS) - 1),  # what RSA keys for encryption know, others know
        (policy("kms:Decrypt", condition={"StringEquals": {"kms:KeyUsage": "ENCRYPT_DECRYPT"}}), 2),
        (policy("kms:Decrypt", condition={"StringEquals": {"kms:EncryptionAlgorithm": "RSAES_OAEP_SHA_1"}}), 2),
        (policy("kms:Decrypt", condition={"Null": {"kms:EncryptionContext:a": "true"}}), 1),
        (policy("kms:Decrypt", condition={"StringEquals": {"kms:KeySpec": "RSA_3072"}}), 2),
    ],
)
def test_every_kind_that_may_change_the_answer_is_asked_about(data: dict[str, Any], expected: int) -> None:
    """Kinds on which nothing more is allowed are left out; a condition on the spec brings those that it names."""
    assert len(kinds(data)) == len(set(kinds(data))) == expected


@pytest.mark.parametrize(
    ("data", "never"),
    [
        (policy("kms:Sign"), "* kms:Sign"),
        (policy("kms:Decrypt", "kms:Sign"), "* kms:Sign"),
        (policy("kms:Decrypt", "kms:Encapsulate"), "* kms:Encapsulate"),
        (policy("kms:*"), "* kms:GenerateMac"),
        (policy("kms:Decrypt", condition={"StringEquals": {"kms:KeySpec": "RSA_4096"}}), "* kms:Decrypt"),
        (policy("kms:Decrypt", condition={"StringEquals": {"kms:EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}}), "* kms:Decrypt"),
    ],
)
def test_nothing_is_proved_by_taking_the_key_for_a_symmetric_one(tmp_path: Path, data: dict[str, Any], never: str) -> None:
    """An access that some kind of key would allow refutes the question, public access too."""
    (tmp_path / "policy.json").write_text(json.dumps(data))
    code, text = run("prove", str(tmp_path / "policy.json"), "--never", never, "--no-public", "--output", "json")
    assert [one["result"] for one in json.loads(text)] == ["refuted", "refuted"]
    assert code == 1


def test_an_asymmetric_policy_is_not_dead(tmp_path: Path) -> None:
    """What a signing key needs is no dead statement, and what no kind of key can meet still is."""
    role = {"AWS": "arn:aws:iam::111122223333:role/app"}
    data = policy("kms:Sign", "kms:GetPublicKey", principal=role)
    data["Statement"].append({**ADMIN, "Sid": "Dead", "Condition": {"StringEquals": {"kms:CallerAccount": "nobody"}}})
    (tmp_path / "policy.json").write_text(json.dumps(data))
    _, text = run("lint", str(tmp_path / "policy.json"), "--output", "json")
    assert [(one["code"], one["statements"]) for one in json.loads(text)] == [("dead-statement", ["key-policy/Dead"])]


@pytest.mark.parametrize("turned", [False, True])
def test_a_difference_on_another_kind_of_key_is_shown(tmp_path: Path, turned: bool) -> None:  # noqa: FBT001 - a case
    """Sign is gained, or lost, though a symmetric key knows no Sign."""
    paths = [tmp_path / "old.json", tmp_path / "new.json"]
    for path, actions in zip(paths, (("kms:Decrypt",), ("kms:Decrypt", "kms:Sign")), strict=True):
        path.write_text(json.dumps(policy(*actions, principal={"AWS": "arn:aws:iam::111122223333:role/app"})))
    code, text = run("diff", *map(str, reversed(paths) if turned else paths), "--fail-on", "any", "--output", "json")
    found = json.loads(text)
    assert [one["actions"] for one in found["lost" if turned else "gained"]] == [["kms:Sign"]]
    assert found["gained" if turned else "lost"] == []
    assert code == 1

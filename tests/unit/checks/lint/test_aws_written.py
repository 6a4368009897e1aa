"""Key policies as AWS itself writes them: notes, not warnings, unless they open something."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kmsgen.cli.jobs.findings.linting import findings_of
from kmsgen.sources.beside import Beside
from kmsgen.sources.subject import identify
from tests.unit.checks.lint.linting import HOME, KEY, OTHER, ROOT, allow, findings, write

ACCOUNT = allow("kms:*", Sid="Enable IAM User Permissions", Principal={"AWS": ROOT})
ADMINISTRATORS = {"AWS": [f"arn:aws:iam::{HOME}:role/Admin", f"arn:aws:iam::{HOME}:user/Boss"]}
USERS = {"AWS": [f"arn:aws:iam::{HOME}:role/App", f"arn:aws:iam::{OTHER}:root"]}
ADMINISTER = (
    "kms:Create*", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*", "kms:Revoke*", "kms:Disable*",
    "kms:Get*", "kms:Delete*", "kms:TagResource", "kms:UntagResource", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion",
)  # fmt: skip
ENCRYPT = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")
ATTACH = allow(
    "kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant", Sid="Allow attachment of persistent resources", Principal=USERS,
    Condition={"Bool": {"kms:GrantIsForAWSResource": True}},
)  # fmt: skip


def console(*use: str, more: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return the console's default policy for a type of key (KMS Developer Guide, key-policy-default)."""
    administer = allow(*ADMINISTER, *more, Sid="Allow access for Key Administrators", Principal=ADMINISTRATORS)
    return [ACCOUNT, administer, allow(*use, Sid="Allow use of the key", Principal=USERS), ATTACH]


OF_TRAILS = f"arn:aws:cloudtrail:*:{HOME}:trail/*"
IN_ACCOUNT = {"kms:CallerAccount": HOME}
READ_LOGS = {"StringEquals": IN_ACCOUNT, "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": OF_TRAILS}}
TRAIL = {
    "StringEquals": {"aws:SourceArn": f"arn:aws:cloudtrail:us-west-2:{HOME}:trail/main"},
    "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": OF_TRAILS},
}
CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}
POLICIES: dict[str, list[dict[str, Any]]] = {
    "the API's default": [ACCOUNT],
    "the console's, symmetric": console(*ENCRYPT, more=("kms:RotateKeyOnDemand",)),
    "the console's, as it was before rotation on demand": console(*ENCRYPT),
    "the console's, imported material": console(*ENCRYPT, more=("kms:ImportKeyMaterial",)),
    "the console's, several Regions": console(*ENCRYPT, more=("kms:ReplicateKey", "kms:UpdatePrimaryRegion")),
    "the console's, RSA": console("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:DescribeKey", "kms:GetPublicKey"),
    "the console's, signing": console("kms:DescribeKey", "kms:GetPublicKey", "kms:Sign", "kms:Verify"),
    "the console's, HMAC": console("kms:DescribeKey", "kms:GenerateMac", "kms:VerifyMac"),
    "the console's, key agreement": console("kms:DescribeKey", "kms:GetPublicKey", "kms:DeriveSharedSecret"),
    "CloudTrail's, for a trail": [
        allow("kms:*", Sid="Enable IAM user permissions", Principal={"AWS": [ROOT, f"arn:aws:iam::{HOME}:user/maker"]}),
        allow("kms:GenerateDataKey*", Sid="Allow CloudTrail to encrypt logs", Principal=CLOUDTRAIL, Condition=TRAIL),
        allow("kms:DescribeKey", Sid="Allow CloudTrail to describe key", Principal=CLOUDTRAIL),
        allow("kms:Decrypt", "kms:ReEncryptFrom", Sid="Allow principals in the account to decrypt log files",
            Principal={"AWS": "*"}, Condition=READ_LOGS),
        allow("kms:CreateAlias", Sid="Allow alias creation during setup", Principal={"AWS": "*"},
            Condition={"StringEquals": {**IN_ACCOUNT, "kms:ViaService": "ec2.us-west-2.amazonaws.com"}}),
    ],
    "CloudWatch Logs'": [
        ACCOUNT,
        allow("kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*",
            Principal={"Service": "logs.us-west-2.amazonaws.com"},
            Condition={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:us-west-2:{HOME}:*"}}),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", POLICIES)
def test_what_aws_writes_gives_notes(tmp_path: Path, name: str) -> None:
    """Nothing that fails a gate at its default; the wildcards of a statement are one note."""
    found = findings(tmp_path, *POLICIES[name])
    assert [(one.code, one.message) for one in found if one.severity != "note"] == []
    wildcards = [one.statements for one in found if one.code == "wildcard-action"]
    assert len(wildcards) == len(set(wildcards)) > 0


@pytest.mark.parametrize(
    "name", ["the API's default", "the console's, symmetric", "CloudTrail's, for a trail", "CloudWatch Logs'"]
)
def test_what_aws_writes_gives_notes_where_the_kind_of_key_is_told(tmp_path: Path, name: str) -> None:
    """Nor where it is told that it is for a symmetric key, as a template does: a pattern may take in what never matches."""
    kind = ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")
    found = findings_of(identify(write(tmp_path, *POLICIES[name])).read(Beside(KEY, kind=kind))).all
    assert [(one.code, one.message) for one in found if one.severity != "note"] == []


def test_the_same_statements_warn_where_they_open_something(tmp_path: Path) -> None:
    """Grants by administrators of another account, who cannot change the policy; public use."""
    foreign = allow(*ADMINISTER, Principal={"AWS": f"arn:aws:iam::{OTHER}:role/Admin"})
    assert {one.code: one.severity for one in findings(tmp_path, ACCOUNT, foreign)}["bare-create-grant"] == "warning"
    public = allow(*ENCRYPT, Sid="Allow use of the key", Principal={"AWS": "*"})
    assert {one.code: one.severity for one in findings(tmp_path, ACCOUNT, public)}["public-access"] == "error"
    service = allow("kms:GenerateDataKey", "kms:Decrypt", Principal=CLOUDTRAIL)
    assert {one.code: one.severity for one in findings(tmp_path, ACCOUNT, service)}["confused-deputy"] == "warning"

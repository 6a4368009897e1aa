"""Principals that KMS refuses or that mean nobody, each told at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.checks.lint.linting import ADMIN, APP, HOME, ROOT, allow, of_code

IAM = "arn:aws:iam::"
BAD = [
    ("AWS", "123456789", "12 digits"),
    ("AWS", "1234567890123", "12 digits"),
    ("AWS", f"{IAM}123456789:root", "12 digits"),
    ("AWS", f"{IAM}123456789:user/jane", "12 digits"),
    ("AWS", f"{IAM}aws:policy/AdministratorAccess", "policy"),
    ("AWS", f"{IAM}{HOME}:policy/mine", "policy"),
    ("AWS", f"{IAM}{HOME}:instance-profile/web", "instance profile"),
    ("AWS", f"{IAM}{HOME}:group/team", "group"),
    ("AWS", f"arn:aws:iam:us-west-2:{HOME}:role/app", "Region"),
    ("AWS", f"arn:aws:sts:us-west-2:{HOME}:assumed-role/app/session", "Region"),
    ("AWS", f"arn:aws:sts::{HOME}:assumed-role/app", "session"),
    ("AWS", f"{IAM}{HOME}:role/app-*", "wildcard"),
    ("AWS", f"{IAM}{HOME}:role/ap?", "wildcard"),
    ("AWS", f"{IAM}${{AWS::AccountId}}:root", "variable"),
    ("AWS", "${aws_iam_role.app.arn}", "variable"),
    ("AWS", f"{IAM}{HOME}:user/${{aws:username}}", "variable"),
    ("AWS", f"{IAM}{HOME}:role/", "no principal"),
    ("AWS", f"{IAM}{HOME}:root/x", "no principal"),
    ("AWS", f"{IAM}{HOME}:saml-provider/idp", "no principal"),
    ("AWS", f"arn:aws:s3:::{HOME}", "no principal"),
    ("AWS", "role/app", "no principal"),
    ("AWS", "AIDAEXAMPLEID12345678", "deleted"),
    ("Service", "lambda", "no service"),
    ("Service", "*.amazonaws.com", "no service"),
    ("Service", "logs.${AWS::Region}.amazonaws.com", "variable"),
    ("Federated", "cognito-identity.amazonaws.com", "identity provider"),
]
GOOD = [
    ("AWS", "*"),
    ("AWS", HOME),
    ("AWS", ROOT),
    ("AWS", f"{IAM}{HOME}:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS"),
    ("AWS", f"{IAM}{HOME}:user/team/jane"),
    ("AWS", f"arn:aws-us-gov:iam::{HOME}:role/app"),
    ("AWS", f"arn:aws:sts::{HOME}:assumed-role/app/session"),
    ("AWS", f"arn:aws:sts::{HOME}:federated-user/jane"),
    ("Service", "logs.us-west-2.amazonaws.com"),
    ("CanonicalUser", "0" * 64),
]


@pytest.mark.parametrize(("kind", "value", "said"), BAD, ids=[value for _, value, _ in BAD])
def test_what_is_no_principal(tmp_path: Path, kind: str, value: str, said: str) -> None:
    """An error that quotes it and says what it is instead; in a NotPrincipal it is none either."""
    for element in ("Principal", "NotPrincipal"):
        (found,) = of_code("bad-principal", tmp_path, allow(Effect="Deny", **{"Principal": None, element: {kind: value}}))
        assert found.severity == "error"
        assert found.message.startswith(f"`{value}` ")
        assert said in found.message
        assert found.hint


@pytest.mark.parametrize(("kind", "value"), GOOD, ids=[value for _, value in GOOD])
def test_what_is_a_principal(tmp_path: Path, kind: str, value: str) -> None:
    """Every form that AWS documents, and the one of which it says nothing."""
    assert of_code("bad-principal", tmp_path, allow(Principal={kind: [APP, value] if kind == "AWS" else value})) == []


def test_each_bad_principal_is_told_at_its_place(tmp_path: Path) -> None:
    """One finding an entry, in its line, also where kinds are mixed."""
    values = [ADMIN, f"{IAM}{HOME}:group/a", APP, f"{IAM}12:root"]
    found = of_code("bad-principal", tmp_path, allow(Principal={"Service": "lambda", "AWS": values}))
    lines = (tmp_path / "policy.json").read_text().splitlines()
    assert [lines[one.location.line - 1].strip(' ",') for one in found] == [
        'Service": "lambda',
        values[1],
        values[3],
    ]

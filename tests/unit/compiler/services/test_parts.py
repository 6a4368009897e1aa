"""What of a service's statements a line asks for."""

from __future__ import annotations

import pytest

from tests.unit.compiler.service_lines import ACCOUNT, codes, compiled, given, use

OTHER = "444455556666"

TRAIL = "arn:aws:cloudtrail:us-east-1:111122223333:trail/t"

CLOUDTRAIL = "cloudtrail.amazonaws.com"

LOGS = "logs.us-east-1.amazonaws.com"

VIA = "StringEquals kms:ViaService"


def test_can_gives_what_is_optional() -> None:
    """CloudTrail's Decrypt, for a bucket with an S3 Bucket Key, under the trail that the line names."""
    found = compiled(use("cloudtrail", resources=(TRAIL,)), use("cloudtrail", resources=(TRAIL,), can=("Decrypt",)))
    assert given(found, CLOUDTRAIL)["Decrypt"] == [{"StringLike aws:SourceArn": (TRAIL,)}]
    assert "Decrypt" not in given(compiled(use("cloudtrail", resources=(TRAIL,))), CLOUDTRAIL)
    assert "service-gap" not in codes(found)
    assert "service-gap" in codes(compiled(use("cloudtrail", accounts=(ACCOUNT,)), use("cloudtrail", can=("Decrypt",))))


@pytest.mark.parametrize(
    ("line", "principal", "actions"),
    [
        (use("cloudtrail", resources=(TRAIL,), can=("Decrypt",)), CLOUDTRAIL, {"Decrypt"}),
        (use("cloudfront", accounts=(ACCOUNT,), can=("Decrypt",)), "cloudfront.amazonaws.com", {"Decrypt"}),
        (use("logs", can=("Decrypt", "GenerateDataKey")), LOGS, {"Decrypt", "GenerateDataKey"}),
        (use("sqs", {"producer": "a"}, can=("Decrypt",)), "a", {"Decrypt"}),
        (use("ebs", {"user": "a"}, can=("CreateGrant",)), "a", {"CreateGrant"}),
        (
            use("ses", accounts=(ACCOUNT,), can=("Decrypt", "GenerateDataKey")),
            "ses.amazonaws.com",
            {"Decrypt", "GenerateDataKey"},
        ),
        (use("wisdom", can=("Decrypt",)), "connect.amazonaws.com", {"Decrypt"}),
        (use("sqs", {"consumer": "a"}, can=("Decrypt", "GenerateDataKey")), "a", {"Decrypt", "GenerateDataKey"}),
        (use("sqs", {"consumer": "a"}, can=("DescribeKey",)), "a", {"DescribeKey"}),
        (use("logs", {"reader": "a"}, can=("Decrypt",)), "a", {"Decrypt"}),
    ],
)
def test_can_says_exactly_what(line: object, principal: str, actions: set[str]) -> None:
    """As everywhere in an intent: no more, and no less."""
    assert set(given(compiled(line), principal)) == actions  # type: ignore[arg-type]


def test_can_of_named_principals_changes_nothing_of_the_service() -> None:
    """What is said of a reader is not said of CloudWatch Logs, and a note says so."""
    found = compiled(use("logs", {"reader": "a"}, can=("Decrypt",)))
    assert set(given(found, LOGS)) == set(given(compiled(use("logs")), LOGS))
    assert "service-itself" in codes(found)


@pytest.mark.parametrize(
    ("line", "principal", "action", "keys"),
    [
        (use("cloudtrail", resources=(TRAIL,), can=("Encrypt",)), CLOUDTRAIL, "Encrypt",
         {"StringLike aws:SourceArn", "StringLike kms:EncryptionContext:aws:cloudtrail:arn"}),
        (use("ebs", {"user": "a"}, can=("ListGrants",)), "a", "ListGrants", {"Bool kms:GrantIsForAWSResource"}),
        (use("rds", {"creator": "a"}, can=("Decrypt",)), "a", "Decrypt", {VIA}),
        (use("logs", can=("DescribeKey",)), LOGS, "DescribeKey", set()),
        (use("macie", can=("Decrypt",)), "macie.amazonaws.com", "Decrypt",
         {"StringEquals aws:SourceAccount", "ArnLike aws:SourceArn"}),
        (use("workmail", {"user": "a"}, can=("GenerateDataKey",)), "a", "GenerateDataKey",
         {VIA, "StringEquals kms:CallerAccount"}),
    ],
)  # fmt: skip
def test_what_can_adds_is_held_as_the_rest(line: object, principal: str, action: str, keys: set[str]) -> None:
    """An action beside the catalogue's gets the narrowest conditions that the principal has there."""
    for row in given(compiled(line), principal)[action]:  # type: ignore[arg-type]
        assert set(row) == keys


def test_what_can_adds_is_held_as_the_line_fills_the_rest() -> None:
    """A recommended condition that the line asks for counts; and where two are as narrow, either does."""
    line = use("connect-voiceid", {"caller": "a"}, accounts=(OTHER,), domain_id="d", can=("ReEncryptFrom",))
    context = f"arn:aws:voiceid:us-east-1:{OTHER}:domain/d"
    (row,) = given(compiled(line), "a")["ReEncryptFrom"]
    assert row["StringLike kms:EncryptionContext:aws:voiceid:domain:arn"] == (context,)
    both = given(compiled(use("datazone-domain", {"manager": "a"}, domain_id="d", can=("ReEncryptFrom",))), "a")["ReEncryptFrom"]
    assert {len(row) for row in both} == {1, 3}


def test_can_is_read_for_each_word_of_a_principal() -> None:
    """A role that submits jobs and runs them gets for each what the page has for it."""
    line = use("emr-serverless-disk", {"submitter": "a", "job-role": "a"}, application_id="x", can=("Decrypt",))
    assert given(compiled(line), "a")["Decrypt"] == [{}]

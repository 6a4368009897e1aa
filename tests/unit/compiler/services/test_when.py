"""can and when of a line of services."""

from __future__ import annotations

import pytest

from kmsgen.errors import InputError
from kmsgen.intent.intent import GrantWhen, When
from kmsgen.policy.document import Condition
from tests.unit.compiler.service_lines import ACCOUNT, ROLE, codes, compiled, given, use

LOG_GROUP = "arn:aws:logs:us-east-1:111122223333:log-group:x"

TRAIL = "arn:aws:cloudtrail:us-east-1:111122223333:trail/t"

LOGS = "logs.us-east-1.amazonaws.com"

VIA = "StringEquals kms:ViaService"

MFA = When(mfa=True)


def raw(operator: str, key: str, *values: str) -> When:
    """Return a `when` of one raw condition."""
    return When(conditions=(Condition(operator, key, values),))


@pytest.mark.parametrize(
    "line",
    [
        use("kinesis", {"consumer": "a"}, stream="s", can=("ScheduleKeyDeletion",)),
        use("pipes", {"execution-role": "a"}, pipe="p", can=("PutKeyPolicy",)),
        use("logs", can=("PutKeyPolicy",)),
        use("fargate", cluster="c", can=("DisableKey",)),
    ],
)
def test_what_can_adds_does_not_slip_past_a_condition(line: object) -> None:
    """An action that never carries the encryption context could not be held by it."""
    with pytest.raises(InputError, match="service-can"):
        compiled(line)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "principal", "action", "key"),
    [
        (use("logs", {"reader": "a"}, when=MFA), "a", "Decrypt", "Bool aws:MultiFactorAuthPresent"),
        (use("sqs", {"consumer": "a"}, when=When(via=("sqs",))), "a", "Decrypt", VIA),
        (use("rds", {"creator": "a"}, when=raw("Bool", "kms:GrantIsForAWSResource", "true")), "a", "CreateGrant",
         "Bool kms:GrantIsForAWSResource"),
        (use("s3", {"reader": "a"}, when=When(principal_tags=(("team", ("x",)),))), "a", "Decrypt",
         "StringEquals aws:PrincipalTag/team"),
        (use("opensearch-ui-application", when=raw("StringEquals", "aws:SourceOrgID", "o-x")),
         "application.opensearchservice.amazonaws.com", "Decrypt", "StringEquals aws:SourceOrgID"),
        (use("logs", when=When(until="2030-01-01T00:00:00Z")), LOGS, "Decrypt", "DateLessThan aws:CurrentTime"),
        (use("glue", when=raw("ArnLike", "kms:EncryptionContext:aws:logs:arn", LOG_GROUP)),
         LOGS, "Decrypt", "ArnEquals kms:EncryptionContext:aws:logs:arn"),
    ],
)  # fmt: skip
def test_when_narrows_what_the_line_is_about(line: object, principal: str, action: str, key: str) -> None:
    """Its conditions join those of the catalogue."""
    rows = given(compiled(line), principal)[action]  # type: ignore[arg-type]
    assert rows
    assert all(key in row for row in rows)


def test_when_of_named_principals_changes_nothing_of_the_service() -> None:
    """CloudWatch Logs has no second factor."""
    found = compiled(use("logs", {"reader": "a"}, when=MFA))
    assert given(found, LOGS) == given(compiled(use("logs")), LOGS)
    assert "service-itself" in codes(found)


@pytest.mark.parametrize(
    "line",
    [
        use("logs", when=MFA),
        use("sns", when=When(organization=("o-x",))),
        use("sns", when=When(source_vpce=("vpce-1",))),
        use("guardduty", accounts=(ACCOUNT,), when=When(principal_tags=(("a", ("b",)),))),
        use("sqs", {"producer": "a"}, when=raw("ArnLike", "aws:SourceArn", "arn:aws:x:us-east-1:1:y")),
        use("sqs", {"producer": "a"}, when=raw("StringEquals", "aws:SourceAccount", ACCOUNT)),
        use("ebs", {"user": "a"}, when=raw("StringEquals", "aws:SourceOrgID", "o-x")),
        use("principal/new.amazonaws.com", can=("Decrypt",), when=raw("StringEquals", "aws:PrincipalOrgID", "o-x")),
        use("via/kafka", {"caller": "a"}, can=("ScheduleKeyDeletion",), when=When(encryption_context=(("a", ("b",)),))),
        use("memorydb", {"creator": "a"}, when=When(via=("s3",))),
        use("via/kafka", {"caller": "a"}, can=("Decrypt",), when=When(via=("s3", "rds"))),
        use("via/kafka", {"caller": "a"}, can=("Decrypt",), when=When(source_vpce=("vpce-1",))),
        use("sqs", {"consumer": "a"}, when=When(source_vpce=("vpce-1",))),
        use("cloudtrail", resources=(TRAIL,), when=raw("ArnEquals", "aws:SourceArn", TRAIL + "2")),
        use("sqs", {"producer": "a"}, when=raw("StringEquals", "aws:username", "alice")),
    ],
)
def test_a_condition_that_can_never_hold_is_refused(line: object) -> None:
    """Keys of people in requests of services, of services in those of people, of users, endpoints, contexts, other values."""
    with pytest.raises(InputError, match="when-never-holds"):
        compiled(line)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "line",
    [
        use("memorydb", {"creator": "a"}, when=raw("StringLike", "kms:ViaService", "*.us-east-1.amazonaws.com")),
        use("memorydb", {"creator": "a"}, when=When(via=("memorydb", "s3"))),
        use("cloudtrail", resources=(TRAIL,), when=raw("ArnLike", "aws:SourceArn", "arn:aws:cloudtrail:*:*:trail/t")),
        use("via/kafka", {"caller": "a"}, can=("Decrypt",), when=raw("StringEquals", "kms:ViaService", "${aws:PrincipalTag/x}")),
        use("sqs", {"consumer": "a"}, when=When(source_ip=("203.0.113.0/24",))),
    ],
)
def test_a_condition_that_can_hold_beside_the_catalogues_is_written(line: object) -> None:
    """A value in both, a wildcard, a variable, what pages differ about of calls through services."""
    assert compiled(line)  # type: ignore[arg-type]


def test_when_may_leave_one_region_of_several() -> None:
    """On the key whose Region it excludes nothing is written, and on the other what it asks for."""
    said = raw("StringEquals", "kms:ViaService", "kafka.eu-west-1.amazonaws.com")
    found = compiled(use("via/kafka", {"caller": "a"}, can=("Decrypt",), when=said), replicas=("eu-west-1",))
    assert [given(found, "a", number) for number in (0, 1)] == [{}, {"Decrypt": [{VIA: ("kafka.eu-west-1.amazonaws.com",)}]}]


def test_limits_of_grants_hold_on_create_grant_of_a_service() -> None:
    """`grant` in a line of services holds the grants that its principals make, and no other action of theirs."""
    limits = GrantWhen(operations=("Decrypt",), retiring=(f"{ROLE}x",))
    found = compiled(use("lambda-env", {"configurer": f"{ROLE}dev"}, when=When(grant=limits)))
    mine = given(found, "dev")
    assert mine["CreateGrant"] == [
        {"ForAllValues:StringEquals kms:GrantOperations": ("Decrypt",), "StringEquals kms:RetiringPrincipal": (f"{ROLE}x",)}
    ]
    assert mine["Encrypt"] == [{}]
    assert "service-bare-grant" not in codes(found)


def test_a_limit_of_grants_that_breaks_a_service_is_refused() -> None:
    """CreateCluster of EKS works without kms:GrantIsForAWSResource alone, however the line asks for it."""
    with pytest.raises(InputError, match="service-condition"):
        compiled(use("eks-secrets", {"creator": f"{ROLE}dev"}, when=When(grant=GrantWhen(for_aws=True))))

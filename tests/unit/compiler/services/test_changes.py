"""What a line changes of the catalogue: `can`, `when`, several accounts, and services that are no rows."""

from __future__ import annotations

import pytest

from kmsgen.catalogue import via_services
from kmsgen.errors import InputError
from kmsgen.intent.intent import GrantWhen, When
from kmsgen.policy.document import Condition
from tests.unit.compiler.service_lines import ACCOUNT, ROLE, codes, compiled, given, principals_of, use

OTHER = "444455556666"
LOG_GROUP = "arn:aws:logs:us-east-1:111122223333:log-group:x"
TRAIL = "arn:aws:cloudtrail:us-east-1:111122223333:trail/t"
CLOUDTRAIL = "cloudtrail.amazonaws.com"
LOGS = "logs.us-east-1.amazonaws.com"
VIA = "StringEquals kms:ViaService"
MFA = When(mfa=True)


def raw(operator: str, key: str, *values: str) -> When:
    """Return a `when` of one raw condition."""
    return When(conditions=(Condition(operator, key, values),))


# --- can ----------------------------------------------------------------------------------------------------------------


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


# --- when ---------------------------------------------------------------------------------------------------------------


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
        use("sqs", {"consumer": "a"}, when=When(source_vpce=("vpce-1",))),
    ],
)
def test_a_condition_that_can_hold_beside_the_catalogues_is_written(line: object) -> None:
    """A value in both, a wildcard, a variable, a request that comes directly."""
    assert compiled(line)  # type: ignore[arg-type]


def test_when_may_leave_one_region_of_several() -> None:
    """On the key whose Region it excludes nothing is written, and on the other what it asks for."""
    said = raw("StringEquals", "kms:ViaService", "kafka.eu-west-1.amazonaws.com")
    found = compiled(use("via/kafka", {"caller": "a"}, can=("Decrypt",), when=said), replicas=("eu-west-1",))
    assert [given(found, "a", number) for number in (0, 1)] == [{}, {"Decrypt": [{VIA: ("kafka.eu-west-1.amazonaws.com",)}]}]


# --- source accounts ----------------------------------------------------------------------------------------------------


def test_several_source_accounts_share_a_statement_where_nothing_else_differs() -> None:
    """aws:SourceAccount takes a list."""
    found = compiled(use("sns-from-dms", accounts=(ACCOUNT, OTHER)))
    assert [row["StringEquals aws:SourceAccount"] for row in given(found, "dms.amazonaws.com")["Decrypt"]] == [(ACCOUNT, OTHER)]


def test_account_and_arn_vary_together() -> None:
    """Two accounts never make a statement with each other's resources."""
    rows = given(compiled(use("eventbridge", accounts=(ACCOUNT, OTHER))), "events.amazonaws.com")["Decrypt"]
    pairs = {(row["StringEquals aws:SourceAccount"], row["StringLike aws:SourceArn"][0].split(":")[4]) for row in rows}
    assert pairs == {((ACCOUNT,), ACCOUNT), ((OTHER,), OTHER)}


def test_a_source_account_that_the_page_lists_is_not_said_twice() -> None:
    """Global tables of several accounts: the replicas' accounts are beside it."""
    line = use("dynamodb-global-tables-multi-account", accounts=(ACCOUNT,), peer_account=OTHER)
    row = given(compiled(line), "replication.dynamodb.amazonaws.com")["Decrypt"][0]
    assert {key: row[key] for key in row if "Account" in key} == {"StringEquals aws:SourceAccount": (ACCOUNT, OTHER)}


def test_another_source_account_than_the_page_has_is_refused() -> None:
    """IAM Identity Center acts for the key's own account."""
    assert compiled(use("iam-identity-center", accounts=(ACCOUNT,)))
    with pytest.raises(InputError, match="service-account"):
        compiled(use("iam-identity-center", accounts=(OTHER,)))


@pytest.mark.parametrize("account", [ACCOUNT, OTHER])
def test_the_account_of_the_caller_is_that_of_the_principal(account: str) -> None:
    """kms:CallerAccount tells whose principal calls, not whose resource it is about."""
    name = f"arn:aws:iam::{account}:role/Creator"
    for accounts in ((), (ACCOUNT,), (OTHER,)):
        rows = given(compiled(use("thinclient", {"user": name}, accounts=accounts)), name)
        assert {row["StringEquals kms:CallerAccount"] for found in rows.values() for row in found} == {(account,)}


def test_a_resource_of_another_account_than_those_said_is_refused() -> None:
    """The line contradicts itself."""
    with pytest.raises(InputError, match="service-account"):
        compiled(use("cloudtrail", resources=(TRAIL,), accounts=(OTHER,)))


# --- what is no row -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", sorted(via_services.PREFIXES))
def test_any_name_of_kms_via_service_works(prefix: str) -> None:
    """Whoever the line names may do what it says through that service."""
    found = compiled(use(f"via/{prefix}", {"caller": "a"}, can=("Decrypt", "DescribeKey")))
    assert given(found, "a") == {name: [{VIA: (f"{prefix}.us-east-1.amazonaws.com",)}] for name in ("Decrypt", "DescribeKey")}


def test_grants_through_a_service_are_as_the_line_says() -> None:
    """The word use-grants brings its condition, kms:CreateGrant in so many words none."""
    flag = raw("Bool", "kms:GrantIsForAWSResource", "true")
    held = given(compiled(use("via/kafka", {"caller": "a"}, can=("CreateGrant",), when=flag)), "a")["CreateGrant"]
    assert held == [{"Bool kms:GrantIsForAWSResource": ("true",), VIA: ("kafka.us-east-1.amazonaws.com",)}]
    bare = compiled(use("via/kafka", {"caller": "a"}, can=("CreateGrant",)))
    assert given(bare, "a")["CreateGrant"] == [{VIA: ("kafka.us-east-1.amazonaws.com",)}]
    assert "service-bare-grant" in codes(bare)


def test_each_region_of_a_multi_region_key_has_its_own_name() -> None:
    """Through the services of its own Region: the key policy is not a shared property of multi-Region keys."""
    found = compiled(use("via/s3", {"caller": "a"}, can=("Decrypt",)), replicas=("eu-west-1",))
    held = [given(found, "a", number)["Decrypt"] for number in (0, 1)]
    assert held == [[{VIA: ("s3.us-east-1.amazonaws.com",)}], [{VIA: ("s3.eu-west-1.amazonaws.com",)}]]


@pytest.mark.parametrize("name", ["new.amazonaws.com", "exports.new-service.amazonaws.com", "ec2.amazonaws.com.cn"])
def test_a_service_principal_that_is_no_row_gets_what_the_line_says(name: str) -> None:
    """Its actions and its conditions are the line's."""
    account = raw("StringEquals", "aws:SourceAccount", ACCOUNT)
    found = compiled(use(f"principal/{name}", can=("Decrypt",), when=account))
    assert given(found, name) == {"Decrypt": [{"StringEquals aws:SourceAccount": (ACCOUNT,)}]}
    assert principals_of(found) == {name}
    assert "service-gap" not in codes(found)
    assert "service-gap" in codes(compiled(use(f"principal/{name}", can=("Decrypt",))))


def test_a_service_that_is_no_row_needs_to_be_told_what() -> None:
    """Nothing is known of it."""
    for line in (use("via/kafka", {"caller": "a"}), use("principal/new.amazonaws.com")):
        with pytest.raises(InputError, match="service-can"):
            compiled(line)


@pytest.mark.parametrize(
    "name", ["medialive", "wickr-network", "appstream-replay-session", "groundstation-streams", "acm", "dax"]
)
def test_nothing_is_written_where_nothing_is_documented(name: str) -> None:
    """A row without a statement is told, not guessed."""
    with pytest.raises(InputError, match="service-unsupported"):
        compiled(use(name))


def test_roles_by_name_are_the_lines_own() -> None:
    """The helper of these tests writes what it says."""
    assert principals_of(compiled(use("sqs", {"consumer": f"{ROLE}x"}))) == {f"{ROLE}x"}


# --- grants that a line limits ------------------------------------------------------------------------------------------


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

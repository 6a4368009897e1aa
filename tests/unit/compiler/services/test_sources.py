"""For whose resources a service acts: an organization, a unit of one, several accounts."""

from __future__ import annotations

import pytest

from kmsgen.catalogue.services import SERVICES
from kmsgen.checks.intent.verification import ask
from kmsgen.compiler import compile_intent
from kmsgen.errors import InputError
from kmsgen.intent.intent import ServiceUse
from tests.unit.compiler.service_lines import ACCOUNT, codes, compiled, given, intent_of, use, use_of

OTHER = "444455556666"

TRAIL = "arn:aws:cloudtrail:us-east-1:111122223333:trail/t"


WHOLE = "organization/o-exampleorgid"
UNIT = "organization/o-exampleorgid/r-ab12/ou-ab12-11111111"
ORG_ID = {"StringEquals aws:SourceOrgID": ("o-exampleorgid",)}
ORG_PATHS = {"ForAnyValue:StringLike aws:SourceOrgPaths": ("o-exampleorgid/r-ab12/ou-ab12-11111111/*",)}
OTHERS_TOPIC = "arn:aws:sns:us-east-1:444455556666:topic"


def within(line: ServiceUse, *organizations: str) -> ServiceUse:
    """Return the line for these organizations and units."""
    return line._replace(source_organizations=organizations or (WHOLE,))


@pytest.mark.parametrize(
    ("line", "principal", "action", "held"),
    [
        (within(use("sns")), "sns.amazonaws.com", "Decrypt", [ORG_ID]),
        (within(use("sns"), UNIT), "sns.amazonaws.com", "Decrypt", [ORG_PATHS]),
        (within(use("sns"), WHOLE, UNIT), "sns.amazonaws.com", "Decrypt", [ORG_ID, ORG_PATHS]),
        (within(use("macie")), "macie.amazonaws.com", "Encrypt",
         [{"ArnLike aws:SourceArn": ("arn:aws:macie2:us-east-1:*:export-configuration:*",
                                     "arn:aws:macie2:us-east-1:*:classification-job/*"), **ORG_ID}]),
        (within(use("logs")), "logs.us-east-1.amazonaws.com", "Decrypt",
         [{"ArnLike kms:EncryptionContext:aws:logs:arn": ("arn:aws:logs:us-east-1:*:*",), **ORG_ID}]),
        (within(use("sns", resources=(OTHERS_TOPIC,))), "sns.amazonaws.com", "Decrypt",
         [{"ArnLike aws:SourceArn": (OTHERS_TOPIC,), "StringEquals aws:SourceAccount": ("444455556666",), **ORG_ID}]),
        (within(use("sns", accounts=("444455556666",))), "sns.amazonaws.com", "Decrypt",
         [{"StringEquals aws:SourceAccount": ("444455556666",), **ORG_ID}]),
        (use("sns", accounts=(ACCOUNT, "444455556666")), "sns.amazonaws.com", "Decrypt",
         [{"StringEquals aws:SourceAccount": (ACCOUNT, "444455556666")}]),
        (within(use("principal/new.amazonaws.com", can=("Decrypt",))), "new.amazonaws.com", "Decrypt", [ORG_ID]),
    ],
)  # fmt: skip
def test_a_service_acts_for_an_organization(line: ServiceUse, principal: str, action: str, held: list[object]) -> None:
    """The account stays open, but where a resource or the line tells it, and the organization stands beside."""
    found = given(compiled(line), principal)
    assert found[action] == held
    intent = intent_of(line)
    compiled_ = compile_intent(intent)
    assert [str(one.diagnostic) for answer in ask(intent, compiled_.bundle, compiled_.origins) for one in answer.findings] == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (within(use("rds", {"creator": "a"})), "service-condition"),
        (within(use("sns-from-eventbridge")), "service-condition"),
        (within(use("iam-identity-center"), "organization/o-otherorgid01"), "service-account"),
        (within(use("iam-identity-center")), "service-account"),
    ],
)
def test_a_source_that_a_service_does_not_tell_is_refused(line: ServiceUse, code: str) -> None:
    """Nobody else's calls tell one; some services tell none; a page that prints the key's own organization means that one."""
    with pytest.raises(InputError) as caught:
        compiled(line)
    assert [found.code for found in caught.value.diagnostics] == [code]


def test_what_no_page_says_is_told() -> None:
    """Only some services tell the organization for which they call, and few pages say so."""
    assert "service-unconfirmed" in codes(compiled(within(use("sns"))))
    assert "service-gap" not in codes(compiled(within(use("principal/new.amazonaws.com", can=("Decrypt",)))))


CALLING = [name for name, row in SERVICES.items() if any(each.principal_kind == "Service" for each in row.statements)]


@pytest.mark.parametrize("name", CALLING)
def test_every_service_that_calls_by_itself_is_read_alike(name: str) -> None:
    """Compiler and checks read the line for an organization in the same way, or it is refused."""
    line = within(use_of(SERVICES[name]))
    try:
        found = compiled(line)
    except InputError:
        return
    intent = intent_of(line)
    assert [str(one.diagnostic) for answer in ask(intent, found.bundle, found.origins) for one in answer.findings] == []


def test_a_source_account_that_nothing_tells_is_refused() -> None:
    """RDS acts for its caller alone, so that no statement could say of which account a resource is; a log group's does."""
    with pytest.raises(InputError, match="service-account"):
        compiled(use("rds", {"creator": "dev"}, accounts=("444455556666",)))
    assert compiled(use("cloudwatch-logs", accounts=("444455556666",)))


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

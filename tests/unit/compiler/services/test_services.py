"""Lines of `services`: the catalogue's statements, filled in."""

from __future__ import annotations

import pytest

from kmsgen.errors import InputError
from tests.unit.compiler.compiling import Compile, conditions, statements

LOGS = "arn:aws:logs:us-west-2:111122223333:log-group:"
CONTEXT = ("ArnLike", "kms:EncryptionContext:aws:logs:arn")


def test_a_resource_narrows_the_statement(compiled: Compile) -> None:
    """With a log group named, the form for any log group of the account is not written."""
    found = compiled(f'services: [{{service: logs, resources: ["{LOGS}/a/*"]}}]')
    (statement,) = statements(found, "Service cloudwatch logs")
    assert conditions(statement)[CONTEXT] == (f"{LOGS}/a/*",)


def test_without_a_resource_the_account_is_what_remains(compiled: Compile) -> None:
    """The documented form for the whole account."""
    (statement,) = statements(compiled("services: [{service: logs}]"), "Service cloudwatch logs")
    assert conditions(statement)[CONTEXT] == ("arn:aws:logs:us-west-2:111122223333:*",)


def test_resources_that_differ_in_one_value_share_a_statement(compiled: Compile) -> None:
    """Nothing else varies with them."""
    (statement,) = statements(compiled(f'services: [{{service: logs, resources: ["{LOGS}/a", "{LOGS}/b"]}}]'), "Service")
    assert conditions(statement)[CONTEXT] == (f"{LOGS}/a", f"{LOGS}/b")


def test_account_and_resource_vary_together(compiled: Compile) -> None:
    """Two resources of two accounts make two statements, never one with two accounts and two resources."""
    one = "arn:aws:guardduty:us-west-2:111122223333:detector/a"
    two = "arn:aws:guardduty:us-west-2:444455556666:detector/b"
    found = compiled(f'services: [{{service: guardduty, resources: ["{one}", "{two}"]}}]')
    pairs = {
        (
            conditions(s)["StringEquals", "aws:SourceAccount"],
            next(v for (_, k), v in conditions(s).items() if k == "aws:SourceArn"),
        )
        for s in statements(found, "Service")
    }
    assert pairs == {(("111122223333",), (one,)), (("444455556666",), (two,))}


def test_a_resource_of_another_kind_is_refused(compiled: Compile) -> None:
    """It would be dropped without a word."""
    with pytest.raises(InputError, match="service-resource"):
        compiled('services: [{service: logs, resources: ["arn:aws:sns:us-west-2:111122223333:topic"]}]')


def test_a_resource_of_another_account_than_said_is_refused(compiled: Compile) -> None:
    """`source_account` and the resource contradict each other."""
    with pytest.raises(InputError, match="service-account"):
        compiled(f'services: [{{service: logs, source_account: "444455556666", resources: ["{LOGS}/a"]}}]')


def test_a_source_account_pins_what_no_resource_does(compiled: Compile) -> None:
    """Another account's topic could otherwise use the key through SNS."""
    (statement,) = statements(compiled('services: [{service: sns, source_account: "111122223333"}]'), "Service sns")
    assert "111122223333" in str(conditions(statement))


def test_an_unsupported_source_account_is_refused(compiled: Compile) -> None:
    """With aws:SourceAccount EventBridge could not deliver to the encrypted topic."""
    with pytest.raises(InputError, match="service-condition"):
        compiled('services: [{service: sns-from-eventbridge, source_account: "111122223333"}]')


def test_what_must_be_told_is_asked_for(compiled: Compile) -> None:
    """A trail is needed to keep other accounts' trails out."""
    with pytest.raises(InputError, match="service-open"):
        compiled("services: [{service: cloudtrail}]")


def test_callers_are_the_principals_of_the_line(compiled: Compile) -> None:
    """Statements for whoever calls the service are written for the principals that the line names, and left out without."""
    with_caller = compiled("services: [{service: cloudtrail, source_account: '111122223333', principals: [role/reader]}]")
    named = {p.value for s in statements(with_caller, "Service") for p in s.principals or ()}
    assert named == {"cloudtrail.amazonaws.com", "arn:aws:iam::111122223333:role/reader"}
    without = compiled("services: [{service: cloudtrail, source_account: '111122223333'}]")
    assert {p.kind for s in statements(without, "Service") for p in s.principals or ()} == {"Service"}


def test_create_grant_of_a_service_is_as_its_page_prints_it(compiled: Compile) -> None:
    """Where AWS documents CreateGrant without a condition none is added, and a note says that nothing limits the grants."""
    found = compiled("services: [{service: supply-chain}]")
    allowing = [s for s in found.bundle.keys[0].policy.statements if "kms:CreateGrant" in s.actions]
    assert [s.conditions for s in allowing] == [()]
    assert "service-bare-grant" in {note.code for note in found.notes}


def test_a_documented_gap_is_said(compiled: Compile) -> None:
    """AWS documents no confused-deputy condition for some services: a note says which."""
    assert "service-gap" in {note.code for note in compiled("services: [{service: rds-secret-access}]").notes}


def test_replicas_get_the_services_of_their_regions(compiled: Compile) -> None:
    """A replica has a policy of its own; a Region's log groups go with that Region's service."""
    found = compiled("services: [{service: logs}]", key="key: {alias: app/data, multi_region: true, replicas: [us-east-1]}\n")
    for access, region in zip(found.bundle.keys, ("us-west-2", "us-east-1"), strict=True):
        served = [one for one in access.policy.statements if (one.sid or "").startswith("Service") and one.principals]
        pairs = {((one.principals or ())[0].value, conditions(one)[CONTEXT][0].split(":")[3]) for one in served}
        assert pairs == {(f"logs.{region}.amazonaws.com", region)}


def test_a_list_gives_all_words_where_one_use_needs_them_all(compiled: Compile) -> None:
    """Whoever uploads to S3 in parts needs what who downloads needs, so that a plain list is no less than the words."""
    listed = compiled("services: [{service: s3, principals: [role/a]}]")
    named = compiled("services: [{service: s3, principals: {reader: role/a, writer: role/a}}]")
    assert {action for one in statements(listed, "Service s3") for action in one.actions} == {
        "kms:Decrypt",
        "kms:GenerateDataKey",
    }
    assert listed.bundle == named.bundle

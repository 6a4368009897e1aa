"""Situations in which conditions hold, and the requests they make."""

from __future__ import annotations

import pytest

from kmsgen.checks.example_requests import PLAIN, ExampleSituation, keys_read, request_for, situations, without_others
from kmsgen.policy.document import Condition, Effect, Statement

KEY = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
APP = "arn:aws:iam::111122223333:role/app"


def condition(operator: str, key: str, *values: str) -> Condition:
    """Build a condition."""
    return Condition(operator, key, values)


def test_nothing_asked_is_a_plain_call() -> None:
    """Without conditions there is one situation, with nothing special about it."""
    assert list(situations(())) == [PLAIN]


def test_each_alternative_gets_its_situation() -> None:
    """A list of values is tried one by one, each with the first values of the other conditions."""
    found = list(situations((condition("StringEquals", "a:b", "1", "2"), condition("StringEquals", "a:c", "3"))))
    assert [dict(situation.context) for situation in found] == [{"a:b": ("1",), "a:c": ("3",)}, {"a:b": ("2",), "a:c": ("3",)}]


@pytest.mark.parametrize(
    ("operator", "value", "example"),
    [
        ("StringLike", "alias/app-*", "alias/app-x"),
        ("StringEquals", "what?", "what?"),
        ("StringEqualsIgnoreCase", "*", "*"),
        ("ArnLike", "arn:aws:s3:::bucket/?", "arn:aws:s3:::bucket/x"),
        ("IpAddress", "203.0.113.0/24", "203.0.113.0"),
        ("DateLessThan", "2027-01-01T00:00:00Z", "2026-12-31T23:59:59Z"),
        ("DateGreaterThan", "2026-01-01T00:00:00+02:00", "2025-12-31T22:00:01Z"),
        ("DateLessThan", "1700000000", "1699999999"),
        ("NumericLessThan", "300", "299"),
        ("NumericGreaterThan", "0.5", "1.5"),
        ("Bool", "true", "true"),
        ("Null", "false", "example"),
    ],
)
def test_an_example_of_each_operator(operator: str, value: str, example: str) -> None:
    """The value chosen satisfies the operator."""
    (situation,) = situations((condition(operator, "aws:Key", value),))
    assert dict(situation.context) == {"aws:Key": (example,)}


@pytest.mark.parametrize("operator", ["StringNotEquals", "ArnNotLike", "NotIpAddress"])
def test_negated_operators_hold_of_an_absent_key(operator: str) -> None:
    """No value is needed, so none is given."""
    assert list(situations((condition(operator, "aws:Key", "x"),))) == [PLAIN]


@pytest.mark.parametrize(
    ("operator", "value"), [("NumericLessThan", "many"), ("DateLessThan", "soon"), ("IpAddress", "here"), ("StringEqual", "x")]
)
def test_what_nobody_can_satisfy_has_no_situation(operator: str, value: str) -> None:
    """A malformed value must not end in a traceback, nor in a situation that looks satisfied."""
    assert list(situations((condition(operator, "aws:Key", value),))) == []


def test_contradicting_conditions_have_no_situation() -> None:
    """One key cannot have two values."""
    assert list(situations((condition("StringEquals", "a:b", "1"), condition("StringLike", "a:b", "2")))) == []


def test_two_dates_bound_a_period() -> None:
    """An instant within both bounds is chosen."""
    rows = (
        condition("DateGreaterThanEquals", "aws:CurrentTime", "2026-01-01T00:00:00Z"),
        condition("DateLessThan", "aws:CurrentTime", "2027-01-01T00:00:00Z"),
    )
    assert dict(next(situations(rows)).context) == {"aws:CurrentTime": ("2026-01-01T00:00:00Z",)}


def test_the_encryption_context_goes_with_the_call() -> None:
    """Conditions on the pairs and on their names end in one encryption context; a name may have colons."""
    rows = (
        condition("StringEquals", "kms:EncryptionContext:aws:s3:arn", "arn:aws:s3:::b"),
        condition("ForAnyValue:StringEquals", "kms:EncryptionContextKeys", "app"),
    )
    request = request_for(APP, "kms:Decrypt", (KEY,), next(situations(rows)))
    assert dict(request.encryption_context) == {"aws:s3:arn": "arn:aws:s3:::b", "app": "example"}


def test_an_action_without_a_context_gets_none() -> None:
    """DescribeKey takes no encryption context."""
    assert request_for(APP, "kms:DescribeKey", (KEY,), ExampleSituation({"app": "x"})).encryption_context == {}


def test_conditions_on_a_grant_shape_the_grant() -> None:
    """Grantee, operations and constraints of CreateGrant are what conditions see of it."""
    rows = (
        condition("StringEquals", "kms:GranteePrincipal", f"{APP}2"),
        condition("ForAllValues:StringEquals", "kms:GrantOperations", "Decrypt", "Encrypt"),
        condition("StringEquals", "kms:GrantConstraintType", "EncryptionContextEquals"),
        condition("StringEquals", "kms:EncryptionContext:app", "a"),
    )
    grant = request_for(APP, "kms:CreateGrant", (KEY,), next(situations(rows))).create_grant
    assert grant is not None
    assert (grant.grantee, grant.operations) == (f"{APP}2", ("Decrypt", "Encrypt"))
    assert grant.constraints.encryption_context_equals == (("app", "a"),)
    assert grant.constraints.encryption_context_subset is None


def test_a_policy_variable_is_filled_for_the_principal() -> None:
    """The tag that a variable names gets a value, and the value is used where the variable stood."""
    rows = (condition("StringEquals", "kms:EncryptionContext:team", "${aws:PrincipalTag/team}"),)
    request = request_for(APP, "kms:Decrypt", (KEY,), next(situations(rows)))
    assert dict(request.encryption_context) == {"team": "example"}
    assert request.context["aws:PrincipalTag/team"] == ("example",)


def test_keys_that_are_read() -> None:
    """Each key once, in variables too; what is in a grant or an encryption context is told with those."""
    conditions = (
        condition("StringEquals", "aws:PrincipalTag/team", "${aws:SourceAccount, 'none'}", "${*}"),
        condition("Null", "AWS:SourceAccount", "true"),
        condition("StringEquals", "kms:EncryptionContext:app", "a"),
        condition("StringEquals", "kms:GranteePrincipal", APP),
    )
    statement = Statement(Effect.ALLOW, ("kms:Decrypt",), ("*",), None, conditions)
    assert keys_read((statement,)) == ("aws:PrincipalTag/team", "aws:SourceAccount")


def test_what_a_situation_does_not_say_is_told_to_be_absent() -> None:
    """Whatever the case of a key's name, what the request holds stays."""
    asked = request_for(APP, "kms:Decrypt", (KEY,), PLAIN.with_context("AWS:SourceVpce", "vpce-1"))
    told = without_others(asked, ("aws:sourcevpce", "kms:ViaService")).context
    assert told == {**asked.context, "kms:ViaService": ()}

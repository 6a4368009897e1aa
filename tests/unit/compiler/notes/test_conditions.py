"""Notes on conditions of which it is not sure what they do."""

from __future__ import annotations

import pytest

from tests.unit.compiler.compiling import Compile

SETS = "conditions: {StringLike: {aws:PrincipalOrgPaths: 'o-exampleorgid/*'}}"
TOLD = (
    (f"can: [decrypt], when: {{{SETS}}}", "set-operator"),
    ("can: [kms:CreateGrant], when: {conditions: {StringEquals: {kms:GrantOperations: Decrypt}}}", "set-operator"),
    ("can: [decrypt], when: {conditions: {StringEquals: {kms:ViaService: nosuch.us-west-2.amazonaws.com}}}", "via-unlisted"),
    ("can: [decrypt], when: {conditions: {StringEquals: {kms:ViaService: s3.eu-west-1.amazonaws.com}}}", "via-region"),
    ("can: [decrypt], when: {via: s3, source_ip: 203.0.113.0/24}", "condition-unsettled"),
    ("can: [decrypt], when: {mfa: true}", "condition-unsettled"),
    ("can: [decrypt], when: {conditions: {Bool: {aws:ViaAWSService: 'false'}}}", "condition-unsettled"),
    ("can: [kms:CreateGrant], when: {conditions: {Bool: {kms:GrantIsForAWSResource: 'false'}}}", "condition-unsettled"),
)
NOT_TOLD = (
    "can: [decrypt], when: {conditions: {'ForAnyValue:StringLike': {aws:PrincipalOrgPaths: 'o-exampleorgid/*'}}}",
    "can: [decrypt], when: {source_ip: 203.0.113.0/24}",
    "can: [decrypt], when: {via: s3}",
    "can: [decrypt], when: {conditions: {BoolIfExists: {aws:ViaAWSService: 'false'}}}",
    "can: [kms:CreateGrant], when: {grant: {for_aws: false}}",
    "can: [kms:CreateGrant], when: {grant: {for_aws: true}}",
)


@pytest.mark.parametrize(("line", "code"), TOLD)
def test_what_aws_does_not_settle_of_a_condition_is_told(compiled: Compile, line: str, code: str) -> None:
    """A set compared as one value, and what pages differ about of the calls that a line leaves, get a note each."""
    found = compiled(f"users: [{{principal: role/app, {line}}}]")
    assert [note.code for note in found.notes if note.code == code] == [code]


def test_sets_that_guard_rails_compare_as_one_are_told(compiled: Compile) -> None:
    """A Deny of which it is not sure whom it denies is told as well."""
    found = compiled(f"guardrails: [{{deny: {{actions: [decrypt], when: {{{SETS}}}}}}}]")
    assert [note.code for note in found.notes if note.code == "set-operator"] == ["set-operator"]


@pytest.mark.parametrize("line", NOT_TOLD)
def test_what_is_settled_is_not_told(compiled: Compile, line: str) -> None:
    """A set operator, IfExists, or a way on which the key is documented, is no matter for a note."""
    found = compiled(f"users: [{{principal: role/app, {line}}}]")
    assert not {note.code for note in found.notes} & {"set-operator", "condition-unsettled", "via-region"}


def test_what_pages_differ_about_of_some_callers_alone_is_not_told(compiled: Compile) -> None:
    """Of users it is settled that they tell of MFA, and an account has users."""
    found = compiled("users: [{principal: [user/app, account/444455556666], can: decrypt, when: {mfa: true}}]")
    assert "condition-unsettled" not in {note.code for note in found.notes}

"""A line that means many is had where somebody of them has it, whom its conditions and the Denies of the file leave."""

from __future__ import annotations

import pytest

from kmsgen.checks.intent.verification import ask
from tests.unit.checks.intent.judging import ACCOUNT, ADMIN, OTHER, case

IAM, STS = f"arn:aws:iam::{ACCOUNT}", f"arn:aws:sts::{ACCOUNT}"
HELD = (
    f"ArnNotLike: {{aws:PrincipalArn: '{IAM}:role/*'}}",
    "StringNotLike: {aws:PrincipalArn: '*:role/*'}",
    "StringLike: {aws:PrincipalArn: '*role/ops*'}",
    "StringLike: {aws:PrincipalArn: '*:user/*'}",
    f"ArnLike: {{aws:PrincipalArn: '{STS}:federated-user/*'}}",
)
DENIED = (
    ("account", f"ArnLike: {{aws:PrincipalArn: '{IAM}:role/*'}}"),
    ("account", "StringEquals: {aws:PrincipalType: AssumedRole}"),
    ("account", "StringNotEquals: {aws:username: bob}"),
    ("role/app-*", f"ArnNotLike: {{aws:PrincipalArn: '{IAM}:role/app-prod-*'}}"),
    (f"account/{OTHER}", f"ArnNotLike: {{aws:PrincipalArn: 'arn:aws:iam::{OTHER}:role/etl-*'}}"),
    ("role/app-*", f"ArnLike: {{aws:PrincipalArn: '{IAM}:role/app-x*'}}"),
    ("account/*", "StringEquals: {aws:PrincipalType: FederatedUser}"),
    (f"account/{OTHER}/*", f"ArnEquals: {{aws:PrincipalArn: 'arn:aws:iam::{OTHER}:root'}}"),
    (f"account/{OTHER}/*", "BoolIfExists: {aws:MultiFactorAuthPresent: 'false'}"),
    (f"account/{OTHER}/*", "StringNotEquals: {aws:PrincipalTag/team: pay}"),
    ("organization", f"StringNotEquals: {{aws:PrincipalAccount: ['555566667777', '{ACCOUNT}']}}"),
)
NOBODY = (
    ("role/app-*", f"ArnNotLike: {{aws:PrincipalArn: '{IAM}:role/etl-*'}}"),
    (f"account/{OTHER}", f"StringNotEquals: {{aws:PrincipalAccount: '{ACCOUNT}'}}"),
    (f"account/{OTHER}/*", f"StringNotEquals: {{aws:PrincipalAccount: '{ACCOUNT}'}}"),
    (f"account/{OTHER}/*", f"ArnLike: {{aws:PrincipalArn: 'arn:aws:*::{OTHER}:*'}}"),
    ("user/*", "StringNotEquals: {aws:PrincipalType: AssumedRole}"),
    ("role/app-*", "StringNotEquals: {aws:username: bob}"),
)


def missing(principal: str, *, held: str = "", denied: str = "") -> list[str]:
    """Return what question one finds of a line under a condition, beside a Deny under another."""
    when = f", when: {{conditions: {{{held}}}}}" if held else ""
    rails = f"guardrails: [{{deny: {{actions: decrypt, when: {{conditions: {{{denied}}}}}}}}}]\n" if denied else ""
    found = case(f'{ADMIN}users: [{{principal: "{principal}", can: decrypt{when}}}]\n{rails}')
    return [finding.code for finding in ask(found.intent, found.bundle, found.compiled.origins)[0].findings]


@pytest.mark.parametrize("held", HELD)
def test_a_caller_whom_the_conditions_of_a_line_leave_is_asked_with(held: str) -> None:
    """Conditions on the caller, negated or with any wildcard, are met by somebody of the account."""
    assert missing("account", held=held) == []


@pytest.mark.parametrize(("principal", "denied"), DENIED)
def test_a_caller_whom_a_deny_leaves_is_asked_with(principal: str, denied: str) -> None:
    """A Deny that leaves some of those whom a line means takes away nothing that the file says."""
    assert missing(principal, denied=denied) == []


@pytest.mark.parametrize(("principal", "denied"), NOBODY)
def test_a_deny_that_leaves_nobody_of_a_line_is_told(principal: str, denied: str) -> None:
    """Whom a Deny spares must be of those whom the line means: else nobody has the access."""
    assert set(missing(principal, denied=denied)) == {"intended-not-allowed"}

"""Lockout: somebody can still change the key policy."""

from __future__ import annotations

import pytest

from tests.unit.checks.intent.judging import HEAD, no

WITHOUT_DEPLOYER = HEAD.replace(", deployer: role/ci", "")


def test_nobody_left_to_change_the_policy_is_a_lockout() -> None:
    """Without deployer and administrators KMS would refuse the policy, and only AWS Support could help after a bypass."""
    found = no("users: [{principal: role/app, can: [decrypt]}]", head=WITHOUT_DEPLOYER)
    assert any("lockout" in text for text in found)


@pytest.mark.parametrize(
    ("when", "locks"),
    [
        ("until: 2020-01-01T00:00:00Z", True),
        ("until: 2999-01-01T00:00:00Z", True),
        ("conditions: {DateLessThanEquals: {aws:CurrentTime: 2999-01-01T00:00:00Z}}", True),
        ("conditions: {NumericLessThan: {aws:EpochTime: 1577836800}}", True),
        ("conditions: {DateEquals: {aws:CurrentTime: 2999-01-01T00:00:00Z}}", True),
        ("from: 2020-01-01T00:00:00Z", False),
        ("mfa: true", True),
        ("conditions: {NumericLessThan: {aws:MultiFactorAuthAge: 300}}", True),
        ("conditions: {BoolIfExists: {aws:MultiFactorAuthPresent: false}}", False),
        ("via: [s3]", True),
        ("conditions: {'ForAnyValue:StringEquals': {aws:CalledVia: cloudformation.amazonaws.com}}", True),
        ("conditions: {Bool: {aws:ViaAWSService: true}}", True),
        ("conditions: {Bool: {aws:ViaAWSService: false}}", False),
    ],
)
def test_access_that_ends_or_is_a_services_keeps_no_key(when: str, *, locks: bool) -> None:
    """An administrator whose access is over, now or one day, or comes through a service, changes no key policy any more."""
    found = no(f"admins: [{{principal: role/Admin, can: [change-policy], when: {{{when}}}}}]", head=WITHOUT_DEPLOYER)
    assert any("lockout" in text for text in found) is locks


@pytest.mark.parametrize(
    ("when", "locks"),
    [
        ("conditions: {BoolIfExists: {aws:MultiFactorAuthPresent: 'false'}}", True),
        ("conditions: {StringNotEquals: {aws:SourceVpce: vpce-12345678}}", False),
        ("from: 2999-01-01, conditions: {StringNotEquals: {aws:SourceVpce: vpce-12345678}}", False),
        ("from: 2999-01-01", True),
        ("until: 2999-01-01", True),
        ("conditions: {Bool: {aws:ViaAWSService: false}}", True),
    ],
)
def test_a_deny_that_some_call_of_an_administrator_passes_locks_nobody_out(when: str, *, locks: bool) -> None:
    """It counts if the administrator passes it by the call alone: not at another time, and not through a service."""
    rail = f"guardrails: [{{deny: {{actions: [change-policy], when: {{{when}}}}}}}]"
    found = no(f"admins: [role/Admin]\n{rail}", head=WITHOUT_DEPLOYER)
    assert any("lockout" in text for text in found) is locks


@pytest.mark.parametrize(("principal", "locks"), [("user/admin", False), ("role/Admin", True)])
@pytest.mark.parametrize(
    "lines",
    [
        "admins: [{{principal: {0}, can: [change-policy], when: {{mfa: true}}}}]",
        "admins: [{0}]\nguardrails: [{{deny: {{actions: [change-policy], when: {{conditions: {{Bool: {{{1}: false}}}}}}}}}}]",
    ],
)
def test_mfa_keeps_a_key_by_a_user_alone(lines: str, principal: str, *, locks: bool) -> None:
    """Whether a role's session tells of MFA two pages do not agree on (C16): where it does not, nobody is left."""
    found = no(lines.format(principal, "aws:MultiFactorAuthPresent"), head=WITHOUT_DEPLOYER)
    assert any("lockout" in text for text in found) is locks

"""The lines of `grants`."""

from __future__ import annotations

from tests.unit.intent.conftest import NEW_KEY, Load


def test_grants_to_services(load: Load) -> None:
    """A grant to an AWS service says so, for its grantee and for its retiring principal."""
    line = """{name: g, grantee: logs.amazonaws.com, operations: [decrypt], retiring_principal: logs.amazonaws.com,
      constraints: {source_arn: "arn:aws:logs:us-west-2:111122223333:log-group:x", encryption_context_subset: {a: b}}}"""
    grant = load(f"{NEW_KEY}grants:\n  - {line}\n").grants[0].grant
    assert (grant.grantee, grant.grantee_is_service, grant.retiring, grant.retiring_is_service) == (
        "logs.amazonaws.com",
        True,
    ) * 2
    assert grant.operations == ("Decrypt",)
    assert grant.constraints.encryption_context_subset == (("a", "b"),)

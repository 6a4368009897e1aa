"""The conditions of a line: what each field of `when` comes to."""

from __future__ import annotations

from kmsgen.intent.intent import When
from kmsgen.policy.document import Condition
from tests.unit.intent.conftest import NEW_KEY, Load


def test_conditions_of_a_line(load: Load) -> None:
    """Every field of `when` is kept; dates become instants in UTC, aliases get their prefix, single values become lists."""
    when = """{encryption_context: {app: a}, from: 2026-01-01, until: "2026-06-01T02:00:00+02:00", mfa: true,
      source_vpce: vpce-1, request_alias: data, principal_tags: {team: [x, y]}, organization: o-exampleorgid,
      conditions: {stringequals: {kms:CallerAccount: "111122223333"}}}"""
    text = f"{NEW_KEY}users:\n  - principal: role/a\n    can: [decrypt]\n    when: {when}\n"
    assert load(text).users[0].when == When(
        encryption_context=(("app", ("a",)),),
        since="2026-01-01T00:00:00Z",
        until="2026-06-01T00:00:00Z",
        source_vpce=("vpce-1",),
        mfa=True,
        request_alias=("alias/data",),
        principal_tags=(("team", ("x", "y")),),
        organization=("o-exampleorgid",),
        conditions=(Condition("StringEquals", "kms:CallerAccount", ("111122223333",)),),
    )


def test_a_line_through_services(load: Load) -> None:
    """`via` names services by the first part of their kms:ViaService values."""
    text = f"{NEW_KEY}users:\n  - {{principal: role/a, can: [decrypt], when: {{via: [s3, ec2]}}}}\n"
    assert load(text).users[0].when.via == ("s3", "ec2")

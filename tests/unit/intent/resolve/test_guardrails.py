"""The lines of `guardrails`."""

from __future__ import annotations

from tests.unit.intent.conftest import NEW_KEY, Load


def test_guard_rails_for_some(load: Load) -> None:
    """A guard rail may spare principals, and may deny some only."""
    lines = load(
        f"{NEW_KEY}guardrails:\n  - deny-delete: {{except: role/x}}\n  - deny-lockout-bypass: {{for: [role/y]}}\n"
    ).guardrails
    assert [(line.name, line.exceptions, line.principals) for line in lines] == [
        ("deny-delete", ("arn:aws:iam::111122223333:role/x",), ()),
        ("deny-lockout-bypass", (), ("arn:aws:iam::111122223333:role/y",)),
    ]

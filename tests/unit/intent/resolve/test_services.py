"""The lines of `services`."""

from __future__ import annotations

from tests.unit.intent.conftest import NEW_KEY, Load


def test_services_by_short_name(load: Load) -> None:
    """A service may be a short name alone; it comes out as its id of the catalogue."""
    assert [use.service for use in load(f"{NEW_KEY}services: [logs, {{service: cloudwatch-logs}}]\n").services] == [
        "cloudwatch-logs"
    ] * 2

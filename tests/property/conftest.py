"""Sums up what brute force tried: bundles, proofs, requests against each, hits."""

from __future__ import annotations

from collections import Counter

import pytest

PREFIX = "brute force: "


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Add up what the tests recorded, on whichever worker they ran."""
    sums: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name.startswith(PREFIX) and getattr(report, "when", "") == "call":
                    sums[name.removeprefix(PREFIX)] += value
    if sums:
        terminalreporter.write_line("brute force: " + ", ".join(f"{value} {name}" for name, value in sorted(sums.items())))

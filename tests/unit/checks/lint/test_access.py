"""Access as a whole."""

from __future__ import annotations

from pathlib import Path

from tests.unit.checks.lint.policies import SOUND, findings


def test_nobody_can_change_the_policy(tmp_path: Path) -> None:
    """A policy that locks everybody out says so."""
    assert findings(tmp_path, SOUND)["lockout"] == "error"

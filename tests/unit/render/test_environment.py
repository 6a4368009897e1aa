"""The engine of a target: what enters a template, and how."""

from __future__ import annotations

from kmsgen.render.environment import comment


def test_a_comment_stays_on_its_line() -> None:
    """A newline in a name cannot start a command."""
    assert comment("a\nrm -rf /\r\u2028b") == "a?rm -rf /??b"

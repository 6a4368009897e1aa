"""What is wrong with a file, as it is printed."""

from __future__ import annotations

import pytest

from tests.unit.intent.conftest import Refused


@pytest.mark.parametrize("text", ['"\\e[2Jx": 1\n', '"\\e]0;x\\a": 1\n"\\e]0;x\\a": 2\n', 'name: "\\e[31m"\n', '"\\u202e": {}\n'])
def test_messages_never_speak_to_the_terminal(text: str, refused: Refused) -> None:
    """Whatever stands in a file, what is printed about it holds no control characters."""
    for diagnostic in refused(text):
        assert all(line.isprintable() for line in str(diagnostic).splitlines())

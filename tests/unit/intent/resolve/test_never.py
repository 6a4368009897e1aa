"""The lines of `never`."""

from __future__ import annotations

from tests.unit.intent.conftest import NEW_KEY, Load


def test_never_takes_patterns_and_words(load: Load) -> None:
    """`never` takes patterns of actions and words whatever the key's type, and each principal is a line."""
    lines = load(f'{NEW_KEY}never:\n  - {{principal: [role/a, role/b], actions: ["kms:Re*Key", sign]}}\n').never
    assert [line.principal.rpartition("/")[2] for line in lines] == ["a", "b"]
    assert lines[0].actions == ("kms:ReplicateKey", "kms:Sign")

"""Memory of work done."""

from __future__ import annotations

from kmsgen.authorizer.memo import Memo


def test_a_value_is_made_once() -> None:
    """What was made for a key is kept, also where it is nothing."""
    asked: list[str] = []
    memo = Memo(8, asked.append)
    assert [memo["a"], memo["a"], memo["b"]] == [None, None, None]
    assert asked == ["a", "b"]


def test_it_never_holds_more_than_its_limit() -> None:
    """Full, it forgets everything and starts anew, so that it takes no more memory than its limit allows."""
    memo = Memo(3, str)
    for number in range(100):
        assert memo[number] == str(number)
        assert 1 <= len(memo) <= 3

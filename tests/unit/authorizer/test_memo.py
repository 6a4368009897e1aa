"""Memory of work done."""

from __future__ import annotations

import gc
from weakref import ref

from kmsgen.authorizer import Authorizer, Request
from kmsgen.authorizer.memo import Memo
from kmsgen.policy.bundle import Bundle, Key, KeyAccess
from kmsgen.policy.document import Document

KEY = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


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


class _Owner:
    def __init__(self) -> None:
        self.memo = Memo(8, self.doubled)

    def doubled(self, number: int) -> int:
        return 2 * number


def test_what_holds_a_memory_goes_with_its_own_last_owner() -> None:
    """A memory made by a method of what holds it is no circle: garbage need not be collected for it to go."""
    owner = _Owner()
    assert owner.memo[4] == 8
    gone = ref(owner)
    gc.disable()
    try:
        del owner
        assert gone() is None
    finally:
        gc.enable()


def test_an_authorizer_is_gone_when_nobody_holds_it() -> None:
    """It remembers tens of thousands of plans: thousands of authorizers, one a file, must not wait for each other's."""
    authorizer = Authorizer(Bundle((KeyAccess(Key(KEY), Document(())),), {}))
    authorizer.decide(Request("arn:aws:iam::111122223333:role/a", "kms:Decrypt"), trace=True)
    gone = ref(authorizer)
    gc.disable()
    try:
        del authorizer
        assert gone() is None
    finally:
        gc.enable()

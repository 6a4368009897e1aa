"""Between one file and the next nothing is kept that belongs to the one: garbage, and what caches hold of its texts."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import ref

from kmsgen.arn import parse_arn
from kmsgen.catalogue.condition_keys import find
from kmsgen.cli.jobs.parallel.freeing import MOST_KEPT, freeing


class InACycle:
    """What only a collection frees."""

    def __init__(self) -> None:
        self.me = self


def roles(number: int) -> Iterator[str]:
    """Yield ARNs of one file alone."""
    yield from (f"arn:aws:iam::111122223333:role/{number}-{each}" for each in range(MOST_KEPT // 4))


def test_caches_of_functions_do_not_grow_with_the_files() -> None:
    """What they hold of the texts of many files goes, what many files share stays."""
    parse_arn.cache_clear()
    find.cache_clear()
    find("aws:PrincipalArn")
    sizes = []
    for number in freeing(range(20)):
        sizes.append(parse_arn.cache_info().currsize)
        for role in roles(number):
            parse_arn(role)
    assert max(sizes) <= MOST_KEPT
    assert find.cache_info().currsize == 1


def test_garbage_of_a_file_is_gone_at_the_next_one() -> None:
    """Also where it is in a cycle, as what a proof was made of."""
    left: list[ref[InACycle]] = []
    for _ in freeing(range(3)):
        assert all(one() is None for one in left)
        left.append(ref(InACycle()))

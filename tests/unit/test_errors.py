"""Places, what is wrong at them, and the exceptions that carry that."""

from __future__ import annotations

import pytest

from kmsgen.errors import Diagnostic, InputError, KmsgenError, Location, RefusedError, each, input_error, together, visible

HERE, THERE = Location("a.yaml", 2, 1), Location("a.yaml", 10, 1)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("größe 名前", "größe 名前"),
        ("\x1b[31m", "\\u001b[31m"),
        ("a\nb", "a\\nb"),
        ("\u202eabc", "\\u202eabc"),
        ("\u2800", "\\u2800"),
        ("##vso[task.setvariable]", "\\u0023#vso[task.setvariable]"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_is_no_text_is_spelled_out(text: str, shown: str) -> None:
    """For a terminal, a reader and the log of a CI server alike."""
    assert visible(text) == shown


def test_a_place_is_a_file_or_a_place_in_it() -> None:
    """Line 0 means the file as a whole."""
    assert (str(Location("a.yaml")), str(HERE)) == ("a.yaml", "a.yaml:2:1")


def test_an_error_tells_everything_once_in_the_order_of_the_source() -> None:
    """Of two that differ in their hint alone the first."""
    first, second = Diagnostic(HERE, "a", "x", "hint"), Diagnostic(THERE, "a", "x")
    assert InputError([second, first, first._replace(hint="other")]).diagnostics == (first, second)


def test_input_that_cannot_be_used_weighs_more_than_a_no() -> None:
    """One exit code for several failures: 2 where one of them is 2."""
    refused, unusable = RefusedError([Diagnostic(HERE, "no", "x")]), input_error(THERE, "bad", "y")
    assert together([refused]).exit_code == 1
    both = together([refused, unusable])
    assert (both.exit_code, len(both.diagnostics)) == (2, 2)


def test_each_item_is_done_before_a_failure_is_told() -> None:
    """All problems of a run in one run."""
    done: list[int] = []

    def work(item: int) -> int:
        done.append(item)
        if item % 2:
            raise input_error(Location(str(item)), "odd", "x")
        return item

    with pytest.raises(KmsgenError) as raised:
        each([1, 2, 3], work)
    assert [one.location.path for one in raised.value.diagnostics] == ["1", "3"]
    assert done == [1, 2, 3]
    assert each([2, 4], work) == [2, 4]

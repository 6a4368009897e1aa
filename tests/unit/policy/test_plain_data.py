"""Plain data of hostile origin."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.errors import Location
from kmsgen.policy.plain_data import Reader
from kmsgen.reading import Steps


def reader() -> Reader:
    """Return what reads data of which each part stands in the line that tells how deep it is."""

    def where(steps: Steps) -> Location:
        return Location("f", len(steps) + 1, 1)

    return Reader(where)


REFUSED = [
    ("mapping", [], "f:2:1: not-a-mapping: it must be a mapping", {}),
    ("text", 3, "f:2:1: not-a-text: it must be a text", None),
    ("flag", "true", "f:2:1: not-a-boolean: it must be true or false", False),
    ("texts", [], "f:2:1: empty-list: it must not be empty", ()),
    ("texts", ["a", 1], "f:3:1: not-a-text: it must be a text or a list of texts", ("a",)),
    ("pairs", {"a": []}, "f:3:1: not-a-text: it must be a text", (("a", ""),)),
]


@pytest.mark.parametrize(("method", "data", "told", "left"), REFUSED)
def test_what_is_of_another_form_is_told_and_left_out(method: str, data: Any, told: str, left: Any) -> None:
    """Reading goes on with what is of the form, so that every problem of a file is told in one run."""
    read = reader()
    assert getattr(read, method)(data, ("x",), "it") == left
    assert list(map(str, read.problems)) == [told]


def test_values_of_conditions_are_texts() -> None:
    """A number or a boolean stands for its text, as JSON spells it."""
    read = reader()
    assert read.values(["a", 1, True, 1.5], ()) == ("a", "1", "true", "1.5")
    assert read.values(data=False, steps=()) == ("false",)
    assert read.problems == []
    assert read.values([None, {}, "a"], ()) == ("a",)
    assert [one.code for one in read.problems] == ["bad-condition-value"] * 2


def test_an_element_that_nobody_knows_is_refused_with_the_nearest() -> None:
    """A name that is mistyped must not be read as if it were not there."""
    read = reader()
    read.known({"Efect": "Allow", "Action": "*"}, ("Effect", "Action"), (), "a statement")
    (problem,) = read.problems
    assert (problem.code, problem.hint) == ("unknown-element", "did you mean `Effect`?")

"""Trees made of other trees' parts: each part knows its place."""

from __future__ import annotations

import pytest

from kmsgen.intent.files.tree import DerivedTree, without
from kmsgen.reading import Steps, parse

TEXT = """\
a: [x, y, z]
b:
  - {c: [p, q], d: r}
  - s
  - {c: t}
"""
TREE = parse(TEXT, "x.yaml")


@pytest.mark.parametrize(
    ("gone", "data"),
    [
        ((), {"a": ["x", "y", "z"], "b": [{"c": ["p", "q"], "d": "r"}, "s", {"c": "t"}]}),
        ((("a",),), {"b": [{"c": ["p", "q"], "d": "r"}, "s", {"c": "t"}]}),
        ((("a", 1), ("b", 0, "c", 0), ("b", 1)), {"a": ["x", "z"], "b": [{"c": ["q"], "d": "r"}, {"c": "t"}]}),
        ((("a", 0), ("a", 1), ("a", 2), ("b", 0)), {"a": [], "b": ["s", {"c": "t"}]}),
        ((("b", 2, "c", 0), ("b", 1, "c", "e")), {"a": ["x", "y", "z"], "b": [{"c": ["p", "q"], "d": "r"}, {}]}),
        ((("nowhere",), ("b", 0, "nowhere")), {"a": ["x", "y", "z"], "b": [{"c": ["p", "q"], "d": "r"}, "s", {"c": "t"}]}),
    ],
)
def test_parts_are_left_out(gone: tuple[Steps, ...], data: object) -> None:
    """What goes is gone, a text with what would be below it, and nothing else; what is not there cannot go."""
    assert without(TREE, frozenset(gone)).data == data
    assert TREE.data == parse(TEXT, "x.yaml").data


def test_what_stays_keeps_its_place() -> None:
    """An item of a list that moved up is still where it is in the file, and so are its keys, after several cuts too."""
    rest = without(without(TREE, frozenset({("a", 0), ("b", 1)})), frozenset({("a", 0), ("b", 0, "c", 0)}))
    assert rest.data == {"a": ["z"], "b": [{"c": ["q"], "d": "r"}, {"c": "t"}]}
    places = [rest.where(("a", 0)), rest.where(("b", 0, "c", 0)), rest.where(("b", 1)), rest.where_key(("b", 1, "c"))]
    assert [(place.line, place.column) for place in places] == [(1, 11), (3, 13), (5, 5), (5, 6)]


def test_the_longest_steps_with_an_origin_count() -> None:
    """A part that has an origin of its own is there; what is not is where the part around it is."""
    other = parse("k: v\n", "other.yaml")
    tree = DerivedTree("x.yaml", {"a": ["x", "v"]}, {(): (TREE, ()), ("a", 1): (other, ("k",))})
    assert (tree.where(("a", 0)).path, tree.where(("a", 0)).column) == ("x.yaml", 5)
    assert (tree.where(("a", 1)).path, tree.where(("a", 1)).column) == ("other.yaml", 4)
    assert (tree.where_key(("a", 1)).path, tree.where_key(("a", 1)).column) == ("other.yaml", 1)

"""A preset's content with values in the place of its placeholders."""

from __future__ import annotations

from kmsgen.intent.files.placeholders import PlaceholderValues, Value, fill
from kmsgen.intent.files.tree import DerivedTree
from kmsgen.reading import parse

TEXT = """\
about: x
name: <name>
who: [role/a, <who>, role/z]
tags: {team: <team>, env: "<name>-x"}
only: {team: <team>}
rows: [[<team>], [<name>]]
"""


def filled(values: dict[str, Value | None], *given: str) -> DerivedTree:
    """Return the content with values, those `given` set on the command line."""
    return fill(parse(TEXT, "p.yaml"), ("about",), "preset:p", PlaceholderValues(values, frozenset(given)))


def test_values_take_the_place_of_placeholders() -> None:
    """A text that is a placeholder alone becomes its value, a list in a list its items; any other text stays."""
    tree = filled({"name": "n", "who": ["b", "c"], "team": "t"})
    assert tree.data == {
        "name": "n",
        "who": ["role/a", "b", "c", "role/z"],
        "tags": {"team": "t", "env": "<name>-x"},
        "only": {"team": "t"},
        "rows": [["t"], ["n"]],
    }


def test_what_has_no_value_goes() -> None:
    """A placeholder without a value takes its field or item away, and what is empty without it."""
    tree = filled({"name": "n", "who": None, "team": None})
    assert tree.data == {"name": "n", "who": ["role/a", "role/z"], "tags": {"env": "<name>-x"}, "rows": [["n"]]}


def test_a_value_is_no_placeholder() -> None:
    """What a value looks like does not matter: none is filled in twice, and an unknown placeholder is a text."""
    tree = filled({"name": "<team>", "team": "t"})
    assert (tree.data["name"], tree.data["who"]) == ("<team>", ["role/a", "<who>", "role/z"])


def test_each_part_knows_where_it_came_from() -> None:
    """A value that was set is at its `--set`, also within a list; all else is where it stands in the preset, and so are keys."""
    tree = filled({"name": "n", "who": ["b", "c"], "team": None}, "name", "who")
    assert [str(tree.where(("who", index))) for index in range(4)] == ["p.yaml:3:7", "--set who", "--set who", "p.yaml:3:22"]
    assert str(tree.where(("rows", 0, 0))) == "--set name"
    assert str(tree.where_key(("name",))) == "p.yaml:2:1"
    assert str(filled({"name": "n"}).where(("name",))) == "p.yaml:2:7"

"""What YAML's parser says, in words for whoever wrote the file."""

from __future__ import annotations

import pytest

from kmsgen.errors import InputError
from kmsgen.reading.yaml_text import parse_yaml

QUOTES = "quotes"
HINTS = {
    "a list that is not closed": ("a:\n  b: [c\n\nd: e\n", "`[` or `{` of line 2"),
    "a mapping that is not closed": ("a: {b: c\n", "`[` or `{` of line 1"),
    "a quote that is not closed": ('a: "x\nb: c\n', "quote of line 1"),
    "a star": ("a: *\n", QUOTES),
    "a sign that YAML keeps": ("a: @b\n", QUOTES),
    "a colon in a text": ("a: b: c\n", QUOTES),
    "a line that is indented too far": ("a: b\n c: d\n", "same column"),
    "a list that is indented in two ways": ("a:\n  - x\n - y\n", "same column"),
    "a list that goes on as a mapping": ("- a\nb: c\n", "same column"),
    "a list within a line": ("a: - b\n", "[a, b]"),
    "a text after a quoted one": ('a: "x" y\n', QUOTES),
    "a backslash in double quotes": ('a: "x\\q"\n', "single quotes"),
}


@pytest.mark.parametrize("what", HINTS)
def test_a_mistake_of_form_has_a_hint(what: str) -> None:
    """What does not parse is told with what is likely to mend it, and where what is not closed began."""
    text, hint = HINTS[what]
    with pytest.raises(InputError) as caught:
        parse_yaml(text, "x.yaml")
    (found,) = caught.value.diagnostics
    assert found.code == "yaml-syntax"
    assert hint in found.hint

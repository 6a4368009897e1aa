"""What users may write in several ways."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic_core import PydanticCustomError

from kmsgen.intent.form.shorthand import as_field, as_name, as_text, digits, listed


@pytest.mark.parametrize(("value", "number"), [("365", 365), (365, 365), ("007", 7)])
def test_digits_are_a_number(value: Any, number: int) -> None:
    """A reader of YAML may give a text or a number."""
    assert digits(value) == number


@pytest.mark.parametrize("value", ["", "1234567", "1.5", "-1", "1e3", "٣", True, None, "0x10", " 7"])
def test_nothing_else_is_a_number(value: Any) -> None:
    """Neither a boolean, which Python takes for one, nor digits of another writing, nor a text without end."""
    with pytest.raises(PydanticCustomError):
        digits(value)


def test_a_text_stands_for_a_list_a_field_or_a_name() -> None:
    """What has the full form stays as it is, for the models to judge."""
    assert [listed(value) for value in ("a", True, ["a"], None)] == [["a"], [True], ["a"], None]
    assert (as_field("principal", "a"), as_field("principal", {"x": 1})) == ({"principal": "a"}, {"x": 1})
    assert (as_name("deny-delete"), as_name({"deny-delete": {}})) == ({"deny-delete": None}, {"deny-delete": {}})
    assert [as_text(value) for value in (True, False, "True", 1)] == ["true", "false", "True", 1]

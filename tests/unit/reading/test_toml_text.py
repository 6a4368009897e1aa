"""TOML as data with places."""

from __future__ import annotations

import pytest

from kmsgen.errors import InputError
from kmsgen.reading.toml_text import parse_toml

TEXT = '''# a comment = "x"
intents = ["a",
  "b]", # ]
]

[never.contractors]
principal = "role/contractor-*"
actions = ["kms:Decrypt"]
[never."a.b"]
principal = """
x = 1
"""
[only]
keys = {principals = ["role/a"], actions = ["kms:Sign", "kms:Verify"]}
x.y = 'z'
[[list]]
a = 1
[[list]]
  a = 2
'''


@pytest.mark.parametrize(
    ("steps", "key", "value"),
    [
        (("intents",), (2, 1), (2, 11)),
        (("intents", 1), (3, 3), (3, 3)),
        (("never",), (6, 2), (6, 2)),
        (("never", "contractors"), (6, 8), (6, 8)),
        (("never", "contractors", "actions"), (8, 1), (8, 11)),
        (("never", "contractors", "missing"), (6, 8), (6, 8)),
        (("never", "a.b", "principal"), (10, 1), (10, 13)),
        (("only", "keys", "actions"), (14, 34), (14, 44)),
        (("only", "keys", "actions", 1), (14, 57), (14, 57)),
        (("only", "x", "y"), (15, 3), (15, 7)),
        (("list", 0, "a"), (17, 1), (17, 5)),
        (("list", 1, "a"), (19, 3), (19, 7)),
    ],
)
def test_each_key_and_value_has_its_place(steps: tuple[str | int, ...], key: tuple[int, int], value: tuple[int, int]) -> None:
    """Tables, dotted keys, inline tables, arrays; brackets in texts and comments are none."""
    source = parse_toml(TEXT, "x.toml")
    assert (source.where_key(steps)[1:], source.where(steps)[1:]) == (key, value)


@pytest.mark.parametrize("text", ["a = ", "a = 1\na = 2", "[" * 5000, "a = " + "[" * 100_000])
def test_what_is_no_toml_is_refused(text: str) -> None:
    """With its place where there is one."""
    with pytest.raises(InputError, match=r"x\.toml.*: toml-syntax: "):
        parse_toml(text, "x.toml")

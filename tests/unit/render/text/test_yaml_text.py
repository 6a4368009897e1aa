"""YAML that every reader turns back into the same data."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from cfnlint.decode import cfn_yaml
from hypothesis import given
from hypothesis import strategies as st

from kmsgen.reading import parse
from kmsgen.render.text.yaml_text import dump, scalar
from tests.unit.render.texts import NASTY, keys, texts, values

documents = st.dictionaries(keys, values, max_size=5)


def as_text(data: Any) -> Any:
    """Return data as kmsgen's own reader has it: numbers stay text."""
    if isinstance(data, dict):
        return {name: as_text(item) for name, item in data.items()}
    if isinstance(data, list):
        return [as_text(item) for item in data]
    return str(data) if isinstance(data, int) and not isinstance(data, bool) else data


@given(documents)
def test_a_yaml_1_1_reader_gets_back_exactly_what_was_written(data: dict[str, Any]) -> None:
    """PyYAML, which takes `no` for false and 012 for ten, reads the same data."""
    assert yaml.safe_load(dump(data)) == (data or None if not dump(data) else data)


@given(documents.filter(lambda data: "<<" not in dump(data)))
def test_kmsgen_reads_back_exactly_what_it_wrote(data: dict[str, Any]) -> None:
    """The reader that reads templates back reads the same data."""
    assert parse(dump(data), "t.yaml").data == as_text(data)


@given(st.dictionaries(st.sampled_from(["A", "B", "C"]), texts, min_size=1))
def test_cfn_lint_reads_back_exactly_what_was_written(data: dict[str, str]) -> None:
    """cfn-lint's own reader reads the same texts."""
    assert json.loads(json.dumps(cfn_yaml.loads(dump(data)))) == data


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_a_nasty_text_is_one_line_and_comes_back(text: str) -> None:
    """Every text is written on one line and read back as the same text, as a key and as a value."""
    assert "\n" not in scalar(text)
    assert yaml.safe_load(dump({"a": text, "b": [text]})) == {"a": text, "b": [text]}


@pytest.mark.parametrize(
    ("data", "written"),
    [
        ("Allow", "Allow"),
        ("kms:Decrypt", "kms:Decrypt"),
        ("arn:aws:iam::111122223333:role/x", "arn:aws:iam::111122223333:role/x"),
        ("2012-10-17", '"2012-10-17"'),
        ("012345678901", '"012345678901"'),
        ("no", '"no"'),
        ("", '""'),
        ("a b", '"a b"'),
        ("${aws:username}", '"${aws:username}"'),
        (True, "true"),
        (None, "null"),
        (30, "30"),
    ],
)
def test_a_scalar_is_quoted_unless_no_reader_could_mistake_it(data: object, written: str) -> None:
    """Plain words and ARNs stay plain; whatever looks like anything else is quoted."""
    assert scalar(data) == written


def test_lists_of_mappings_are_written_in_blocks() -> None:
    """A list item that is a mapping starts on the line of its dash."""
    assert dump({"aa": [{"bb": "cc", "dd": ["ee"]}]}) == "aa:\n  - bb: cc\n    dd:\n      - ee"


def test_empty_collections_stand_on_their_line() -> None:
    """Nothing is not null."""
    assert dump({"aa": {}, "bb": [], "cc": [{}]}) == "aa: {}\nbb: []\ncc:\n  - {}"


def test_what_is_not_plain_data_is_refused() -> None:
    """A value of another type is an error, never its repr."""
    with pytest.raises(TypeError):
        dump({"a": object()})


@pytest.mark.parametrize("data", [{}, [], {"a": "b"}, ["a"]])
def test_a_collection_is_no_scalar(data: object) -> None:
    """What takes lines of its own never stands on one by mistake."""
    with pytest.raises(TypeError):
        scalar(data)

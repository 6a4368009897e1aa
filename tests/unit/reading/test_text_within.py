"""JSON within a string of a file has its places in that file."""

from __future__ import annotations

import json

import pytest

from kmsgen.errors import InputError
from kmsgen.reading import parse
from kmsgen.reading.text_within import parse_within

POLICY = {"Statement": [{"Sid": 'é "quoted" \\ \U0001f600 <tab>\t', "Effect": "Allow"}, {"Effect": "Deny", "Action": ["a", "b"]}]}
STEPS = [("Statement",), ("Statement", 0, "Effect"), ("Statement", 1), ("Statement", 1, "Action", 1)]


@pytest.mark.parametrize("escaped", [True, False])
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("steps", STEPS)
def test_places_are_those_in_the_file(steps: tuple[str | int, ...], indent: int | None, escaped: bool) -> None:  # noqa: FBT001 - a case
    """However the string is written: escapes, pairs of surrogates and line ends within it count as they stand there."""
    text = json.dumps(POLICY, indent=indent, ensure_ascii=escaped)
    file = '{"a": [1,\n  {"policy": ' + json.dumps(text, ensure_ascii=escaped) + "}]}"
    place = parse_within(parse(file, "plan.json"), ("a", 1, "policy")).where(steps)
    there = file.split("\n")[place.line - 1][place.column - 1 :]
    value: object = POLICY
    for step in steps:
        value = value[step]  # type: ignore[index]
    written = json.dumps(json.dumps(value, ensure_ascii=escaped), ensure_ascii=escaped)[1:-1]
    assert there.startswith(written[:6] if isinstance(value, str) else written[0])


def test_what_is_wrong_is_told_where_it_stands() -> None:
    """A syntax error and a key given twice are placed in the file."""
    for text, code, found in (('{"a" 1}', "json-syntax", " 1}"[1:]), ('{"a": 1, "a": 2}', "duplicate-key", '\\"a\\": 2')):
        file = '{"p": ' + json.dumps(text) + "}"
        with pytest.raises(InputError) as raised:
            parse_within(parse(file, "plan.json"), ("p",))
        (problem,) = raised.value.diagnostics
        assert problem.code == code
        assert file[problem.location.column - 1 :].startswith(found)


def test_in_yaml_the_place_is_that_of_the_string() -> None:
    """Its lines are folded in many ways: the start is what is surely right."""
    source = parse("a: 1\npolicy: '{\"b\": [1]}'\n", "x.yaml")
    within = parse_within(source, ("policy",))
    assert (within.data, str(within.where(("b", 0)))) == ({"b": ["1"]}, "x.yaml:2:9")

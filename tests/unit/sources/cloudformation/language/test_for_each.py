"""Loops of CloudFormation's language extensions."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.sources.cloudformation.language.for_each import MOST_ITEMS, entries, written_out
from tests.unit.sources.cloudformation.stacks import ROOT, described, stack


def as_it_stands(data: Any) -> Any:
    """Take a collection as it is."""
    return data


def test_a_loop_is_written_out_with_its_values() -> None:
    """In keys, in texts, in place of `Ref`, and without other signs than letters and digits where `&` asks for it."""
    loop = {"Fn::ForEach::L": ["X", ["a.b", "c"], {"Key&{X}": {"Name": {"Fn::Sub": "n-${X}"}, "Of": {"Ref": "X"}}}]}
    assert written_out(loop, as_it_stands) == {
        "Keyab": {"Name": {"Fn::Sub": "n-a.b"}, "Of": "a.b"},
        "Keyc": {"Name": {"Fn::Sub": "n-c"}, "Of": "c"},
    }


def test_loops_may_stand_within_loops() -> None:
    """The inner body has both values, and its place is that of the inner body."""
    inner = {"Fn::ForEach::I": ["Y", ["1", "2"], {"${X}${Y}": "v"}]}
    found = list(entries({"Fn::ForEach::O": ["X", ["a", "b"], inner]}, as_it_stands))
    assert [name for name, _, _ in found] == ["a1", "a2", "b1", "b2"]
    assert {place for _, _, place in found} == {("Fn::ForEach::O", 2, "Fn::ForEach::I", 2, "${X}${Y}")}


def test_a_loop_over_what_is_not_known_stays_as_it_is() -> None:
    """Nothing is made of it."""
    loop = {"Fn::ForEach::L": ["X", {"Ref": "Later"}, {"K": 1}]}
    assert written_out(loop, as_it_stands) == loop


def test_loops_within_loops_cannot_go_round_without_end() -> None:
    """Together they go round so often at most as one may."""
    many = [str(number) for number in range(100)]
    data: Any = {"${A}${B}${C}": 1}
    for variable in "ABC":
        data = {f"Fn::ForEach::{variable}": [variable, many, data]}
    assert len(list(entries(data, as_it_stands))) <= MOST_ITEMS


def test_resources_of_a_loop_are_resources_of_the_stack() -> None:
    """The collection may be a parameter."""
    text = """
Parameters: {Teams: {Type: CommaDelimitedList, Default: 'red,blue'}}
Resources:
  'Fn::ForEach::Keys':
    - Team
    - !Ref Teams
    - 'Key${Team}': {Type: AWS::KMS::Key, Properties: {Tags: [{Key: team, Value: !Ref Team}]}}
"""
    assert list(stack(text).evaluation.references.key_arns) == ["Keyred", "Keyblue"]


OPEN = """
Transform: AWS::LanguageExtensions
Parameters: {{Later: {{Type: CommaDelimitedList}}}}
Resources:
  Key: {{Type: AWS::KMS::Key, Properties: {{{key}}}}}
  {loop}: [X, !Ref Later, {{"N${{X}}": {{Type: "{of}", Properties: {{}}}}}}]
"""
POLICY = f"KeyPolicy: {{Statement: [{ROOT}]}}"
LOOP = '"Fn::ForEach::P": [Y, !Ref Later, {"K${Y}": 1}]'


@pytest.mark.parametrize(
    ("key", "of", "is_open"),
    [
        (POLICY, "AWS::KMS::Key", True),
        (POLICY, "AWS::IAM::RolePolicy", True),
        (POLICY, "AWS::SQS::Queue", False),
        (LOOP, "AWS::SQS::Queue", True),
        (f"KeyPolicy: {{Statement: [{ROOT}], {LOOP}}}", "AWS::SQS::Queue", True),
    ],
)
def test_what_a_loop_over_an_unknown_list_makes_is_open(key: str, of: str, *, is_open: bool) -> None:
    """Keys, policies and properties that it may make are not taken to be absent; queues give no access to keys."""
    found = described(OPEN.format(key=key, of=of, loop="Fn::ForEach::L"))
    assert bool(found.unknown) is is_open

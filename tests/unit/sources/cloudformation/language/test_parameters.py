"""Parameters of templates."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.sources.beside import Beside
from kmsgen.sources.unknown.unknown import Text, Unknown
from tests.unit.sources.cloudformation.stacks import HOME, described, stack, value

TEMPLATE = """
Parameters:
  Text: {Type: String, Default: x}
  Flag: {Type: String, Default: true}
  Commas: {Type: CommaDelimitedList, Default: 'a, b,c'}
  Listed: {Type: 'List<String>', Default: 'a'}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /name/of/it}
  StoredList: {Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: /name}
  Secret: {Type: String, Default: '{{resolve:secretsmanager:s}}'}
"""


@pytest.mark.parametrize(("name", "expected"), [("Text", "x"), ("Flag", "true"), ("Commas", ["a", "b", "c"]), ("Listed", ["a"])])
def test_a_default_is_the_value_that_its_type_makes_of_it(name: str, expected: Any) -> None:
    """Lists are parted at commas."""
    assert value(f"!Ref {name}", TEMPLATE) == expected


@pytest.mark.parametrize("name", ["Stored", "StoredList", "Secret"])
def test_a_default_that_names_a_value_elsewhere_is_not_the_value(name: str) -> None:
    """Systems Manager and Secrets Manager hold it; --parameter tells it."""
    assert isinstance(value(f"!Ref {name}", TEMPLATE), Unknown | Text)
    assert value(f"!Ref {name}", TEMPLATE, **{name: "told"}) in ("told", ["told"])


def test_an_answer_that_rests_on_a_default_says_so() -> None:
    """A parameter in a policy is named; one in a Sid, and one that is told, is not."""
    made = stack(TEMPLATE, Listed="q")
    made.evaluation.label({"Ref": "Commas"}, ())
    made.evaluation.value([{"Ref": "Text"}, {"Ref": "Listed"}], ())
    assert list(made.evaluation.rested_on) == ["Text"]


def test_the_note_names_the_option_that_tells_the_value() -> None:
    """`--parameter NAME=VALUE`, at the place of the parameter."""
    key = "{Statement: [{Effect: Allow, Principal: {AWS: !Ref A}, Action: 'kms:*', Resource: '*'}]}"
    resources = f"Resources:\n  K: {{Type: AWS::KMS::Key, Properties: {{KeyPolicy: {key}}}}}\n"
    text = f"Parameters:\n  A: {{Type: String, Default: '111122223333'}}\n{resources}"
    notes = [(note.code, note.location.line) for note in described(text).notes if "--parameter A=VALUE" in note.message]
    assert notes == [("assumed", 2)]


def test_a_value_for_what_a_template_does_not_speak_of_is_noted() -> None:
    """A name that is spelled wrong would do nothing."""
    beside = Beside(home=HOME, parameters={"Text": "a", "Txt": "b", "AWS::StackName": "s"})
    text = f"{TEMPLATE}Resources: {{Key: {{Type: AWS::KMS::Key}}}}"
    assert [note.message.split("`")[1] for note in described(text, beside).notes if note.code == "unused-parameter"] == ["Txt"]

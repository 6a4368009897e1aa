"""CloudFormation's intrinsic functions."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.sources.unknown.unknown import ABSENT, OneOf, Text, Unknown, unknown_in
from tests.unit.sources.cloudformation.stacks import value

TEMPLATE = """
Parameters:
  Name: {Type: String, Default: app}
  Later: {Type: String}
  Names: {Type: CommaDelimitedList, Default: 'a, b'}
Mappings:
  Accounts: {prod: {Id: '444455556666', Ids: [x, y]}, app: {Id: '777788889999'}}
"""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("!Ref Name", "app"),
        ("!Ref Names", ["a", "b"]),
        ("!Ref AWS::AccountId", "111122223333"),
        ("!Ref AWS::URLSuffix", "amazonaws.com"),
        ("!Sub 'role/${Name}-${AWS::Region}'", "role/app-eu-west-1"),
        ("!Sub 'user/${!aws:username}'", "user/${aws:username}"),
        ("!Sub ['${A}-${Name}', {A: !Join ['+', !Ref Names]}]", "a+b-app"),
        ("!Join ['', ['arn:', !Ref AWS::Partition, ':iam::', !Ref Name]]", "arn:aws:iam::app"),
        ("!Select [1, !Ref Names]", "b"),
        ("!Select ['0', !Split ['/', 'x/y']]", "x"),
        ("!Split [',', !Sub ['r/${L}', {L: !Join [',r/', !Ref Names]}]]", ["r/a", "r/b"]),
        ("!FindInMap [Accounts, prod, Id]", "444455556666"),
        ("!FindInMap [Accounts, !Ref Name, Id]", "777788889999"),
        ("!FindInMap [Accounts, prod, Ids]", ["x", "y"]),
        ("{'Fn::FindInMap': [Accounts, test, Id, {DefaultValue: none}]}", "none"),
        ("{'Fn::Length': !Ref Names}", "2"),
        ("[x, !Ref AWS::NoValue, !Ref Name]", ["x", "app"]),
        ("{a: !Ref AWS::NoValue, b: c}", {"b": "c"}),
        ("!Sub ['${J}', {J: {'Fn::ToJsonString': {a: !Ref Name}}}]", '{"a":"app"}'),
    ],
)
def test_a_function_of_what_is_told_has_a_value(expression: str, expected: Any) -> None:
    """Where every argument is told, so is the value."""
    assert value(expression, TEMPLATE) == expected


@pytest.mark.parametrize(
    ("expression", "unknown"),
    [
        ("!Ref Later", "parameter Later"),
        ("!Ref AWS::StackName", "AWS::StackName"),
        ("!Ref Nobody", "Nobody"),
        ("!GetAtt Custom.Value", "Custom.Value"),
        ("!Split [',', !Ref Later]", "parameter Later"),
        ("!FindInMap [Accounts, !Ref AWS::StackName, Id]", "AWS::StackName"),
        ("!FindInMap [Accounts, test, Id]", "Fn::FindInMap"),
        ("!ImportValue shared-role", "export shared-role"),
        ("{'Fn::ImportValue': !Sub '${AWS::StackName}-role'}", "export ${AWS::StackName}-role"),
        ("'{{resolve:ssm:/a/b:1}}'", "{{resolve:ssm:/a/b:1}}"),
        ("!Select [², [a]]", "Fn::Select"),
        ("!Select [7, [a]]", "Fn::Select"),
        ("!Join [a]", "Fn::Join"),
        ("!GetAZs ''", "Fn::GetAZs"),
        ("{'Fn::Transform': {Name: 'AWS::Include'}, a: b}", "what the macro AWS::Include makes"),
        ("!Rain::Embed file.txt", "Fn::Rain::Embed"),
    ],
)
def test_what_only_a_deployment_knows_is_unknown_by_its_name(expression: str, unknown: str) -> None:
    """It is no error, it is not guessed, and it says what would have to be known."""
    found = value(expression, TEMPLATE)
    assert isinstance(found, Unknown)
    assert found.what == unknown


@pytest.mark.parametrize(
    ("expression", "name"), [("!ImportValue shared-role", "shared-role"), ("!GetAtt Custom.Value", "Custom.Value")]
)
def test_the_user_may_tell_an_export_and_an_attribute(expression: str, name: str) -> None:
    """By their names: `--parameter shared-role=...`."""
    assert value(expression, TEMPLATE, **{name: "told"}) == "told"


def test_a_text_may_be_known_in_part() -> None:
    """What stands around an unknown part is kept, whichever function puts them together."""
    for expression in ("!Sub 'arn:${Later}:x'", "!Join [':', [arn, !Ref Later, x]]", "'arn:{{resolve:ssm:x}}:x'"):
        found = value(expression, TEMPLATE)
        assert isinstance(found, Text)
        assert found.pattern == "arn:*:x"


def test_what_is_unknown_has_a_place() -> None:
    """The steps lead to the function in the file."""
    assert [one.steps for one in unknown_in(value("[x, {a: !Ref Later}]", TEMPLATE))] == [(1, "a", "Ref")]


def test_a_function_under_an_undecided_condition_is_one_of_two() -> None:
    """`AWS::NoValue` in one branch is an absent value."""
    conditions = TEMPLATE + "Conditions: {Has: !Equals [!Ref Later, x]}\n"
    found = value("!If [Has, a, !Ref AWS::NoValue]", conditions)
    assert isinstance(found, OneOf)
    assert (found.options, found.what) == (("a", ABSENT), "condition on Later")


@pytest.mark.parametrize("key", ["!Ref Later", "!Ref AWS::Region"])
def test_a_map_has_one_of_its_rows(key: str) -> None:
    """A key that is not told must be one of the map's, so the value is one of these; a deployment refuses any other."""
    found = value(f"!Sub ['of-${{A}}', {{A: !FindInMap [Accounts, {key}, Id]}}]", TEMPLATE)
    assert isinstance(found, OneOf)
    assert sorted(found.options) == ["of-444455556666", "of-777788889999"]


@pytest.mark.parametrize(("told", "expected"), [({}, {"x", "y", "none"}), ({"Later": "prod"}, {"x"}), ({"Later": "z"}, {"none"})])
def test_a_key_that_is_not_told_may_be_in_no_row(told: dict[str, str], expected: set[str]) -> None:
    """A mapping with a default has it for every other key; without one there could be no stack of such a key."""
    rows = "Parameters: {Later: {Type: String}}\nMappings: {M: {prod: {Id: x}, test: {Id: y}}}"
    found = value("{'Fn::FindInMap': [M, !Ref Later, Id, {DefaultValue: none}]}", rows, **told)
    assert set(found.options if isinstance(found, OneOf) else [found]) == expected
    found = value("!FindInMap [M, !Ref Later, Id]", rows)
    assert set(found.options) == {"x", "y"}

"""What `Ref` and `Fn::GetAtt` of resources give."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.sources.unknown.unknown import Text, Unknown
from tests.unit.sources.cloudformation.stacks import evaluated, value

RESOURCES = """
Parameters: {Later: {Type: String}}
Resources:
  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub 'logs-${AWS::AccountId}'}}
  Unnamed: {Type: AWS::S3::Bucket}
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: alerts}}
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs}}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /app}}
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: app, Path: /team/}}
  Nameless: {Type: AWS::IAM::Role, Properties: {RoleName: !Ref Later}}
  Key: {Type: AWS::KMS::Key}
  Circle: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref Circle}}
  Stack: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://example.com/x.yaml'}}
"""


def resolved(expression: str, **parameters: str) -> Any:
    """Work out an expression beside the resources."""
    return evaluated(f"{RESOURCES}  Here: {{Type: T, Properties: {{Value: {expression}}}}}\n", **parameters)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("!Ref Bucket", "logs-111122223333"),
        ("!GetAtt Bucket.Arn", "arn:aws:s3:::logs-111122223333"),
        ("!Ref Topic", "arn:aws:sns:eu-west-1:111122223333:alerts"),
        ("!GetAtt Topic.TopicName", "alerts"),
        ("!GetAtt [Queue, Arn]", "arn:aws:sqs:eu-west-1:111122223333:jobs"),
        ("!GetAtt Logs.Arn", "arn:aws:logs:eu-west-1:111122223333:log-group:/app:*"),
        ("!Ref Role", "app"),
        ("!GetAtt Role.Arn", "arn:aws:iam::111122223333:role/team/app"),
        ("!GetAtt Nameless.Arn", "arn:aws:iam::111122223333:role/Nameless"),
        ("!Ref Key", "00000000-0000-0000-0000-000000000000"),
        ("!GetAtt Key.Arn", "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000"),
        (
            "!Sub '${Key.Arn}/${Bucket}'",
            "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000/logs-111122223333",
        ),
    ],
)
def test_a_resource_that_is_named_has_its_name_and_arn(expression: str, expected: str) -> None:
    """A key, and a role without a name, go by one that stands for theirs."""
    assert resolved(expression) == expected


@pytest.mark.parametrize(("expression", "pattern"), [("!GetAtt Unnamed.Arn", "arn:aws:s3:::*"), ("!Sub '${Circle}x'", "*x")])
def test_of_a_resource_without_a_name_the_kind_is_known(expression: str, pattern: str) -> None:
    """Its ARN is known but for the name; one that is named by itself has none."""
    found = resolved(expression)
    assert isinstance(found, Text)
    assert found.pattern == pattern


@pytest.mark.parametrize("expression", ["!GetAtt Stack.Outputs.Arn", "!GetAtt Key.Other", "!GetAtt Bucket.Other", "!Ref Stack"])
def test_of_other_things_nothing_is_known(expression: str) -> None:
    """An attribute that is not listed is unknown, by its name."""
    assert isinstance(resolved(expression), Unknown)


def test_the_id_of_a_stack_is_known_but_for_its_name_and_end() -> None:
    """--parameter AWS::StackName=... tells the name."""
    found = value("!Ref AWS::StackId", AWS__StackName="prod")
    assert isinstance(found, Text)
    assert found.pattern == "arn:aws:cloudformation:eu-west-1:111122223333:stack/prod/*"

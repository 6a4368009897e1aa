"""Stacks made of texts, for tests."""

from __future__ import annotations

from typing import Any

from kmsgen.reading.yaml_text import parse_yaml
from kmsgen.sources.beside import Beside
from kmsgen.sources.cloudformation.language.evaluation import Evaluation, ToldOfStack
from kmsgen.sources.cloudformation.stack import Stack, give_key_arns, stack_of
from kmsgen.sources.cloudformation.template import DIALECT, read_template
from kmsgen.sources.described import Described, Home

HOME = Home("aws", "111122223333", "eu-west-1")
HERE = Beside(home=HOME)
ROOT = "{Effect: Allow, Principal: {AWS: 'arn:aws:iam::111122223333:root'}, Action: 'kms:*', Resource: '*'}"


def stack(text: str, *, sure: bool = False, **parameters: str) -> Stack:
    """Make a stack of the text of a template; `AWS__StackName` tells a pseudo parameter."""
    source = parse_yaml(text, "template.yaml", DIALECT)
    source.data.setdefault("Resources", {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}})
    told = {name.replace("__", "::"): value for name, value in parameters.items()}
    made = stack_of(source, ToldOfStack(HOME, sure, told))
    give_key_arns(made, map(HOME.key_arn, range(9)), known=False)
    return made


def value(expression: str, template: str = "", **parameters: str) -> Any:
    """Work out an expression in a template, each given as YAML."""
    text = f"{template}\nResources: {{Nothing: {{Type: T}}, Here: {{Type: T, Properties: {{Value: {expression}}}}}}}"
    return evaluated(text, **parameters)


def evaluated(text: str, **parameters: str) -> Any:
    """Return the property `Value` of the resource `Here` worked out."""
    made = stack(text, **parameters)
    evaluation: Evaluation = made.evaluation
    return evaluation.value(made.resources["Here"].properties["Value"], ())


def described(text: str, beside: Beside = HERE) -> Described:
    """Read the text of a template."""
    return read_template(parse_yaml(text, "template.yaml", DIALECT), beside)

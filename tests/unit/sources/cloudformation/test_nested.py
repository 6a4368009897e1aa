"""Stacks within stacks: templates beside a template, and bodies of StackSets."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmsgen.reading import read_file
from kmsgen.sources.cloudformation.template import DIALECT, read_template
from kmsgen.sources.described import Described
from tests.unit.sources.cloudformation.stacks import HERE, ROOT, described

INNER = f"""
Parameters: {{Who: {{Type: String, Default: nobody}}}}
Conditions: {{Known: !Equals [!Ref Who, '444455556666']}}
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
          - {ROOT}
          - {{Effect: Allow, Principal: {{AWS: !Ref Who}}, Action: !If [Known, 'kms:Decrypt', 'kms:Encrypt'], Resource: '*'}}
Outputs: {{Arn: {{Value: !GetAtt Key.Arn}}}}
"""
OUTER = """
Parameters: {Given: {Type: String, Default: '444455556666'}, Later: {Type: String}}
Resources:
  Keys: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: THERE, Parameters: {Who: WHO}}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: r
      Policies:
        - {PolicyName: p, PolicyDocument: {Statement: [{Effect: Allow, Action: 'kms:Sign', Resource: !GetAtt Keys.Outputs.Arn}]}}
"""


def read(folder: Path, who: str = "'444455556666'", url: str = "keys.yaml") -> Described:
    """Read a template with a nested one beside it."""
    (folder / "keys.yaml").write_text(INNER, encoding="utf-8")
    (folder / "outer.yaml").write_text(OUTER.replace("WHO", who).replace("THERE", url), encoding="utf-8")
    return read_template(read_file(folder / "outer.yaml", dialect=DIALECT), HERE)


def test_a_nested_template_that_lies_beside_is_read(tmp_path: Path) -> None:
    """Its keys are keys of the file, with places in their own; its outputs are known to the template that holds it."""
    found = read(tmp_path)
    key = found.bundle.keys[0].key.arn
    assert found.places.policies[0].where(("Statement", 0)).path.endswith("keys.yaml")
    assert found.bundle.principals["arn:aws:iam::111122223333:role/r"].identity_policies[0].statements[0].resources == (key,)


@pytest.mark.parametrize(
    ("who", "actions", "unknown", "notes"),
    [
        ("'444455556666'", [("kms:Decrypt",)], [], []),
        ("!Ref Given", [("kms:Decrypt",), ("kms:Encrypt",)], ["condition on Who", "parameter Who"], ["Given"]),
        ("!Ref Later", [("kms:Decrypt",), ("kms:Encrypt",)], ["condition on Who", "parameter Who"], []),
    ],
)
def test_what_a_nested_stack_is_given_is_as_sure_as_it_is_outside(
    tmp_path: Path, who: str, actions: list[tuple[str, ...]], unknown: list[str], notes: list[str]
) -> None:
    """A text decides conditions; a default of the parent, or what it does not know, does not."""
    found = read(tmp_path, who)
    statements = found.most.keys[0].policy.statements[1:]
    assert list(dict.fromkeys(one.actions for one in statements)) == actions
    assert [one.what for one in found.unknown] == unknown
    assert [note.message.split()[2] for note in found.notes if note.code == "assumed"] == notes


@pytest.mark.parametrize("url", ["'https://example.com/keys.yaml'", "../keys.yaml", "/etc/passwd", "missing.yaml", "!Ref Later"])
def test_no_other_file_is_read(tmp_path: Path, url: str) -> None:
    """Nothing is fetched, and nothing outside the folder is opened."""
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "keys.yaml").write_text(INNER, encoding="utf-8")
    assert read(inside, url=url).no_key is not None


def test_a_template_that_holds_itself_ends(tmp_path: Path) -> None:
    """It is read a few times, not without end."""
    (tmp_path / "a.yaml").write_text(INNER, encoding="utf-8")
    text = INNER.replace("Outputs:", "  Again: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: a.yaml}}\nOutputs:")
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    found = read_template(read_file(tmp_path / "a.yaml", dialect=DIALECT), HERE)
    assert len({access.key.arn for access in found.bundle.keys}) == len(found.bundle.keys) == 6


def test_the_body_of_a_stack_set_may_be_made_by_a_function() -> None:
    """`Fn::ToJsonString` of a template."""
    body = "{'Fn::ToJsonString': {Resources: {Key: {Type: AWS::KMS::Key}}}}"
    found = described(f"Resources: {{Set: {{Type: AWS::CloudFormation::StackSet, Properties: {{TemplateBody: {body}}}}}}}")
    assert len(found.bundle.keys) == 1


@pytest.mark.parametrize("body", ["|\n" + "".join(f"        {line}\n" for line in INNER.splitlines() if line), "!Ref Later"])
def test_the_body_of_a_stack_set_is_a_template(body: str) -> None:
    """It stands in a text; one that is not known has no keys that could be told."""
    text = f"""
Parameters: {{Later: {{Type: String}}}}
Resources:
  Set:
    Type: AWS::CloudFormation::StackSet
    Properties:
      Parameters: [{{ParameterKey: Who, ParameterValue: '444455556666'}}]
      TemplateBody: {body}
"""
    found = described(text)
    lines = [access.policy.statements[1].actions for access in found.bundle.keys]
    assert lines == ([("kms:Decrypt",)] if "|" in body else [])


HANDED = """
Resources:
  Key: {{Type: AWS::KMS::Key, Properties: {{KeyPolicy: {{Statement: [{root}]}}}}}}
  Role: {{Type: AWS::IAM::Role, Properties: {{RoleName: r, AssumeRolePolicyDocument: {{}}}}}}
  There: {{Type: "{of}", Properties: {{TemplateURL: "https://s3/x.yaml", Parameters: {{Who: {who}}}}}}}
"""


@pytest.mark.parametrize("of", ["AWS::CloudFormation::Stack", "AWS::Serverless::Application", "A::B::MODULE", "Custom::A"])
@pytest.mark.parametrize(
    ("who", "is_open"),
    [
        ("!Ref Role", True),
        ("!GetAtt Role.Arn", True),
        ('!Sub "${Role}"', True),
        ("[{Value: !Ref Role}]", True),
        ("!Ref Key", False),
    ],
)
def test_whoever_is_handed_to_what_is_not_here_may_get_more(of: str, who: str, *, is_open: bool) -> None:
    """A nested stack that is not given, a module, a custom resource: each can attach policies to a role that it is told of."""
    found = described(HANDED.format(root=ROOT, of=of, who=who))
    assert ("arn:aws:iam::111122223333:role/r" in found.untold) is is_open

"""CloudFormation templates as bundles."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.reading import Source
from kmsgen.reading.yaml_text import parse_yaml
from kmsgen.sources.beside import Beside
from kmsgen.sources.cloudformation.template import DIALECT, is_template_data, read_template
from kmsgen.sources.described import KEY_KIND, STANDS_FOR, Home

HERE = Beside(home=Home("aws", "111122223333", "us-west-2"))
TEMPLATE = """
Parameters:
  App: {Type: String, Default: app}
  Later: {Type: String}
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeySpec: HMAC_256
      KeyUsage: GENERATE_VERIFY_MAC
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
            Action: kms:*
            Resource: "*"
            Condition: {StringEquals: {"aws:PrincipalTag/app": !Sub "${App}-${!aws:username}"}}
  Alias:
    Type: AWS::KMS::Alias
    Properties: {AliasName: alias/mac, TargetKeyId: !Ref Key}
  Role:
    Type: AWS::IAM::Role
    Properties: {RoleName: api}
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Roles: [!Ref Role]
      PolicyDocument:
        Version: "2012-10-17"
        Statement: {Effect: Allow, Action: kms:GenerateMac, Resource: !GetAtt Key.Arn}
"""


def source(text: str = TEMPLATE) -> Source:
    """Parse a template with CloudFormation's short tags."""
    return parse_yaml(text, "template.yaml", DIALECT)


def test_intrinsics_become_what_a_deployment_would_make_of_them() -> None:
    """Pseudo parameters, defaults and references are filled in, and `${!x}` is a policy variable."""
    bundle = read_template(source(), HERE).bundle
    access = bundle.keys[0]
    statement = access.policy.statements[0]
    assert (access.key.spec, access.key.aliases) == ("HMAC_256", ("alias/mac",))
    assert [principal.value for principal in statement.principals or ()] == ["arn:aws:iam::111122223333:root"]
    assert statement.conditions[0].values == ("app-${aws:username}",)
    policies = bundle.principals["arn:aws:iam::111122223333:role/api"].identity_policies
    assert policies[0].statements[0].resources == (access.key.arn,)


def test_what_a_template_does_not_tell_of_a_key_policy_is_unknown() -> None:
    """A parameter without a default inside a key policy is named with its place: it is no error, and nothing is put for it."""
    found = read_template(source(TEMPLATE.replace("${App}", "${Later}")), HERE)
    line = TEMPLATE.splitlines().index(next(row for row in TEMPLATE.splitlines() if "${App}" in row)) + 1
    assert [(one.what, one.place.line) for one in found.unknown] == [("parameter Later", line)]
    most, least = (bundle.keys[0].policy.statements for bundle in (found.most, found.least))
    assert (most[0].conditions[0].values, least) == (("*-${aws:username}",), ())


def test_a_role_with_policies_from_elsewhere_may_have_any() -> None:
    """Whose policies a template does not tell may have any, or be denied everything."""
    text = TEMPLATE.replace("{RoleName: api}", "{RoleName: api, ManagedPolicyArns: [arn:aws:iam::aws:policy/X]}")
    existing = read_template(source(text), HERE)
    for bundle, effect in ((existing.most, "Allow"), (existing.least, "Deny")):
        first = bundle.principals["arn:aws:iam::111122223333:role/api"].identity_policies[0].statements[0]
        assert (first.effect, first.actions, first.resources) == (effect, ("*",), ("*",))
    assert any("may have any IAM policy" in note.message for note in existing.notes)


def test_a_key_without_a_policy_has_the_default_one() -> None:
    """KMS gives such a key the statement for its account (key-policy-default)."""
    text = "Resources:\n  Key: {Type: AWS::KMS::Key}\n"
    statement = read_template(source(text), HERE).bundle.keys[0].policy.statements[0]
    assert (statement.actions, statement.resources) == (("kms:*",), ("*",))


@pytest.mark.parametrize("data", [None, [], {}, {"Resources": []}, {"Resources": {"a": 1}}, {"Statement": []}])
def test_other_data_is_no_template(data: Any) -> None:
    """A template has resources with types."""
    assert not is_template_data(data)


@pytest.mark.parametrize("name", ["KeySpec", "KeyUsage"])
def test_a_kind_of_key_that_only_a_deployment_knows_is_left_open(name: str) -> None:
    """A spec that a parameter without a default gives may be any, and a default is taken, which a note says."""
    for default, lacks, notes in ((", Default: ECC_NIST_P256", False, ["assumed"]), ("", True, [])):
        key = f"  Key:\n    Type: AWS::KMS::Key\n    Properties:\n      {name}: !Ref P\n"
        found = read_template(source(f"Parameters:\n  P: {{Type: String{default}}}\nResources:\n{key}"), HERE)
        assert (KEY_KIND in found.lacks, [note.code for note in found.notes]) == (lacks, notes)


def test_the_account_comes_from_the_key_policies_only_where_they_name_one() -> None:
    """Where they name the template's own by a pseudo parameter, another one stands for it; the key's ARN tells it."""
    text = TEMPLATE.replace("${AWS::AccountId}", "111122223333")
    arn = "arn:aws-cn:kms:cn-north-1:777788889999:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    for one, account in ((text, "111122223333"), (TEMPLATE, STANDS_FOR)):
        found = read_template(source(one), Beside())
        assert found.bundle.keys[0].key.arn.startswith(f"arn:aws:kms:us-east-1:{account}:key/")
        assert ("account-not-told" in [note.code for note in found.notes]) == (account == STANDS_FOR)
    assert read_template(source(text), Beside(arn)).bundle.keys[0].key.arn == arn

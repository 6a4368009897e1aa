"""Roles that the Serverless transform makes."""

from __future__ import annotations

from kmsgen.sources.described import Described
from tests.unit.sources.cloudformation.stacks import described

ROLE = "arn:aws:iam::111122223333:role/FunctionRole"


def function(properties: str, more: str = "") -> Described:
    """Read a template with a key and a function."""
    head = "Transform: AWS::Serverless-2016-10-31\nParameters: {Later: {Type: String}}\n"
    resources = f"  Key: {{Type: AWS::KMS::Key}}\n  Function: {{Type: AWS::Serverless::Function, Properties: {{{properties}}}}}\n"
    return described(f"{head}{more}Resources:\n{resources}")


def test_a_function_has_a_role_with_its_policies() -> None:
    """Policies as documents, as policy templates of KMS, and as names of AWS managed policies."""
    document = "{Version: '2012-10-17', Statement: [{Effect: Allow, Action: 'kms:Sign', Resource: '*'}]}"
    found = function(f"Policies: [KMSDecryptPolicy: {{KeyId: !Ref Key}}, {document}, AmazonS3ReadOnlyAccess]")
    statements = [one.statements[0] for one in found.bundle.principals[ROLE].identity_policies]
    assert [(one.actions, one.resources) for one in statements] == [
        (("kms:Decrypt",), (found.bundle.keys[0].key.arn,)),
        (("kms:Sign",), ("*",)),
    ]
    assert found.untold == frozenset()


def test_a_function_with_a_role_of_its_own_gets_none() -> None:
    """In its properties, or for all functions in `Globals`."""
    for properties, more in (("Role: x", ""), ("Handler: x", "Globals: {Function: {Role: x}}\n")):
        assert found_principals(function(properties, more)) == set()


def test_a_policy_template_that_is_not_known_leaves_the_role_open() -> None:
    """It may say anything of KMS."""
    for policies in ("DynamoDBCrudPolicy: {TableName: t}", "!Ref Later", "KMSEncryptPolicy: {KeyId: k}"):
        assert function(f"Policies: [{policies}]").untold == {ROLE}


def test_an_event_source_with_a_key_leaves_the_role_open() -> None:
    """The transform gives the role a policy for that key."""
    assert function("Events: {E: {Type: MQ, Properties: {SecretsManagerKmsKeyId: k}}}").untold == {ROLE}


def found_principals(found: Described) -> set[str]:
    """Return the principals that are described."""
    return set(found.bundle.principals)


def test_a_policy_of_aws_is_known_by_its_name() -> None:
    """The transform finds the path that belongs to it."""
    found = function("Policies: [AWSLambdaBasicExecutionRole, AWSLambdaSQSQueueExecutionRole]")
    assert found.untold == frozenset()

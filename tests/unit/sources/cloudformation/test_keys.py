"""KMS keys of templates, and their aliases."""

from __future__ import annotations

import pytest

from kmsgen.sources.beside import Beside
from kmsgen.sources.cloudformation.keys import keys_of
from tests.unit.sources.cloudformation.stacks import HOME, described, stack

PARAMETERS = (
    "Parameters: {Later: {Type: String}, Flag: {Type: String, Default: 'no'}}\nConditions: {On: !Equals [!Ref Flag, 'yes']}\n"
)


def template(properties: str, more: str = "") -> str:
    """Return a template with one key."""
    return f"{PARAMETERS}Resources:\n  Key: {{Type: AWS::KMS::Key, Properties: {{{properties}}}}}\n{more}"


def test_what_a_template_tells_of_a_key_is_read() -> None:
    """Its spec, usage, origin, tags."""
    text = template("KeySpec: ECC_NIST_P256, KeyUsage: SIGN_VERIFY, Origin: EXTERNAL, Tags: [{Key: a, Value: !Ref AWS::Region}]")
    key = described(text).bundle.keys[0].key
    assert (key.spec, key.usage, key.origin, key.tags) == ("ECC_NIST_P256", "SIGN_VERIFY", "EXTERNAL", (("a", "eu-west-1"),))


def test_a_replica_is_a_multi_region_key() -> None:
    """Its kind is that of its primary key, which the template need not tell."""
    text = "Resources: {Key: {Type: AWS::KMS::ReplicaKey, Properties: {PrimaryKeyArn: x}}}"
    found = next(keys_of(stack(text)))
    assert (found.key.multi_region, found.key.multi_region_key_type, found.kind_told) == (True, "REPLICA", False)
    assert ":key/mrk-" in found.key.arn


def test_a_multi_region_key_has_an_id_of_such() -> None:
    """It starts with `mrk-`, which patterns for keys look at."""
    assert ":key/mrk-" in next(keys_of(stack(template("MultiRegion: true")))).key.arn


@pytest.mark.parametrize(
    ("properties", "untold"),
    [
        ("MultiRegion: !If [On, true, false]", {"kms:multiregion", "kms:multiregionkeytype"}),
        ("Origin: !Ref Later", {"kms:keyorigin"}),
        ("Tags: [{Key: a, Value: !Ref Later}]", {"aws:resourcetag/"}),
        ("Description: !Ref Later", set()),
    ],
)
def test_a_property_that_only_a_deployment_knows_is_open_to_conditions(properties: str, untold: set[str]) -> None:
    """What no condition can look at is not mentioned."""
    assert set(next(keys_of(stack(template(properties)))).untold) == untold


@pytest.mark.parametrize(
    ("alias", "names", "told"),
    [
        ("{AliasName: alias/a, TargetKeyId: !Ref Key}", ("alias/a",), True),
        ("{AliasName: !Sub 'alias/${AWS::Region}', TargetKeyId: !GetAtt Key.Arn}", ("alias/eu-west-1",), True),
        ("{AliasName: alias/a, TargetKeyId: other}", (), True),
        ("{AliasName: !Ref Later, TargetKeyId: !Ref Key}", (), False),
        ("{AliasName: alias/a, TargetKeyId: !Ref Later}", (), False),
    ],
)
def test_an_alias_is_its_keys(alias: str, names: tuple[str, ...], told: bool) -> None:  # noqa: FBT001 - a case
    """One whose name or key is not known leaves the aliases of the key open."""
    found = next(keys_of(stack(template("", f"  Alias: {{Type: AWS::KMS::Alias, Properties: {alias}}}\n"))))
    assert (found.key.aliases, "kms:resourcealiases" not in found.untold) == (names, told)


def test_an_alias_under_a_condition_is_open() -> None:
    """It may not be made."""
    alias = "  Alias: {Type: AWS::KMS::Alias, Condition: On, Properties: {AliasName: alias/a, TargetKeyId: !Ref Key}}\n"
    assert "kms:requestalias" in next(keys_of(stack(template("", alias)))).untold


def test_a_key_that_is_never_made_is_none() -> None:
    """Its condition cannot hold."""
    text = "Conditions: {No: !Equals [a, b]}\nResources: {A: {Type: AWS::KMS::Key, Condition: No}, B: {Type: AWS::KMS::Key}}"
    assert [one.resource.name for one in keys_of(stack(text))] == ["B"]


def test_a_condition_on_what_is_not_known_of_a_key_is_open() -> None:
    """The user may tell the tags."""
    statement = (
        "{Effect: Allow, Principal: '*', Action: 'kms:*', Resource: '*', Condition: {StringEquals: {'aws:ResourceTag/a': b}}}"
    )
    text = template(f"Tags: [{{Key: a, Value: !Ref Later}}], KeyPolicy: {{Statement: [{statement}]}}")
    assert [one.place.line for one in described(text).unknown] == [4]
    assert described(text, Beside(home=HOME, tags=(("a", "b"),))).unknown == ()


@pytest.mark.parametrize("written", ["true", "True", "'True'", "yes"])
def test_a_boolean_is_read_however_it_is_spelled(written: str) -> None:
    """`MultiRegion: True` makes a multi-Region key: its ARN and what conditions see of it follow."""
    key = described(template(f"MultiRegion: {written}")).bundle.keys[0].key
    assert key.multi_region
    assert "/mrk-" in key.arn


def test_a_tag_that_is_a_boolean_has_its_text() -> None:
    """CloudFormation makes `true` of `True`, and a tag's value is a text."""
    assert described(template("Tags: [{Key: a, Value: Yes}]")).bundle.keys[0].key.tags == (("a", "true"),)

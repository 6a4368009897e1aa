"""Policies of templates as plain data."""

from __future__ import annotations

import pytest

from kmsgen.errors import InputError
from kmsgen.policy.bundle import Bundle
from kmsgen.sources.described import Described
from tests.unit.sources.cloudformation.stacks import ROOT, described

HEAD = """
Parameters: {P: {Type: String, Default: ''}, Q: {Type: String}}
Conditions: {Has: !Not [!Equals [!Ref P, '']]}
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy: """
USE = "{Sid: Use, Effect: Allow, Principal: {AWS: 'arn:aws:iam::444455556666:root'}, Action: 'kms:Decrypt', Resource: '*'}"
DENY = "{Sid: Never, Effect: Deny, Principal: '*', Action: 'kms:Decrypt', Resource: '*'}"
NO_VALUE = "!Ref AWS::NoValue"


def key_policy(text: str) -> Described:
    """Read a template with a key policy, given as YAML."""
    return described(f"{HEAD}{text}\n")


def actions(bundle: Bundle) -> list[tuple[str, tuple[str, ...]]]:
    """Return the statements of the first key's policy: effect and actions."""
    return [(str(one.effect), one.actions) for one in bundle.keys[0].policy.statements]


@pytest.mark.parametrize(
    "policy",
    [
        f"{{Version: '2012-10-17', Statement: [{ROOT}]}}",
        f"{{Version: '2012-10-17', Statement: {ROOT}}}",
        "{'Fn::ToJsonString': {Version: '2012-10-17', Statement: [" + ROOT + "]}}",
        '\'{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "kms:*", "Resource": "*"}]}\'',
        '!Sub \'{"Statement": {"Effect": "Allow", "Principal": {"AWS": "${AWS::AccountId}"}, "Action": "kms:*"}}\'',
        f"{{Version: '2012-10-17', Statement: !If [Has, [{ROOT}], [{ROOT}]]}}",
    ],
)
def test_a_policy_is_read_however_it_is_written(policy: str) -> None:
    """As a mapping, as JSON in a text, as what functions make."""
    found = key_policy(policy)
    assert (actions(found.bundle), found.unknown) == ([("Allow", ("kms:*",))], ())


@pytest.mark.parametrize(
    ("statements", "most", "least"),
    [
        (f"[{ROOT}, !If [Has, {USE}, {NO_VALUE}]]", ["kms:*", "kms:Decrypt"], ["kms:*"]),
        (f"[{ROOT}, !If [Has, {DENY}, {NO_VALUE}]]", ["kms:*"], ["kms:*", "kms:Decrypt"]),
        (f"!If [Has, [{ROOT}], [{ROOT}, {USE}]]", ["kms:*", "kms:Decrypt"], ["kms:*"]),
    ],
)
def test_a_statement_under_a_condition_counts_both_ways(statements: str, most: list[str], least: list[str]) -> None:
    """An Allow is there for the most access and not for the least, a Deny the other way round."""
    found = key_policy(f"{{Version: '2012-10-17', Statement: {statements}}}")
    for bundle, expected in ((found.most, most), (found.least, least)):
        assert [names[0] for _, names in actions(bundle)] == expected


def test_a_principal_under_a_condition_may_be_left_out() -> None:
    """`AWS::NoValue` in a list of principals is none."""
    who = "[!Ref AWS::AccountId, !If [Has, '444455556666', !Ref AWS::NoValue]]"
    found = key_policy(f"{{Statement: [{{Effect: Allow, Principal: {{AWS: {who}}}, Action: 'kms:*', Resource: '*'}}]}}")
    principals = [
        [{one.value for one in statement.principals or ()} for statement in bundle.keys[0].policy.statements]
        for bundle in (found.most, found.least)
    ]
    assert principals == [[{"111122223333"}, {"111122223333", "444455556666"}], [{"111122223333"}]]


def test_of_a_text_that_is_json_the_unknown_part_alone_is_unknown() -> None:
    """The rest of the policy is known, with the place of what is not."""
    text = '{"Statement": {"Effect": "Allow", "Principal": {"AWS": "${Q}"}, "Action": "kms:Decrypt", "Resource": "*"}}'
    found = key_policy(f"!Sub '{text}'")
    assert [one.what for one in found.unknown] == ["parameter Q"]
    assert actions(found.most) == [("Allow", ("kms:Decrypt",))]


@pytest.mark.parametrize("policy", ["!Ref Q", "!Sub '{\"Statement\": ${Q}}'", "{Statement: !Ref Q}"])
def test_a_policy_that_is_not_known_may_be_any(policy: str) -> None:
    """For the most access it gives everything to everybody, for the least nothing."""
    found = key_policy(policy)
    assert [one.what for one in found.unknown] == ["parameter Q"]
    assert found.least != found.most


def test_a_text_that_is_no_json_is_refused_where_it_stands() -> None:
    """With the place in the template."""
    with pytest.raises(InputError) as raised:
        key_policy("!Sub '{${AWS::AccountId}'")
    assert [(one.code, one.location.line) for one in raised.value.diagnostics] == [("json-syntax", 8)]


def test_a_statement_is_found_where_it_is_written() -> None:
    """Statements that are left out before it do not move it."""
    lines = f"\n        Statement:\n          - !If [Never, {USE}, {NO_VALUE}]\n          - {ROOT}\n"
    found = described(HEAD.replace("Has:", "Never: !Equals [a, b], Has:") + lines)
    assert found.places.policies[0].where(("Statement", 0)).line == 11


def test_a_macro_may_make_any_policy() -> None:
    """Of a template that a macro changes nothing is known; AWS's own transforms of functions and loops change no key policy."""
    policy = f"{{Version: '2012-10-17', Statement: [{ROOT}]}}\n"
    for transform, unknown in (("Mine", ["what the macro Mine makes"]), ("AWS::Serverless-2016-10-31", [])):
        assert [one.what for one in described(f"Transform: {transform}{HEAD}{policy}").unknown] == unknown

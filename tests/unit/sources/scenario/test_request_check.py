"""Requests that no caller could make ask nothing: they are bad input, with the nearest name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kmsgen.authorizer import Request
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.condition_keys import CONDITION_KEYS
from kmsgen.catalogue.parameters import parameters_of
from kmsgen.errors import InputError
from kmsgen.policy.grant import Grant
from kmsgen.reading import parse
from kmsgen.sources.scenario.request_check import faults
from kmsgen.sources.scenario.scenario import read_scenarios

APP = "arn:aws:iam::111122223333:role/app"
KEY = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def codes(action: str, **request: Any) -> list[tuple[str, str]]:
    """Return the code and the hint of each fault of a request."""
    return [(fault.code, fault.hint) for fault in faults(Request(APP, action, **request))]


@pytest.mark.parametrize(
    ("action", "hint"),
    [
        ("kms:Dcrypt", "did you mean `kms:Decrypt`?"),
        ("Dcrypt", "did you mean `kms:Decrypt`?"),
        ("kms:GenerateDataKeys", "did you mean `kms:GenerateDataKey`?"),
        ("kms:reencript", "did you mean `kms:ReEncrypt`?"),
        ("kms:*", ""),
        ("s3:GetObject", ""),
        ("", ""),
    ],
)
def test_an_action_that_kms_does_not_have(action: str, hint: str) -> None:
    """What is no action of KMS asks nothing, and a pattern is no action."""
    assert codes(action) == [("unknown-action", hint)]


@pytest.mark.parametrize("action", [*ACTIONS, "ReEncrypt"])
def test_every_action_can_be_asked(action: str) -> None:
    """Every action, and the operation ReEncrypt, is one, in any case and with its prefix or without."""
    assert codes(f"kms:{action}") == codes(action.lower()) == []


@pytest.mark.parametrize(
    ("action", "resource", "ok"),
    [
        ("kms:Decrypt", KEY, True),
        ("kms:Decrypt", "1234abcd-12ab-34cd-56ef-1234567890ab", True),
        ("kms:Decrypt", "mrk-1234abcd12ab34cd56ef1234567890ab", True),
        ("kms:Decrypt", "alias/app", True),
        ("kms:Decrypt", "arn:aws:kms:us-west-2:111122223333:alias/app", True),
        ("kms:Decrypt", "arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", True),
        ("kms:Decrypt", "*", False),
        ("kms:Decrypt", "arn:aws:kms:us-west-2:111122223333:key/*", False),
        ("kms:Decrypt", "arn:aws:s3:::bucket", False),
        ("kms:Decrypt", "arn:aws:kms:us-west-2:111122223333:grant/1", False),
        ("kms:Decrypt", "arn:aws:kms::111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", False),
        ("kms:Decrypt", "my-key", False),
        ("kms:Decrypt", "alias/", False),
        ("kms:Decrypt", "", False),
        ("kms:ListKeys", "*", True),
        ("kms:ListKeys", KEY, False),
        ("kms:CreateKey", "*", True),
        ("kms:ReplicateKey", "*", True),
        ("kms:DescribeKey", "alias/app", True),
        ("kms:CreateAlias", "alias/app", True),
        ("kms:PutKeyPolicy", "alias/app", False),
        ("kms:CreateGrant", "arn:aws:kms:us-west-2:111122223333:alias/app", False),
    ],
)
def test_resources(action: str, resource: str, ok: bool) -> None:  # noqa: FBT001 - a case
    """A resource is a key or an alias, by ARN, id or name; no pattern; `*` for actions that are about none."""
    assert codes(action, resources=(resource,)) == ([] if ok else [("no-resource", codes(action, resources=(resource,))[0][1])])


@pytest.mark.parametrize(
    ("action", "name", "found"),
    [
        ("kms:Decrypt", "KeyId", []),
        ("kms:Decrypt", "EncryptionAlgorithm", []),
        ("kms:Decrypt", "EncryptionAlgoritm", [("unknown-parameter", "did you mean `EncryptionAlgorithm`?")]),
        ("kms:Decrypt", "PendingWindowInDays", [("unknown-parameter", "")]),
        ("kms:ScheduleKeyDeletion", "pendingWindowInDays", [("unknown-parameter", "did you mean `PendingWindowInDays`?")]),
        ("kms:ReEncrypt", "DestinationKeyId", []),
        ("kms:ReEncryptTo", "SourceEncryptionContext", []),
        ("kms:SynchronizeMultiRegionKey", "Anything", []),
    ],
)
def test_parameters(action: str, name: str, found: list[tuple[str, str]]) -> None:
    """A parameter is one of the action's operation, spelled as the API spells it."""
    assert codes(action, parameters={name: "x"}) == found


def test_parameters_are_known() -> None:
    """Every action but the one without a public operation has its parameters."""
    unknown = [name for name in ACTIONS if parameters_of(name) is None]
    assert unknown == ["SynchronizeMultiRegionKey"]
    assert parameters_of("kms:Nonsense") is None


@pytest.mark.parametrize(
    ("action", "key", "found"),
    [
        ("kms:Decrypt", "kms:ViaService", []),
        ("kms:Decrypt", "KMS:viaservice", []),
        ("kms:Decrypt", "aws:PrincipalTag/team", []),
        ("kms:Decrypt", "kms:EncryptionContext:app", []),
        ("kms:Decrypt", "token.actions.githubusercontent.com:sub", []),
        ("kms:Decrypt", "lambda:SourceFunctionArn", []),
        ("kms:Decrypt", "kms:ViaServices", [("unknown-condition-key", "did you mean `kms:ViaService`?")]),
        ("kms:Decrypt", "aws:SourceVpcID", [("unknown-condition-key", "did you mean `aws:SourceVpc`?")]),
        ("kms:Decrypt", "s3:prefix", [("unknown-condition-key", "")]),
        ("kms:Decrypt", "sts:ExternalId", [("unknown-condition-key", "")]),
        ("kms:Decrypt", "kms:SigningAlgorithm", [("condition-key-not-carried", "")]),
        ("kms:Decrypt", "aws:TagKeys", [("condition-key-not-carried", "")]),
        ("kms:Decrypt", "aws:IsMcpServiceAction", [("condition-key-not-carried", "")]),
        ("kms:ListKeys", "kms:KeySpec", [("condition-key-not-carried", "")]),
        ("kms:ListKeys", "kms:ViaService", []),
        ("kms:ReEncrypt", "kms:ReEncryptOnSameKey", []),
        ("kms:TagResource", "aws:TagKeys", []),
    ],
)
def test_context(action: str, key: str, found: list[tuple[str, str]]) -> None:
    """A condition key is one that requests of the action can carry, by one of AWS's sources at least."""
    answers = codes(action, context={key: ()})
    assert answers == found or ([code for code, _hint in answers] == [code for code, _hint in found] and not found[0][1])


def test_keys_that_some_action_carries() -> None:
    """Every condition key of KMS can be told in a request of some action."""
    for key in CONDITION_KEYS:
        name = f"{key}x" if key.endswith((":", "/")) else key
        if "<" not in key and key != "aws:IsMcpServiceAction":
            assert any(not codes(action, context={name: ()}) for action in ACTIONS), key


def test_a_scenario_says_where() -> None:
    """In a scenario each fault has its place, all of them in one run, and a test that asks nothing does not pass."""
    asked = [
        {"principal": APP, "action": "kms:Dcrypt", "expect": "implicitDeny"},
        {"principal": APP, "action": "kms:Decrypt", "resource": "nowhere", "expect": "implicitDeny"},
        {"principal": APP, "action": "kms:Decrypt", "parameters": {"Plaintext": "x"}, "context": {"aws:Nope": "x"}},
    ]
    text = json.dumps({"key": {"arn": KEY}, "requests": asked}, indent=1)
    with pytest.raises(InputError) as caught:
        read_scenarios(parse(text, "s.json"))
    found = [(problem.code, text.splitlines()[problem.location.line - 1].strip()) for problem in caught.value.diagnostics]
    assert found == [
        ("unknown-action", '"action": "kms:Dcrypt",'),
        ("no-resource", '"resource": "nowhere",'),
        ("unknown-parameter", '"Plaintext": "x"'),
        ("unknown-condition-key", '"aws:Nope": "x"'),
    ]


@pytest.mark.parametrize(
    ("current", "epoch", "ok"),
    [
        ("2026-06-15T00:00:00Z", "1781481600", True),
        ("2026-06-15T02:00:00+02:00", "1781481600", True),
        ("2026-06-15T00:00:00.750Z", "1781481600", True),
        ("2026-06-15T00:00:00Z", "2026-06-15", True),
        ("2026-06-15T00:00:00Z", "1781481601", False),
        ("2026-06-15T00:00:00Z", "2030-01-01T00:00:00Z", False),
    ],
)
def test_a_request_is_made_at_one_moment(current: str, epoch: str, ok: bool) -> None:  # noqa: FBT001 - a case
    """aws:CurrentTime and aws:EpochTime are the time of the request: told with different moments they ask nothing."""
    found = codes("kms:Decrypt", context={"aws:CurrentTime": (current,), "aws:epochtime": (epoch,)})
    assert found == ([] if ok else [("two-moments", "tell one of them")])


@pytest.mark.parametrize(
    ("key", "values", "code"),
    [
        ("aws:MultiFactorAuthPresent", ("True",), None),
        ("aws:MultiFactorAuthPresent", ("maybe",), "bad-value"),
        ("aws:MultiFactorAuthAge", ("60",), None),
        ("aws:MultiFactorAuthAge", ("an hour",), "bad-value"),
        ("aws:CurrentTime", ("1781481600",), None),
        ("aws:TokenIssueTime", ("2026-06-15T02:00:00+02:00",), None),
        ("aws:CurrentTime", ("yesterday",), "bad-value"),
        ("aws:SourceIp", ("2001:db8::1",), None),
        ("aws:SourceIp", ("10.0.0.300",), "bad-value"),
        ("aws:SourceIp", ("10.0.0.0/8",), "bad-value"),
        ("kms:ViaService", ("s3.us-west-2.amazonaws.com",), None),
        ("aws:SourceVpce", ("vpce-1", "vpce-2"), "several-values"),
        ("aws:CalledVia", ("athena.amazonaws.com", "s3.amazonaws.com"), None),
    ],
)
def test_values_of_condition_keys(key: str, values: tuple[str, ...], code: str | None) -> None:
    """A value has the form that all values of its key have, and a single-valued key has one."""
    assert codes("kms:Decrypt", context={key: values}) == ([(code, "")] if code else [])


@pytest.mark.parametrize("value", ["s3", "s3.amazonaws.com", "s3.us-west-2"])
def test_the_service_of_a_call_is_told_as_kms_names_it(value: str) -> None:
    """kms:ViaService is SERVICE.REGION.amazonaws.com: a request with another value is none, and the hint has the form."""
    found = codes("kms:Decrypt", context={"KMS:viaservice": (value,)})
    assert found == [("bad-value", "such as s3.us-west-2.amazonaws.com")]


def test_a_condition_key_is_told_once() -> None:
    """Two spellings of one condition key ask nothing, tags of principals included."""
    for two in (("aws:SourceVpce", "AWS:sourcevpce"), ("aws:PrincipalTag/Team", "aws:PrincipalTag/team")):
        assert codes("kms:Decrypt", context=dict.fromkeys(two, ("x",))) == [("told-twice", "")]


@pytest.mark.parametrize(
    ("action", "part", "ok"),
    [
        ("kms:Decrypt", "grant_tokens", True),
        ("kms:RetireGrant", "grant_tokens", True),
        ("kms:ListKeys", "grant_tokens", False),
        ("kms:RevokeGrant", "grant_id", True),
        ("kms:Decrypt", "grant_id", False),
        ("kms:CreateGrant", "create_grant", True),
        ("kms:ReEncrypt", "create_grant", False),
    ],
)
def test_what_is_about_grants(action: str, part: str, ok: bool) -> None:  # noqa: FBT001 - a case
    """Grant tokens, the id and the parameters of a grant belong to actions that take them."""
    given = {"grant_tokens": ("token",), "grant_id": "g", "create_grant": Grant("", APP, ("Decrypt",))}[part]
    assert codes(action, **{part: given}) == ([] if ok else [("not-carried", "")])


@pytest.mark.parametrize(
    ("principal", "ok"),
    [
        (APP, True),
        ("111122223333", True),
        ("logs.amazonaws.com", True),
        ("arn:aws:sts::111122223333:federated-user/bo", True),
        ("arn:aws:iam::111122223333:rol/app", False),
        ("arn:aws:iam::111122223333:roles/app", False),
        ("arn:aws:s3:us-west-2:111122223333:role/app", False),
    ],
)
def test_principals(principal: str, ok: bool) -> None:  # noqa: FBT001 - a case
    """A principal has the form of one: nothing misspelled, and nothing that is in no account."""
    text = json.dumps({"key": {"arn": KEY}, "requests": [{"principal": principal, "action": "kms:Decrypt"}]})
    if ok:
        assert read_scenarios(parse(text, "s.json"))
        return
    with pytest.raises(InputError) as caught:
        read_scenarios(parse(text, "s.json"))
    assert [problem.code for problem in caught.value.diagnostics] == ["not-a-principal"]


def test_a_principal_has_a_tag_once() -> None:
    """Names of IAM tags are told apart by more than their case."""
    text = json.dumps({"key": {"arn": KEY}, "principals": {APP: {"tags": {"Team": "a", "team": "b"}}}})
    with pytest.raises(InputError) as caught:
        read_scenarios(parse(text, "s.json"))
    assert [problem.code for problem in caught.value.diagnostics] == ["told-twice"]

"""Scenarios: every field, its default, and what is refused where."""

from __future__ import annotations

import json

import pytest

from kmsgen.authorizer import Decision, Outcome
from kmsgen.errors import InputError
from kmsgen.policy.bundle import Key, Organization
from kmsgen.reading import parse
from kmsgen.sources.question import Expectation
from kmsgen.sources.scenario.scenario import is_scenario, read_scenarios

KEY = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
PARTNER = "arn:aws:iam::444455556666:role"
OF_B = "{organization: {id: o-b}}"
OTHER = KEY.replace("1234abcd", "9999abcd")
GRANTEE = "arn:aws:iam::111122223333:role/x"
GRANT = f"GrantId: g\n    GranteePrincipal: {GRANTEE}\n    Operations: [Sign]"
ASKED = f"""requests:
  - principal: {GRANTEE}
    action: kms:CreateGrant
    create_grant:
      GranteePrincipal: {GRANTEE}
      KeyId: """
FULL = f"""
note: everything
key: {{arn: "{KEY}", spec: RSA_2048, usage: SIGN_VERIFY, origin: EXTERNAL, state: Disabled, manager: AWS, multi_region: true,
      multi_region_key_type: REPLICA, management_account: true, tags: {{a: b}}, aliases: [alias/x]}}
policy: {{Version: "2012-10-17", Statement: [{{Effect: Allow, Principal: "*", Action: "kms:*", Resource: "*"}}]}}
grants: [{{GrantId: g1, GranteePrincipal: "arn:aws:iam::111122223333:role/x", Operations: [Sign], Propagated: false}}]
keys: [{{key: {{arn: "{KEY}2"}}, policy: {{Statement: {{Effect: Deny, Principal: "*", Action: "*", Resource: "*"}}}}}}]
principals:
  arn:aws:iam::111122223333:role/app:
    identity_policies: [{{Statement: {{Effect: Allow, Action: "kms:*", Resource: "*"}}}}]
    boundary: {{Statement: {{Effect: Allow, Action: "*", Resource: "*"}}}}
    session_policies: [{{Statement: {{Effect: Allow, Action: "*", Resource: "*"}}}}]
    scps: [[{{Statement: {{Effect: Allow, Action: "*", Resource: "*"}}}}], []]
    tags: {{team: red}}
    organization: {{id: o-a, paths: [o-a/r-b/], management_account: true}}
    service_linked: true
rcps: [[{{Statement: {{Effect: Deny, Principal: "*", Action: "kms:Sign", Resource: "*"}}}}]]
vpc_endpoint_policies: {{vpce-1: {{Statement: {{Effect: Allow, Principal: "*", Action: "*", Resource: "*"}}}}}}
requests:
  - principal: arn:aws:iam::111122223333:role/app
    action: kms:Decrypt
    resource: ["{KEY}", "{KEY}2"]
    encryption_context: {{app: pay}}
    context: {{aws:SourceVpce: vpce-1, aws:MultiFactorAuthPresent: true, aws:CalledVia: [a, b], aws:MultiFactorAuthAge: 5}}
    grant_tokens: [t]
    parameters: {{EncryptionAlgorithm: SYMMETRIC_DEFAULT}}
    expect: error:DisabledException
    because: key-state
  - principal: arn:aws:iam::111122223333:role/app
    action: kms:CreateGrant
    create_grant: {{GranteePrincipal: "arn:aws:iam::111122223333:role/y", Operations: [Sign]}}
  - principal: arn:aws:iam::111122223333:role/app
    action: kms:RevokeGrant
    grant_id: g1
"""


def test_every_field() -> None:
    """Each field of a scenario reaches the bundle or the request."""
    (scenario,) = read_scenarios(parse(FULL, "s.yaml"))
    world, (question, creating, revoking) = scenario.bundle, scenario.questions
    access = world.keys[0]
    assert access.key == Key(
        KEY,
        "RSA_2048",
        "SIGN_VERIFY",
        "EXTERNAL",
        "Disabled",
        "AWS",
        multi_region=True,
        multi_region_key_type="REPLICA",
        management_account=True,
        tags=(("a", "b"),),
        aliases=("alias/x",),
    )
    assert (access.policy.version, access.grants[0].propagated, world.keys[1].key.arn) == ("2012-10-17", False, KEY + "2")
    beside = world.principals["arn:aws:iam::111122223333:role/app"]
    assert (len(beside.identity_policies), beside.boundary is not None, len(beside.session_policies or ())) == (1, True, 1)
    assert [len(level) for level in beside.scps] == [1, 0]
    assert (beside.tags, beside.service_linked) == ((("team", "red"),), True)
    assert beside.organization == Organization("o-a", ("o-a/r-b/",), management_account=True)
    assert (len(world.rcps), list(world.vpc_endpoint_policies)) == (1, ["vpce-1"])
    request = question.request
    assert (request.resources, request.encryption_context) == ((KEY, KEY + "2"), {"app": "pay"})
    assert request.context == {
        "aws:SourceVpce": ("vpce-1",),
        "aws:MultiFactorAuthPresent": ("true",),
        "aws:CalledVia": ("a", "b"),
        "aws:MultiFactorAuthAge": ("5",),
    }
    assert (request.grant_tokens, revoking.request.grant_id) == (("t",), "g1")
    assert creating.request.create_grant is not None
    assert request.parameters == {"EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}
    assert question.expectation == Expectation("error:DisabledException", "key-state")


def test_defaults() -> None:
    """All but the key's ARN has a default."""
    (scenario,) = read_scenarios(parse(f"key: {{arn: '{KEY}'}}", "s.yaml"))
    assert scenario.bundle.keys[0].key == Key(KEY)
    assert (scenario.note, scenario.questions, scenario.bundle.principals, scenario.bundle.rcps) == ("", (), {}, ())


def test_null_resource_is_the_key() -> None:
    """A resource of null names nothing, which means the key."""
    text = f"key: {{arn: '{KEY}'}}\nrequests: [{{principal: '*', action: kms:Sign, resource: null}}]"
    assert read_scenarios(parse(text, "s.yaml"))[0].questions[0].request.resources == ()


def test_spec_with_one_usage_needs_no_usage() -> None:
    """A key spec with one usage says enough."""
    (scenario,) = read_scenarios(parse(f"key: {{arn: '{KEY}', spec: HMAC_256}}", "s.yaml"))
    assert scenario.bundle.keys[0].key.usage == "GENERATE_VERIFY_MAC"


def test_json_lines() -> None:
    """JSON Lines hold a scenario a line, and problems of all lines are told in one run."""
    lines = [json.dumps({"note": str(n), "key": {"arn": KEY}}) for n in range(3)]
    assert [(item.note, item.line) for item in read_scenarios(parse("\n".join(lines), "s.jsonl"))] == [
        ("0", 1),
        ("1", 2),
        ("2", 3),
    ]
    bad = "\n".join([lines[0], '{"note": "x"}', '{"key": {"arn": 5}}'])
    with pytest.raises(InputError) as caught:
        read_scenarios(parse(bad, "s.jsonl"))
    assert {problem.location.line for problem in caught.value.diagnostics} == {2, 3}


BAD = [
    ("note: x", "no-key", 1),
    ("key: {arn: nonsense}", "not-a-key-arn", 1),
    (f"key:\n  arn: '{KEY}'\n  sepc: RSA_2048", "unknown-element", 3),
    (f"key: {{arn: '{KEY}', spec: RSA_1}}", "unknown-value", 1),
    (f"key: {{arn: '{KEY}', spec: HMAC_256, usage: SIGN_VERIFY}}", "bad-usage", 1),
    (f"key: {{arn: '{KEY}', state: Off}}", "unknown-value", 1),
    (f"key: {{arn: '{KEY}', aliases: [payments]}}", "not-an-alias", 1),
    (f"key: {{arn: '{KEY}', multi_region: yes}}", "not-a-boolean", 1),
    (f"key: {{arn: '{KEY}'}}\npolicies: {{}}", "unknown-element", 2),
    (f"key: {{arn: '{KEY}'}}\npolicy: {{Statement: [{{Effect: Allow, Action: '*', Resource: '*'}}]}}", "no-principal", 2),
    (f"key: {{arn: '{KEY}'}}\ngrants: {{Grants: []}}", "not-a-list", 2),
    (f"key: {{arn: '{KEY}'}}\ngrants:\n  - {{Operations: [Decrypt]}}", "no-grantee", 3),
    (f"key: {{arn: '{KEY}'}}\ngrants:\n  - {GRANT}\n    KeyId: {OTHER}", "other-key", 6),
    (f"key: {{arn: '{KEY}'}}\ngrants:\n  - {GRANT}\n    KeyId: {OTHER[-36:]}", "other-key", 6),
    (f"key: {{arn: '{KEY}'}}\ngrants:\n  - {GRANT}\n    KeyId: ''", "other-key", 6),
    (f"key: {{arn: '{KEY}'}}\ngrants:\n  - {GRANT}\n    KeyId: [x]", "not-a-text", 6),
    (f"key: {{arn: '{KEY}'}}\nkeys:\n- key: {{arn: '{OTHER}'}}\n  grants:\n  - {GRANT}\n    KeyId: {KEY}", "other-key", 8),
    (f"key: {{arn: '{KEY}'}}\n{ASKED}{OTHER}", "other-key", 7),
    (f"key: {{arn: '{OTHER}'}}\n{ASKED}{OTHER}\n    resource: alias/x", "other-key", 7),
    (f"key: {{arn: '{KEY}'}}\nprincipals: {{bob: {{}}}}", "not-a-principal", 2),
    (f"key: {{arn: '{KEY}'}}\nprincipals:\n  arn:aws:iam::111122223333:role/a:\n    policies: []", "unknown-element", 4),
    (
        f"key: {{arn: '{KEY}'}}\nprincipals:\n  arn:aws:iam::111122223333:role/a:\n    organization: {{paths: []}}",
        "no-organization-id",
        4,
    ),
    (
        f"key: {{arn: '{KEY}'}}\nprincipals:\n  {PARTNER}/y: {{organization: {{id: o-a}}}}\n  {PARTNER}/z: {OF_B}",
        "two-organizations",
        4,
    ),
    (f"key: {{arn: '{KEY}'}}\nrcps: [{{}}]", "not-a-list", 2),
    (f"key: {{arn: '{KEY}'}}\nrequests:\n  - {{action: kms:Sign}}", "no-principal", 3),
    (f"key: {{arn: '{KEY}'}}\nrequests:\n  - {{principal: '*'}}", "no-action", 3),
    (f"key: {{arn: '{KEY}'}}\nrequests:\n  - {{principal: someone, action: kms:Sign}}", "not-a-principal", 3),
    (f"key: {{arn: '{KEY}'}}\nrequests:\n  - {{principal: '*', action: kms:Sign, expect: maybe}}", "unknown-value", 3),
    (f"key: {{arn: '{KEY}'}}\nrequests:\n  - {{principal: '*', action: kms:Sign, expect: 'error:'}}", "unknown-value", 3),
    (f"key: {{arn: '{KEY}'}}\nrequests:\n  - {{principal: '*', action: kms:Sign, expects: allowed}}", "unknown-element", 3),
    (f"key: {{arn: '{KEY}'}}\nrequests: 5", "not-a-list", 2),
    ("5", "not-a-mapping", 1),
]


@pytest.mark.parametrize("key_id", [KEY, KEY[-36:]])
def test_a_grant_may_name_the_key_that_it_stands_at(key_id: str) -> None:
    """By its ARN or its id, as list-grants prints it; so may what is asked of CreateGrant."""
    text = f"key: {{arn: '{KEY}'}}\ngrants:\n  - {GRANT}\n    KeyId: {key_id}\n{ASKED}{key_id}"
    (scenario,) = read_scenarios(parse(text, "s.yaml"))
    assert [grant.id for grant in scenario.bundle.keys[0].grants] == ["g"]
    assert scenario.questions[0].request.create_grant is not None


@pytest.mark.parametrize(("text", "code", "line"), BAD)
def test_bad_scenario(text: str, code: str, line: int) -> None:
    """What is no scenario is refused with a code, in its place."""
    with pytest.raises(InputError) as caught:
        read_scenarios(parse(text, "s.yaml"))
    assert (code, line) in {(problem.code, problem.location.line) for problem in caught.value.diagnostics}


@pytest.mark.parametrize(
    ("expectation", "decision", "met"),
    [
        (Expectation(), Decision(Outcome.ALLOWED, ("key-policy/A",)), True),
        (Expectation("allowed", "key-policy/A"), Decision(Outcome.ALLOWED, ("key-policy/A",)), True),
        (Expectation("allowed", "A"), Decision(Outcome.ALLOWED, ("key-policy/A", "grant/g")), True),
        (Expectation("allowed", "B"), Decision(Outcome.ALLOWED, ("key-policy/A",)), False),
        (Expectation("implicitDeny", "key-policy"), Decision(Outcome.IMPLICIT_DENY, ("key-policy",)), True),
        (Expectation("explicitDeny"), Decision(Outcome.IMPLICIT_DENY, ("key-policy",)), False),
        (Expectation("error:A"), Decision(Outcome.ERROR, ("key-state",), "A"), True),
        (Expectation("error:B"), Decision(Outcome.ERROR, ("key-state",), "A", also=("B",)), True),
        (Expectation("error:C"), Decision(Outcome.ERROR, ("key-state",), "A", also=("B",)), False),
        (Expectation("allowed"), Decision(Outcome.ERROR, ("key-state",), "A"), False),
    ],
)
def test_expectation(expectation: Expectation, decision: Decision, met: bool) -> None:  # noqa: FBT001 - a case
    """An expectation holds of the outcome, of the exception or one documented beside it, and of one of the reasons."""
    assert expectation.met_by(decision) is met


def test_an_intent_is_no_scenario() -> None:
    """An intent has a key too, and its version tells it apart."""
    assert is_scenario(parse(f"key: {{arn: '{KEY}'}}", "s.yaml"))
    assert not is_scenario(parse("kmsgen: 1\nkey: {alias: x}", "s.yaml"))
    assert not is_scenario(parse('{"Statement": []}', "s.json"))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("requests: [{principal: '', action: kms:Sign}]", ["no-principal"]),
        ("requests: [{principal: '*', action: ''}]", ["no-action"]),
        ("requests: [{principal: someone}]", ["no-action", "not-a-principal"]),
        ("requests: [{principal: [x], action: {}}]", ["not-a-text", "not-a-text"]),
        ("note: [x]", ["not-a-text"]),
    ],
)
def test_nothing_is_passed_over(text: str, codes: list[str]) -> None:
    """An empty name names nobody, a note that is no text is none, and every problem of a request is told."""
    with pytest.raises(InputError) as caught:
        read_scenarios(parse(f"key: {{arn: '{KEY}'}}\n{text}", "s.yaml"))
    assert sorted(problem.code for problem in caught.value.diagnostics) == codes

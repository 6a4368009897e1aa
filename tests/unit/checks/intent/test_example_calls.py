"""Question one asks with a caller and a key for which the conditions of a line can hold."""

from __future__ import annotations

import pytest

from kmsgen.checks.intent.asked_access import intended_by_lines
from kmsgen.checks.intent.example_calls import calls
from kmsgen.checks.intent.specification import ANYTHING
from kmsgen.checks.intent.verification import ask
from kmsgen.errors import InputError
from kmsgen.policy.document import Principal
from tests.unit.checks.intent.judging import ACCOUNT, ADMIN, HEAD, KEY, ROLE, case, rewrite

ARN = f"arn:aws:kms:us-west-2:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
WITHOUT_DEPLOYER = HEAD.replace(", deployer: role/ci", "")
LISTED = f'keys: ["{ARN}"]\n'
EVERY = 'keys: "*"\n'


def missing(when: str, *, principal: str = "role/app", key: str = KEY, action: str = "decrypt", admin: str = ADMIN) -> list[str]:
    """Return what question one finds of one line under a condition."""
    line = f'users: [{{principal: "{principal}", can: ["{action}"], when: {{{when}}}}}]\n' if when else ""
    line = line or f"users: [{{principal: {principal}, can: ['{action}']}}]\n"
    every = key.startswith(EVERY)
    found = case((("" if every else admin) + line), head=WITHOUT_DEPLOYER if every else HEAD, key=key)
    answers = ask(found.intent, found.bundle, found.compiled.origins)
    return [str(finding.diagnostic) for answer in answers for finding in answer.findings]


CALLERS = (
    f"conditions: {{ArnLike: {{aws:PrincipalArn: 'arn:aws:iam::{ACCOUNT}:role/aws-reserved/*/AWSReservedSSO_Analyst_*'}}}}",
    f"conditions: {{StringLike: {{aws:PrincipalArn: ['arn:aws:iam::{ACCOUNT}:role/app-*', 'arn:aws:iam::{ACCOUNT}:user/x']}}}}",
    f"conditions: {{ArnLike: {{aws:PrincipalArn: 'arn:aws:iam::{ACCOUNT}:*'}}}}",
    "conditions: {StringLike: {aws:username: 'op-*'}}",
    "conditions: {StringEquals: {aws:PrincipalType: User}}",
    "principal_tags: {team: [x, y]}",
    "encryption_context: {user: '${aws:username}'}",
    "organization: o-exampleorgid",
)
KEYS = (
    "conditions: {StringEquals: {aws:ResourceTag/managed: 'true'}}",
    "conditions: {StringEquals: {'aws:ResourceTag/team': '${aws:PrincipalTag/team}'}}",
    "conditions: {'ForAnyValue:StringLike': {kms:ResourceAliases: 'alias/app-*'}}",
    "conditions: {StringEquals: {kms:KeySpec: SYMMETRIC_DEFAULT}}",
    "conditions: {StringEquals: {kms:KeyUsage: ENCRYPT_DECRYPT}}",
    "conditions: {StringEquals: {kms:KeyOrigin: EXTERNAL}}",
    "conditions: {Bool: {kms:MultiRegion: true}}",
    "conditions: {StringEquals: {aws:ResourceOrgID: o-exampleorgid}}",
    "conditions: {StringLike: {aws:RequestedRegion: 'us-*'}}",
    "request_alias: 'team-*'",
)


@pytest.mark.parametrize("when", CALLERS)
def test_somebody_of_an_account_meets_the_conditions_on_the_caller(when: str) -> None:
    """Of an account somebody calls whose name, type or tags are as the line asks."""
    assert missing(when, principal="account") == []


@pytest.mark.parametrize("when", KEYS)
def test_every_key_may_be_one_that_meets_the_conditions(when: str) -> None:
    """Of every key, one calls on a key with the tags, aliases, spec and so on for which the line asks."""
    assert missing(when, key=EVERY) == []


@pytest.mark.parametrize(
    ("when", "action"),
    [
        ("request_alias: other", "decrypt"),
        ("conditions: {StringEquals: {kms:KeyOrigin: EXTERNAL}}", "decrypt"),
        ("", "kms:ImportKeyMaterial"),
    ],
)
def test_a_key_that_exists_may_be_what_nothing_tells(when: str, action: str) -> None:
    """Tags, aliases and the origin of a key that exists are not in the file, so that they may be those the line asks for."""
    assert missing(when, key=LISTED, action=action) == []


@pytest.mark.parametrize("when", ["request_alias: other", "request_alias: [app/data, 'team-*']"])
def test_a_new_key_may_have_further_aliases(when: str) -> None:
    """A key has other aliases than its own."""
    assert missing(when) == []


@pytest.mark.parametrize(
    ("when", "principal", "key"),
    [
        ("conditions: {StringEquals: {kms:KeyOrigin: EXTERNAL}}", "role/app", KEY),
        ("conditions: {Bool: {kms:MultiRegion: true}}", "role/app", LISTED),
        ("conditions: {StringEquals: {kms:KeySpec: RSA_2048}}", "role/app", LISTED),
        ("conditions: {StringEquals: {kms:KeyOrigin: NOWHERE}}", "role/app", EVERY),
        ("conditions: {ArnLike: {aws:PrincipalArn: 'arn:aws:iam::444455556666:role/x'}}", "account", KEY),
    ],
)
def test_what_no_caller_and_no_key_meets_is_told(when: str, principal: str, key: str) -> None:
    """A line whose conditions no caller or key can meet is found, for the file tells otherwise."""
    assert any("no situation is known" in finding for finding in missing(when, principal=principal, key=key))


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("conditions: {StringEquals: {kms:KeySpec: RSA_2048}}", "nothing meets StringEquals kms:KeySpec `RSA_2048`"),
        ("source_vpce: [vpce-1], conditions: {StringEquals: {aws:SourceVpce: vpce-2}}",
         "nothing meets StringEquals aws:SourceVpce `vpce-1` and StringEquals aws:SourceVpce `vpce-2` together"),
        ("conditions: {StringEquals: {aws:PrincipalAccount: '444455556666'}}",
         "StringEquals aws:PrincipalAccount `444455556666`: it is `111122223333`"),
    ],
)  # fmt: skip
def test_the_condition_that_cannot_hold_is_named(when: str, told: str) -> None:
    """The message says which condition no call meets, or on which the statement of the line failed and why."""
    (finding,) = missing(when)
    assert told in finding


def test_a_line_for_the_region_of_a_replica_is_met_there() -> None:
    """A replica is a key of the intent, and a call in its Region is about it."""
    key = "key: {alias: m, multi_region: true, replicas: [eu-west-1]}\n"
    assert missing("conditions: {StringEquals: {aws:RequestedRegion: eu-west-1}}", key=key) == []
    assert missing("conditions: {StringEquals: {aws:RequestedRegion: eu-north-1}}", key=key) != []


def test_an_account_with_a_name_keeps_the_key_policy_changeable() -> None:
    """Question three asks with a principal of the account whom the conditions of its line let in."""
    text = f"""admins:
  - principal: account
    can: [change-policy]
    when: {{conditions: {{ArnLike: {{aws:PrincipalArn: "arn:aws:iam::{ACCOUNT}:role/keepers/*"}}}}}}
"""
    found = case(text, head=WITHOUT_DEPLOYER)
    assert found.findings() == []


WIDE = ("role/app-*", "arn:aws:iam::444455556666:role/ci-*", "organization", "organization/o-otherorgid1/r-ab12/ou-ab12-11111111")


@pytest.mark.parametrize("delegation", ["key-policy", "iam"])
@pytest.mark.parametrize("principal", WIDE)
def test_lines_about_many_are_right(principal: str, delegation: str) -> None:
    """Somebody whom a pattern matches, or a member of the organization, is let in, and nobody else."""
    text = f"{ADMIN}users: [{{principal: '{principal}', can: [decrypt]}}]\ndelegation: {delegation}\n"
    found = case(text)
    answers = ask(found.intent, found.bundle, found.compiled.origins, thorough=True)
    assert [str(finding.diagnostic) for answer in answers for finding in answer.findings] == []


@pytest.mark.parametrize(
    ("principal", "key"),
    [
        (WIDE[0], "aws:PrincipalArn"),
        (WIDE[1], "aws:PrincipalArn"),
        (WIDE[2], "aws:PrincipalOrgID"),
        (WIDE[3], "aws:PrincipalOrgPaths"),
    ],
)
def test_a_line_about_many_without_its_condition_is_found(principal: str, key: str) -> None:
    """Without the condition on the caller everyone, or everyone of the account, would be let in."""
    found = case(f"{ADMIN}users: [{{principal: '{principal}', can: [decrypt]}}]")
    (access,) = found.bundle.keys
    changed = tuple(s._replace(conditions=tuple(c for c in s.conditions if c.key != key)) for s in access.policy.statements)
    assert changed != access.policy.statements
    bundle = found.bundle._replace(keys=(access._replace(policy=access.policy._replace(statements=changed)),))
    _, nothing_else, _ = ask(found.intent, bundle, found.compiled.origins)
    assert "excess-access" in {finding.code for finding in nothing_else.findings}


ON_THE_KEY = (
    "StringEquals: {aws:ResourceTag/team: x}",
    "'ForAnyValue:StringLike': {kms:ResourceAliases: 'alias/app/*'}",
    "StringEquals: {aws:PrincipalTag/team: '${aws:ResourceTag/team}'}",
)


@pytest.mark.parametrize("condition", ON_THE_KEY)
@pytest.mark.parametrize(
    ("principal", "delegation"),
    [
        *(
            (who, way)
            for who in ("account", "role/app-*", "arn:aws:iam::444455556666:role/x")
            for way in ("key-policy", "iam", "both")
        ),
        ("role/app", "key-policy"),
        ("role/app", "both"),
        ("assumed-role/app/one", "iam"),
    ],
)
def test_conditions_that_no_key_policy_can_rest_on_are_refused(principal: str, condition: str, delegation: str) -> None:
    """Whom the key policy lets in cannot be held to tags or aliases of the key: that works in IAM policies alone."""
    line = f"users: [{{principal: '{principal}', can: [decrypt], when: {{conditions: {{{condition}}}}}}}]"
    with pytest.raises(InputError, match="condition-iam-only"):
        case(f"{ADMIN}{line}\ndelegation: {delegation}\n")


@pytest.mark.parametrize("condition", ON_THE_KEY)
def test_iam_policies_hold_users_and_roles_to_tags_and_aliases_of_the_key(condition: str) -> None:
    """With `delegation: iam` the key policy lets the account decide about the role, whose IAM policy has the condition."""
    tagged = "key: {alias: app/x, tags: {team: x}}\ndelegation: iam\n"
    found = case(f"{ADMIN}users: [{{principal: role/app, can: [decrypt], when: {{conditions: {{{condition}}}}}}}]", key=tagged)
    assert found.findings() == []
    app = f"{ROLE}app"
    (policy,) = found.bundle.principals[app].identity_policies
    assert [one.conditions for one in policy.statements] != [()]
    opened = {app: found.bundle.principals[app]._replace(identity_policies=(ANYTHING,))}
    wider = found.bundle._replace(principals={**found.bundle.principals, **opened})
    _, nothing_else, _ = ask(found.intent, wider, found.compiled.origins)
    assert "excess-access" in {finding.code for finding in nothing_else.findings}


@pytest.mark.parametrize("condition", ON_THE_KEY)
def test_conditions_on_tags_and_aliases_hold_for_keys_whose_policies_stay(condition: str) -> None:
    """There nothing but IAM policies is written."""
    assert missing(f"conditions: {{{condition}}}", key=f"{LISTED}key_policy: keep\n", admin="") == []


def test_a_grant_is_asked_for_where_a_key_can_have_it() -> None:
    """Of every key, those that can decrypt can have a grant of Decrypt."""
    when = "grant: {operations: [Decrypt], for_aws: true}, conditions: {StringEquals: {aws:ResourceTag/m: 'true'}}"
    assert missing(when, key=EVERY, action="kms:CreateGrant") == []


def callers_of(when: str) -> set[str]:
    """Return who makes the calls of a line about everyone of the account under a condition, without the account's name."""
    said = f", when: {{{when}}}" if when else ""
    found = case(f"{ADMIN}users: [{{principal: account/*, can: [decrypt]{said}}}]\n")
    key = found.bundle.keys[0].key
    (access,) = (one for one in intended_by_lines(found.intent, key) if one.action == "kms:Decrypt")
    return {call.principal.split(":", 5)[5] for call in calls(access, found.intent, key)}


KINDS = {
    "": {"role/somebody", "user/somebody", "root", "federated-user/somebody"},
    "via: [s3]": {"role/somebody", "user/somebody", "root", "federated-user/somebody"},
    "principal_tags: {team: x}": {"role/somebody", "user/somebody", "federated-user/somebody"},
    "mfa: true": {"role/somebody", "user/somebody"},
    "encryption_context: {user: '${aws:username}'}": {"user/somebody"},
    "conditions: {StringEquals: {aws:PrincipalType: AssumedRole}}": {"role/somebody"},
    f"conditions: {{ArnLike: {{aws:PrincipalArn: 'arn:aws:iam::{ACCOUNT}:user/x-*'}}}}": {"user/x-x"},
}


@pytest.mark.parametrize(("when", "kinds"), KINDS.items(), ids=list(KINDS))
def test_everyone_of_an_account_calls_as_each_kind_that_can(when: str, kinds: set[str]) -> None:
    """Roles, users, the root user and federated users call, but for those whose requests cannot meet the conditions."""
    assert callers_of(when) == kinds
    assert missing(when, principal="account/*") == []


def test_everyone_needs_no_iam_policy() -> None:
    """A statement that leaves it to the account's IAM policies is not what a line about everyone asks for."""
    found = case(f"{ADMIN}users: [{{principal: account/*, can: [decrypt]}}]\n")
    root = Principal("AWS", f"arn:aws:iam::{ACCOUNT}:root")
    changed = found.mutated(lambda one: rewrite(one, "Use by", lambda s: s._replace(principals=(root,))))
    names = [finding.message.split("`")[1].split(":", 5)[5] for finding in changed.findings()]
    assert {"role/somebody", "user/somebody"} <= set(names)


def test_what_aws_calls_is_called_by_its_role() -> None:
    """kms:SynchronizeMultiRegionKey of an account is asked for by the service-linked role of KMS, which alone calls it."""
    assert missing("", principal="account", action="kms:SynchronizeMultiRegionKey") == []


SIGNING = "key: {alias: a, spec: RSA_4096, usage: SIGN_VERIFY}\n"
WINDOW = "kms:ScheduleKeyDeletionPendingWindowInDays"


@pytest.mark.parametrize(
    ("key", "action", "when"),
    [
        (SIGNING, "sign", "StringEquals: {kms:SigningAlgorithm: [ECDSA_SHA_256, RSASSA_PSS_SHA_256]}"),
        (SIGNING, "sign", "StringLike: {kms:SigningAlgorithm: 'RSASSA_PSS_*'}"),
        (SIGNING, "sign", "StringNotEquals: {kms:SigningAlgorithm: RSASSA_PSS_SHA_256}"),
        (SIGNING, "sign", "StringEquals: {kms:SigningAlgorithm: '${aws:PrincipalTag/algorithm}'}"),
        (SIGNING, "sign", "StringLike: {kms:KeySpec: 'RSA_*'}"),
        (SIGNING, "sign", "StringNotEquals: {kms:MessageType: RAW}"),
        (EVERY, "kms:Sign", "StringLike: {kms:SigningAlgorithm: 'ECDSA_*'}"),
        (EVERY, "kms:Sign", "StringNotEquals: {kms:KeySpec: RSA_2048}"),
        (KEY, "kms:ScheduleKeyDeletion", f"NumericGreaterThan: {{{WINDOW}: '5'}}, NumericLessThan: {{{WINDOW}: '40'}}"),
        (KEY, "kms:EnableKeyRotation", "NumericLessThanEquals: {kms:RotationPeriodInDays: '365'}"),
    ],
)
def test_a_call_holds_a_value_that_kms_takes(key: str, action: str, when: str) -> None:
    """Of the values that conditions leave, the call has one that KMS takes for such a key."""
    assert missing(f"conditions: {{{when}}}", key=key, action=action, admin="" if key == EVERY else ADMIN) == []


@pytest.mark.parametrize(
    ("key", "action", "when"),
    [
        (SIGNING, "sign", "StringLike: {kms:SigningAlgorithm: 'ECDSA_*'}"),
        (SIGNING, "sign", "StringEquals: {kms:MessageType: HASHED}"),
        (SIGNING, "sign", "StringLike: {kms:KeySpec: 'ECC_*'}"),
        (f"{EVERY}spec: RSA_4096\nusage: SIGN_VERIFY\n", "sign", "StringEquals: {kms:SigningAlgorithm: ECDSA_SHA_256}"),
        (KEY, "decrypt", "StringEquals: {kms:EncryptionAlgorithm: RSAES_OAEP_SHA_256}"),
        (KEY, "kms:ScheduleKeyDeletion", f"NumericGreaterThan: {{{WINDOW}: '30'}}"),
        (KEY, "kms:ScheduleKeyDeletion", f"NumericGreaterThan: {{{WINDOW}: '9'}}, NumericLessThan: {{{WINDOW}: '10'}}"),
        (KEY, "kms:EnableKeyRotation", "NumericLessThan: {kms:RotationPeriodInDays: '90'}"),
    ],
)
def test_a_value_that_kms_never_takes_is_the_message(key: str, action: str, when: str) -> None:
    """Where no value of a key or a parameter can hold, that is what is said."""
    (found,) = missing(f"conditions: {{{when}}}", key=key, action=action, admin="" if key.startswith(EVERY) else ADMIN)
    assert "no situation is known in which" in found
    assert "nothing meets" in found


def test_a_variable_for_a_tag_of_the_key_is_filled_with_it() -> None:
    """The caller of the example has the tag that the key has."""
    when = "conditions: {StringEquals: {aws:PrincipalTag/team: '${aws:ResourceTag/team}'}}"
    assert missing(when, key="key: {alias: app/x, tags: {team: x}}\ndelegation: iam\n") == []
    assert missing(when, key=EVERY, admin="") == []


TAGGED = "key: {alias: app/x, tags: {stage: prod}}\ndelegation: iam\n"


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("StringLike: {aws:ResourceTag/stage: 'p*'}", True),
        ("StringNotEquals: {aws:ResourceTag/stage: dev}", True),
        ("'Null': {aws:ResourceTag/stage: 'false'}", True),
        ("'Null': {aws:ResourceTag/owner: 'true'}", True),
        ("StringLike: {aws:ResourceTag/stage: 'q*'}", False),
        ("StringNotEquals: {aws:ResourceTag/stage: prod}", False),
        ("'Null': {aws:ResourceTag/stage: 'true'}", False),
    ],
)
def test_the_tags_of_a_key_to_create_are_those_of_the_file(condition: str, *, holds: bool) -> None:
    """Whatever way a condition looks at them."""
    assert (missing(f"conditions: {{{condition}}}", key=TAGGED) == []) is holds


@pytest.mark.parametrize(
    ("principal", "path", "holds"),
    [
        ("organization", "o-exampleorgid/r-ab12/*", True),
        ("organization", "o-anotherorg1/r-ab12/*", False),
        ("role/app", "*/r-ab12/*", True),
        ("role/app", "o-anotherorg1/r-ab12/*", False),
        ("arn:aws:iam::444455556666:role/x", "o-anotherorg1/r-ab12/*", True),
    ],
)
def test_a_caller_is_in_one_organization(principal: str, path: str, *, holds: bool) -> None:
    """A unit of another organization is nothing that a member of this one has."""
    when = f"conditions: {{'ForAnyValue:StringLike': {{aws:PrincipalOrgPaths: '{path}'}}}}"
    assert (missing(when, principal=principal) == []) is holds


def test_a_condition_on_tags_goes_with_the_key_of_an_action_on_an_alias() -> None:
    """An alias has no tags, and the key's half of the call carries the condition."""
    when = "conditions: {StringEquals: {aws:ResourceTag/team: x}}"
    assert missing(when, key=EVERY, action="kms:CreateAlias", admin="") == []


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ("conditions: {StringNotLike: {kms:ViaService: 's3.*'}}", True),
        ("conditions: {StringNotEquals: {kms:ViaService: [s3.us-west-2.amazonaws.com, ec2.us-west-2.amazonaws.com]}}", True),
        ("conditions: {'Null': {kms:ViaService: 'true'}}", False),
    ],
)
def test_a_call_comes_through_a_service_that_the_line_leaves(when: str, *, holds: bool) -> None:
    """Where a guard rail lets through nothing but calls of services."""
    assert (missing(when, admin=f"guardrails: [deny-direct-use]\n{ADMIN}") == []) is holds

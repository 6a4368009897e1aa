"""Guard rails as they decide: each from both sides, on a key whose policy has been opened to everyone by hand.

The opened policy stands for whatever a guard rail is there to catch: an allow written by mistake, an IAM policy with kms:*.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import pytest

from kmsgen.authorizer.authorizer import Authorizer
from kmsgen.authorizer.decision import Outcome
from kmsgen.authorizer.request import Request
from kmsgen.catalogue.guardrails import GUARD_RAILS
from kmsgen.checks.intent.specification import with_own_policies
from kmsgen.compiler.guardrails import everyone_else
from kmsgen.policy.bundle import Bundle, Organization
from kmsgen.policy.document import EVERYONE, Effect, Principal, Statement
from kmsgen.policy.grant import Grant
from tests.unit.checks.intent.judging import ACCOUNT, OTHER, PARTNER, ROLE, case

LOGS = "logs.us-west-2.amazonaws.com"
STRANGER = f"{ROLE}stranger"
FOREIGN = f"arn:aws:iam::{OTHER}:role/stranger"
EC2 = f"{ROLE}aws:ec2-infrastructure"
Context = dict[str, tuple[str, ...]]
Pairs = dict[str, str]
CONTEXT = {"purpose": "x"}
S3 = {"kms:ViaService": ("s3.us-west-2.amazonaws.com",)}
LOG_CONTEXT = {"aws:logs:arn": f"arn:aws:logs:us-west-2:{ACCOUNT}:log-group:/a"}
FILE = f"""
admins: [role/Admin]
users:
  - {{principal: role/app, can: [encrypt, decrypt, use-grants]}}
  - {{principal: "{PARTNER}", can: [decrypt]}}
services: [{{service: logs, resources: ["arn:aws:logs:us-west-2:{ACCOUNT}:log-group:/a"]}}]
guardrails: [GUARDRAIL]
"""
OPEN = Statement(Effect.ALLOW, ("kms:*",), ("*",), (EVERYONE, Principal("Service", "ec2.amazonaws.com")), sid="Open")


def opened(guardrail: str) -> Bundle:
    """Compile the file with a guard rail, and open the key policy to everyone; strangers have kms:* in IAM."""
    bundle = case(FILE.replace("GUARDRAIL", guardrail)).bundle
    access = bundle.keys[0]
    policy = access.policy._replace(statements=(*access.policy.statements, OPEN))
    bundle = bundle._replace(keys=(access._replace(policy=policy),))
    return with_own_policies(bundle, (STRANGER, FOREIGN, PARTNER, EC2), "o-exampleorgid", ACCOUNT)


@dataclass(frozen=True)
class Call:
    """One request, and whether the guard rail lets it through."""

    principal: str
    action: str
    passes: bool
    context: tuple[tuple[str, tuple[str, ...]], ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()


def call(principal: str, action: str, *, passes: bool, context: Context | None = None, pairs: Pairs | None = None) -> Call:
    """Build a call."""
    return Call(principal, f"kms:{action}", passes, tuple((context or {}).items()), tuple((pairs or {}).items()))


APP, ADMIN, CI = f"{ROLE}app", f"{ROLE}Admin", f"{ROLE}ci"
FOR_AWS = {"kms:GrantIsForAWSResource": ("true",)}
CALLS: dict[str, tuple[str, list[Call]]] = {
    "deny-delete": (
        "{deny-delete: {except: [role/remover]}}",
        [
            call(STRANGER, "ScheduleKeyDeletion", passes=False),
            call(ADMIN, "DisableKey", passes=False),
            call(FOREIGN, "ScheduleKeyDeletion", passes=False),
            call(f"{ROLE}remover", "ScheduleKeyDeletion", passes=True),
            call(STRANGER, "Decrypt", passes=True),
        ],
    ),
    "deny-outside-organization": (
        f"{{deny-outside-organization: {{except: ['{PARTNER}']}}}}",
        [
            call(FOREIGN, "Decrypt", passes=False),
            call(FOREIGN, "PutKeyPolicy", passes=False),
            call("*", "Decrypt", passes=False),
            call(PARTNER, "Decrypt", passes=True),
            call(APP, "Decrypt", passes=True),
            call(CI, "PutKeyPolicy", passes=True),
            call(STRANGER, "Decrypt", passes=True),
            call(APP, "Decrypt", passes=True, context=S3),
            call(LOGS, "Decrypt", passes=True, pairs=LOG_CONTEXT),
            call(EC2, "Decrypt", passes=True),
        ],
    ),
    "deny-everyone-else": (
        "deny-everyone-else",
        [
            call(STRANGER, "Decrypt", passes=False),
            call(STRANGER, "Decrypt", passes=False, context=S3),
            call(STRANGER, "CreateGrant", passes=False, context=FOR_AWS),
            call(STRANGER, "PutKeyPolicy", passes=False),
            call(f"arn:aws:iam::{ACCOUNT}:root", "PutKeyPolicy", passes=False),
            call(f"arn:aws:iam::{ACCOUNT}:user/app", "Decrypt", passes=False),
            call(FOREIGN, "Decrypt", passes=False),
            call("*", "Decrypt", passes=False),
            call(APP, "Decrypt", passes=True),
            call(APP, "Decrypt", passes=True, context=S3),
            call(CI, "PutKeyPolicy", passes=True),
            call(PARTNER, "Decrypt", passes=True),
            call(LOGS, "Decrypt", passes=True, pairs=LOG_CONTEXT),
            call(EC2, "Decrypt", passes=True),
        ],
    ),
    "deny-direct-use": (
        "{deny-direct-use: {except: [role/Admin]}}",
        [
            call(APP, "Decrypt", passes=False),
            call(STRANGER, "GenerateDataKey", passes=False),
            call("*", "Decrypt", passes=False),
            call(APP, "Decrypt", passes=True, context=S3),
            call(ADMIN, "Decrypt", passes=True),
            call(APP, "DescribeKey", passes=True),
            call(LOGS, "Decrypt", passes=True, pairs=LOG_CONTEXT),
            call(EC2, "Decrypt", passes=True),
        ],
    ),
    "deny-without-encryption-context": (
        "{deny-without-encryption-context: {except: [role/Admin]}}",
        [
            call(APP, "Decrypt", passes=False),
            call(STRANGER, "Encrypt", passes=False),
            call(APP, "Decrypt", passes=True, pairs=CONTEXT),
            call(ADMIN, "Encrypt", passes=True),
            call(APP, "DescribeKey", passes=True),
        ],
    ),
    "deny-grants-to-principals": (
        "{deny-grants-to-principals: {except: [role/Admin]}}",
        [
            call(APP, "CreateGrant", passes=False),
            call(STRANGER, "CreateGrant", passes=False),
            call(APP, "CreateGrant", passes=True, context=FOR_AWS),
            call(ADMIN, "CreateGrant", passes=True),
            call("ec2.amazonaws.com", "CreateGrant", passes=True),
            call(APP, "Decrypt", passes=True),
        ],
    ),
    "deny-lockout-bypass": (
        "deny-lockout-bypass",
        [
            call(ADMIN, "PutKeyPolicy", passes=False, context={"kms:BypassPolicyLockoutSafetyCheck": ("true",)}),
            call(CI, "PutKeyPolicy", passes=True, context={"kms:BypassPolicyLockoutSafetyCheck": ("false",)}),
            call(CI, "PutKeyPolicy", passes=True),
        ],
    ),
    "deny-insecure-transport": (
        "deny-insecure-transport",
        [
            call(APP, "Decrypt", passes=False, context={"aws:SecureTransport": ("false",)}),
            call(STRANGER, "PutKeyPolicy", passes=False, context={"aws:SecureTransport": ("false",)}),
            call(APP, "Decrypt", passes=True, context={"aws:SecureTransport": ("true",)}),
            call(APP, "Decrypt", passes=True),
        ],
    ),
    "deny": (
        "{deny: {actions: [kms:Decrypt], for: [role/app, account], when: {conditions: {Bool: {aws:SecureTransport: 'false'}}}}}",
        [
            call(APP, "Decrypt", passes=False, context={"aws:SecureTransport": ("false",)}),
            call(STRANGER, "Decrypt", passes=False, context={"aws:SecureTransport": ("false",)}),
            call(FOREIGN, "Decrypt", passes=True, context={"aws:SecureTransport": ("false",)}),
            call(APP, "Decrypt", passes=True),
            call(APP, "Encrypt", passes=True, context={"aws:SecureTransport": ("false",)}),
        ],
    ),
}


def test_every_guard_rail_has_its_calls() -> None:
    """A new guard rail of the catalogue needs rows here."""
    assert set(CALLS) == set(GUARD_RAILS)


@pytest.mark.parametrize(("name", "number"), [(name, i) for name, (_, calls) in CALLS.items() for i in range(len(calls))])
def test_a_guard_rail_denies_what_it_says_and_nothing_else(name: str, number: int) -> None:
    """On a key that is open to everyone, the guard rail alone decides."""
    text, calls = CALLS[name]
    asked = calls[number]
    grant = Grant("", STRANGER, ("DescribeKey",)) if asked.action == "kms:CreateGrant" else None
    request = Request(asked.principal, asked.action, (), dict(asked.pairs), dict(asked.context), create_grant=grant)
    decision = Authorizer(opened(text)).decide(request)
    assert (decision.outcome is not Outcome.EXPLICIT_DENY) == asked.passes, decision


@pytest.mark.parametrize("name", sorted(GUARD_RAILS))
def test_a_file_with_a_guard_rail_passes_the_three_questions(name: str) -> None:
    """What the file asks for is still allowed, in the situations that the guard rail leaves."""
    rail = (
        name
        if name != "deny"
        else "{deny: {when: {conditions: {BoolIfExists: {aws:MultiFactorAuthPresent: 'false'}, "
        "Bool: {aws:PrincipalIsAWSService: 'false'}}}, except: [account]}}"
    )
    assert [str(finding.diagnostic) for finding in case(FILE.replace("GUARDRAIL", rail)).findings()] == []


def test_a_deny_without_mfa_reaches_services() -> None:
    """A service used none: what the file gives it is denied, whatever its requests say."""
    rail = "{deny: {when: {conditions: {BoolIfExists: {aws:MultiFactorAuthPresent: 'false'}}}, except: [account]}}"
    found = [finding for finding in case(FILE.replace("GUARDRAIL", rail)).findings() if LOGS in finding.message]
    assert {finding.code for finding in found} == {"intended-not-allowed"}


def test_without_grants_for_services_only_the_named_services_are_spared() -> None:
    """Then an AWS service that the file does not name is denied in so many words."""
    text = FILE.replace("GUARDRAIL", "deny-everyone-else").replace(", use-grants", "")
    bundle = case(text).bundle
    access = bundle.keys[0]
    policy = access.policy._replace(statements=(*access.policy.statements, OPEN))
    judge = Authorizer(bundle._replace(keys=(access._replace(policy=policy),)))
    assert judge.decide(Request("ec2.amazonaws.com", "kms:Decrypt")).outcome is Outcome.EXPLICIT_DENY
    named = judge.decide(Request(LOGS, "kms:Decrypt", encryption_context=LOG_CONTEXT))
    assert named.outcome is Outcome.ALLOWED


def test_one_session_of_a_role_is_spared_and_its_others_are_not() -> None:
    """The intent names a session; the Deny tells sessions apart by aws:userid."""
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/named"
    found = case(f"admins: [role/Admin]\nusers: [{{principal: '{session}', can: [decrypt]}}]\nguardrails: [deny-everyone-else]")
    access = found.bundle.keys[0]
    policy = access.policy._replace(statements=(*access.policy.statements, OPEN))
    judge = Authorizer(found.bundle._replace(keys=(access._replace(policy=policy),)))
    outcomes = {
        name: judge.decide(
            Request(
                f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}", "kms:Decrypt", context={"aws:userid": (f"AROAX:{name}",)}
            )
        ).outcome
        for role, name in (("app", "named"), ("app", "other"))
    }
    assert outcomes == {"named": Outcome.ALLOWED, "other": Outcome.EXPLICIT_DENY}


@pytest.mark.parametrize(
    ("line", "caller"),
    [
        ("account", STRANGER),
        ("account", f"arn:aws:iam::{ACCOUNT}:root"),
        ("account/*", STRANGER),
        (f"account/{OTHER}", FOREIGN),
        ("organization", FOREIGN),
    ],
)
def test_an_account_is_spared_in_what_its_lines_give(line: str, caller: str) -> None:
    """A recovery path, or an account that may do one thing, does not take everybody of it out of the guard rail."""
    action = "kms:PutKeyPolicy" if line == "account" else "kms:GenerateDataKey"
    users = f"users: [{{principal: '{line}', can: ['{action}']}}]"
    found = case(f"admins: [role/Admin]\n{users}\nguardrails: [deny-everyone-else]")
    access = found.bundle.keys[0]
    policy = access.policy._replace(statements=(*access.policy.statements, OPEN))
    bundle = with_own_policies(found.bundle, (STRANGER, FOREIGN), "o-exampleorgid", ACCOUNT)
    bundle = bundle._replace(keys=(access._replace(policy=policy),))
    member = bundle.principals[FOREIGN]._replace(organization=Organization("o-exampleorgid"))
    judge = Authorizer(bundle._replace(principals={**bundle.principals, FOREIGN: member}))
    outcomes = [judge.decide(Request(caller, asked)).outcome for asked in (action, "kms:Decrypt")]
    assert outcomes == [Outcome.ALLOWED, Outcome.EXPLICIT_DENY]
    assert found.findings() == []


def test_members_of_the_organization_in_other_accounts_pass() -> None:
    """aws:PrincipalOrgID tells them, not their account."""
    bundle = opened("deny-outside-organization")
    member = bundle.principals[FOREIGN]._replace(organization=Organization("o-exampleorgid"))
    judge = Authorizer(bundle._replace(principals={**bundle.principals, FOREIGN: member}))
    assert judge.decide(Request(FOREIGN, "kms:Decrypt")).outcome is Outcome.ALLOWED


ANYWHERE = f'kmsgen: 1\nname: test\nscope: {{account: "{ACCOUNT}"}}\n'
EVERY_KEY = 'keys: "*"\nusers: [{principal: role/app, can: [decrypt]}]\n'


@pytest.mark.parametrize(
    "guardrail",
    [
        "deny: {for: [role/app], when: {conditions: {StringNotEquals: {aws:RequestedRegion: us-west-2}}}}",
        "deny: {for: [role/app], when: {conditions: {StringNotLike: {aws:RequestedRegion: 'eu-west-*'}}}}",
        "deny: {for: [role/app], when: {conditions: {StringNotEquals: {aws:ResourceTag/env: prod}}}}",
        "deny: {for: [role/app], when: {conditions: {Null: {aws:ResourceTag/env: 'true'}}}}",
        "deny: {for: [role/app], when: {conditions: {StringNotEquals: {kms:KeyOrigin: EXTERNAL}}}}",
        "deny: {for: [role/app], when: {conditions: {StringNotEquals: {kms:KeySpec: SYMMETRIC_DEFAULT}}}}",
        "deny: {for: [role/app], when: {conditions: {Bool: {kms:MultiRegion: 'false'}}}}",
        "deny: {for: [role/app], when: {conditions: {StringNotLike: {kms:RequestAlias: 'alias/app-*'}}}}",
        "deny-without-encryption-context: {for: [role/app]}",
    ],
)
@pytest.mark.parametrize("spec", ["", "spec: SYMMETRIC_DEFAULT\n"])
def test_a_line_about_every_key_is_asked_on_a_key_that_guard_rails_leave(guardrail: str, spec: str) -> None:
    """A guard rail may leave some of every key: its Region, tags, spec and so on are those of which the line is asked."""
    assert case(f"guardrails: [{{{guardrail}}}]\n", head=ANYWHERE, key=spec + EVERY_KEY).findings() == []


@pytest.mark.parametrize(("spared", "codes"), [(f"{ROLE}x", set()), (f"arn:aws:iam::{OTHER}:role/x", {"intended-not-allowed"})])
def test_a_deny_that_spares_somebody_of_the_account_leaves_its_line(spared: str, codes: set[str]) -> None:
    """That IAM decides for the account is true where it decides for those whom the Deny names, such as in policies of k9."""
    rail = f"deny: {{actions: [encrypt], when: {{conditions: {{ArnNotEquals: {{aws:PrincipalArn: ['{spared}']}}}}}}}}"
    text = f"admins: [role/Admin]\nusers: [{{principal: account, can: [encrypt]}}]\nguardrails: [{{{rail}}}]"
    assert {one.code for one in case(text).findings()} == codes


def test_a_guard_rail_that_leaves_no_key_of_a_region_contradicts_the_lines() -> None:
    """A Region that the scope names and a guard rail rules out is one where nobody can do what the lines say."""
    rail = "deny: {for: [role/app], when: {conditions: {StringNotEquals: {aws:RequestedRegion: us-west-2}}}}"
    head = ANYWHERE.replace("}", ", regions: [us-west-2, us-east-1]}")
    (finding,) = case(f"guardrails: [{{{rail}}}]\n", head=head, key="spec: SYMMETRIC_DEFAULT\n" + EVERY_KEY).findings()
    assert finding.code == "intended-not-allowed"


SHARED = f"""
admins: [role/Admin, {{principal: account, can: [change-policy]}}]
users:
  - {{principal: [role/app, "arn:aws:iam::444455556666:role/named"], can: [encrypt]}}
  - {{principal: "arn:aws:sts::555566667777:assumed-role/job/s1", can: [encrypt]}}
  - {{principal: account/444455556666, can: [decrypt]}}
  - {{principal: account/555566667777, can: [decrypt, kms:DescribeKey]}}
  - {{principal: account/666677778888, can: [generate-data-key]}}
  - {{principal: organization, can: [kms:DescribeKey]}}
guardrails: [{{deny-everyone-else: {{except: [role/spared, account/{OTHER}]}}}}]
"""
GIVEN = {
    ACCOUNT: {"GetKeyPolicy", "PutKeyPolicy"},
    "444455556666": {"Decrypt"},
    "555566667777": {"Decrypt", "DescribeKey"},
    "666677778888": {"GenerateDataKey", "GenerateDataKeyWithoutPlaintext"},
}
ACCOUNTS = (*GIVEN, "777788889999", OTHER)
SESSION = "arn:aws:sts::555566667777:assumed-role/job/"
NAMED = {f"{ROLE}app", f"{ROLE}Admin", f"{ROLE}ci", f"{ROLE}spared", "arn:aws:iam::444455556666:role/named", f"{SESSION}s1"}
ASKED = ("CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "GetKeyPolicy", "PutKeyPolicy")


@pytest.mark.parametrize("form", [0, 1])
def test_deny_everyone_else_means_the_same_in_both_forms(form: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is named passes, an account and an organization with what their lines give, and nobody with anything else."""
    lengths = iter([form, 1 - form])
    monkeypatch.setattr(everyone_else, "_length", lambda _denies: next(lengths))
    access = case(SHARED).bundle.keys[0]
    callers = [*NAMED, f"{SESSION}s2", *(f"arn:aws:iam::{account}:role/any" for account in ACCOUNTS)]
    opened = access._replace(policy=access.policy._replace(statements=(*access.policy.statements, OPEN)))
    for organization in ("o-exampleorgid", "o-otherorg11"):
        judge = Authorizer(with_own_policies(Bundle((opened,)), callers, organization, ACCOUNT))
        for caller, action in product(callers, ASKED):
            account = caller.split(":")[4]
            member = organization == "o-exampleorgid" and action == "DescribeKey"
            passes = caller in NAMED or account == OTHER or action in GIVEN.get(account, ()) or member
            context = {"aws:PrincipalOrgID": (organization,)}
            outcome = judge.decide(Request(caller, f"kms:{action}", (access.key.arn,), context=context)).outcome
            assert (outcome is not Outcome.EXPLICIT_DENY) is passes, (organization, caller, action, outcome)

"""Compiled bundles that something went wrong with: the three questions must notice each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kmsgen.policy.bundle import Bundle, PrincipalPolicies
from kmsgen.policy.document import EVERYONE, Condition, Document, Effect, Principal, Statement
from kmsgen.policy.grant import Grant, GrantConstraints
from tests.unit.checks.intent.judging import ACCOUNT, EXAMPLE, OTHER, PARTNER, ROLE, Case, case, rewrite

Change = Callable[[Statement], Statement | None]


@pytest.fixture(scope="module")
def example() -> Case:
    """Compile the example once."""
    return case(EXAMPLE)


def test_the_compiled_bundle_itself_passes(example: Case) -> None:
    """Otherwise the tests below would pass for nothing."""
    assert [str(finding.diagnostic) for finding in example.findings()] == []


def dropped(_statement: Statement) -> None:
    """Drop a statement."""


def unconditional(statement: Statement) -> Statement:
    """Drop every condition."""
    return statement._replace(conditions=())


def without(key: str) -> Change:
    """Drop the conditions on a key."""
    return lambda s: s._replace(conditions=tuple(c for c in s.conditions if key not in c.key))


def with_actions(*actions: str) -> Change:
    """Add actions."""
    return lambda s: s._replace(actions=(*s.actions, *actions))


def without_action(action: str) -> Change:
    """Drop an action."""
    return lambda s: s._replace(actions=tuple(a for a in s.actions if a != action))


def for_principal(kind: str, value: str) -> Change:
    """Name another principal."""
    return lambda s: s._replace(principals=(Principal(kind, value),))


def with_value(key: str, *values: str) -> Change:
    """Give a condition other values."""
    return lambda s: s._replace(conditions=tuple(c._replace(values=values) if key in c.key else c for c in s.conditions))


def with_operator(key: str, operator: str) -> Change:
    """Give a condition another operator."""
    return lambda s: s._replace(conditions=tuple(c._replace(operator=operator) if key in c.key else c for c in s.conditions))


MUTATIONS: dict[str, tuple[str, Change]] = {
    "a user's statement is missing": ("Use by app", dropped),
    "an administrator's statement is missing": ("Administer by Admin", dropped),
    "the deployer's statement is missing": ("Deploy by ci", dropped),
    "the deployer cannot put the policy": ("Deploy by ci", without_action("kms:PutKeyPolicy")),
    "a service's statement is missing": ("Service cloudwatch logs", dropped),
    "an action is missing": ("Use by app with", without_action("kms:Encrypt")),
    "the encryption context is dropped": ("Use by app with", without("EncryptionContext")),
    "the encryption context is another": ("Use by app with", with_value("EncryptionContext", "else")),
    "a second encryption context is let in": ("Use by app with", with_value("EncryptionContext", "payments", "something-else")),
    "the service of kms:ViaService is dropped": ("Use by reporting", without("ViaService")),
    "any service is let in": ("Use by reporting", with_operator("ViaService", "StringNotEquals")),
    "a condition on the address is dropped": ("Use by office", without("SourceIp")),
    "a condition on MFA is dropped": ("Use by office", without("MultiFactor")),
    "a condition holds where the key is missing": ("Use by office", with_operator("MultiFactor", "BoolIfExists")),
    "an action is added": ("Use by app with", with_actions("kms:GenerateDataKeyPair")),
    "an action has a wildcard": ("Use by reporting", with_actions("kms:ReEncrypt*")),
    "every action is allowed": ("Use by reporting", with_actions("kms:*")),
    "an administrator may decrypt": ("Administer by Admin", with_actions("kms:Decrypt")),
    "CreateGrant is bare": ("Use by launcher", without("GrantIsForAWSResource")),
    "the deployer's CreateGrant is bare": ("grant nightly", unconditional),
    "the grantee is open": ("grant nightly", without("GranteePrincipal")),
    "the operations are open": ("grant nightly", without("GrantOperations")),
    "the grant's constraint is open": ("grant nightly", without("EncryptionContext")),
    "a service is not held to its resource": ("Service cloudwatch logs", unconditional),
    "a service works for another account": ("Service guardduty", with_value("SourceA", OTHER)),
    "a service is not held to the source account and resource": ("Service guardduty", without("aws:Source")),
    "another service is let in": ("Service guardduty", for_principal("Service", "ec2.amazonaws.com")),
    "the whole account is let in": ("Use by app with", for_principal("AWS", f"arn:aws:iam::{ACCOUNT}:root")),
    "the account of a partner is let in": ("Use by partner", for_principal("AWS", f"arn:aws:iam::{OTHER}:root")),
    "a role of another account is let in": ("Use by app with", for_principal("AWS", f"arn:aws:iam::{OTHER}:role/app")),
    "everyone is let in": ("Use by reporting", lambda s: s._replace(principals=(EVERYONE,))),
    "the partner's half here is missing": ("Use by partner", dropped),
    "a guard rail denies everybody": ("Deny delete", unconditional),
    "a guard rail denies what is used": ("Deny delete", with_actions("kms:Decrypt")),
    "a user is denied": ("Use by app with", lambda s: s._replace(effect=Effect.DENY)),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_wrong_statement_is_noticed(example: Case, name: str) -> None:
    """Whatever goes wrong with one statement, an answer becomes no."""
    word, change = MUTATIONS[name]
    assert example.mutated(lambda bundle: rewrite(bundle, word, change)).findings()


def with_statement(statement: Statement) -> Callable[[Bundle], Bundle]:
    """Add a statement to the key policy."""

    def change(bundle: Bundle) -> Bundle:
        access = bundle.keys[0]
        policy = access.policy._replace(statements=(*access.policy.statements, statement))
        return bundle._replace(keys=(access._replace(policy=policy), *bundle.keys[1:]))

    return change


def with_policies(principal: str, *policies: Document) -> Callable[[Bundle], Bundle]:
    """Give a principal these IAM policies and no others."""
    return lambda bundle: bundle._replace(principals={**bundle.principals, principal: PrincipalPolicies(policies)})


def with_grants(change: Callable[[Grant], tuple[Grant, ...]]) -> Callable[[Bundle], Bundle]:
    """Put other grants in the place of the first."""
    return lambda bundle: bundle._replace(keys=(bundle.keys[0]._replace(grants=change(bundle.keys[0].grants[0])),))


ALLOW = Statement(Effect.ALLOW, ("kms:Decrypt",), ("*",), (Principal("AWS", f"arn:aws:iam::{ACCOUNT}:root"),), sid="More")
BUNDLES: dict[str, Callable[[Bundle], Bundle]] = {
    "the account gets Decrypt": with_statement(ALLOW),
    "the account gets Decrypt through one service": with_statement(
        ALLOW._replace(conditions=(Condition("StringEquals", "kms:ViaService", ("rds.us-west-2.amazonaws.com",)),))
    ),
    "another account gets Decrypt": with_statement(ALLOW._replace(principals=(Principal("AWS", "999999999999"),))),
    "everyone gets Decrypt under an encryption context": with_statement(
        ALLOW._replace(principals=(EVERYONE,), conditions=(Condition("StringEquals", "kms:EncryptionContext:a", ("b",)),))
    ),
    "everyone without a time-out gets it": with_statement(
        ALLOW._replace(principals=(EVERYONE,), conditions=(Condition("StringNotEquals", "aws:SourceVpce", ("vpce-1",)),))
    ),
    "a service that nobody thinks of gets Decrypt": with_statement(
        ALLOW._replace(principals=(Principal("Service", "dax.amazonaws.com"),))
    ),
    "a service gets Decrypt": with_statement(ALLOW._replace(principals=(Principal("Service", "ec2.amazonaws.com"),))),
    "a named principal gets more": with_statement(ALLOW._replace(principals=(Principal("AWS", f"{ROLE}exporter"),))),
    "everything but Sign is allowed": with_statement(ALLOW._replace(actions=("kms:Sign",), not_action=True)),
    "the partner has no half of its own": with_policies(PARTNER),
    "an IAM policy reaches other keys": with_policies(
        f"{ROLE}Admin", Document((Statement(Effect.ALLOW, ("kms:CreateAlias", "kms:Decrypt"), ("*",)),))
    ),
    "an IAM policy lets keys be created": with_policies(
        f"{ROLE}app", Document((Statement(Effect.ALLOW, ("kms:CreateKey",), ("*",)),))
    ),
    "an IAM policy denies what was asked for": with_policies(
        f"{ROLE}app", Document((Statement(Effect.DENY, ("kms:Decrypt",), ("*",)),))
    ),
    "a grant is on the key that nobody asked for": with_grants(lambda grant: (grant, grant._replace(grantee=f"{ROLE}Admin"))),
    "a grant has one more operation": with_grants(lambda grant: (grant._replace(operations=(*grant.operations, "Encrypt")),)),
    "a grant is not there": with_grants(lambda _grant: ()),
    "a grant has no constraint": with_grants(lambda grant: (grant._replace(constraints=GrantConstraints()),)),
    "the key is another kind of key": lambda bundle: bundle._replace(
        keys=(bundle.keys[0]._replace(key=bundle.keys[0].key._replace(spec="RSA_2048")),)
    ),
}


@pytest.mark.parametrize("name", BUNDLES)
def test_a_wrong_bundle_is_noticed(example: Case, name: str) -> None:
    """Whatever is added beside what was compiled, or taken away, an answer becomes no."""
    assert example.mutated(BUNDLES[name]).findings()

"""Policies that exist and allow less than an intent means, where its examples do not show it."""

from __future__ import annotations

from functools import cache

import pytest

from kmsgen.authorizer.authorizer import Authorizer
from kmsgen.checks.finding import Finding
from kmsgen.checks.intent.narrowing import narrowed
from kmsgen.policy.bundle import Bundle
from kmsgen.policy.document import EVERYONE, Condition, Effect, Principal, Statement
from tests.unit.checks.intent.judging import ACCOUNT, ROLE, Case, case, rewrite

SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/alice"
DENY = Statement(Effect.DENY, ("kms:Decrypt",), ("*",), (EVERYONE,))


@cache
def meant() -> Case:
    """Compile an intent with one user, and one pattern of users."""
    return case("users: [{principal: [role/app, role/dev-*], can: [decrypt]}]")


def denied(statement: Statement) -> Bundle:
    """Return what the intent compiles to, with one more Deny."""
    access = meant().bundle.keys[0]
    policy = access.policy._replace(statements=(*access.policy.statements, statement))
    return meant().bundle._replace(keys=(access._replace(policy=policy),))


def found_in(existing: Bundle) -> list[Finding]:
    """Return what is found of policies that exist."""
    one = meant()
    return list(narrowed(one.intent, one.bundle, existing, one.compiled.origins))


def when(operator: str, key: str, value: str) -> Condition:
    """Return a condition of one value."""
    return Condition(operator, key, (value,))


NARROWER = {
    "one session": DENY._replace(principals=(Principal("AWS", SESSION),)),
    "one role of a pattern": DENY._replace(principals=(Principal("AWS", f"{ROLE}dev-one"),)),
    "some roles of a pattern": DENY._replace(conditions=(when("ArnLike", "aws:PrincipalArn", f"{ROLE}dev-?*"),)),
    "a tag": DENY._replace(conditions=(when("StringEquals", "aws:PrincipalTag/x", "y"),)),
    "an encryption context": DENY._replace(conditions=(when("StringEquals", "kms:EncryptionContext:x", "y"),)),
    "an endpoint": DENY._replace(conditions=(when("Null", "aws:SourceVpce", "false"),)),
    "the id of a role": DENY._replace(conditions=(when("StringLike", "aws:userid", "AROAEXAMPLE:*"),)),
}


@pytest.mark.parametrize("what", NARROWER)
def test_access_that_no_example_asks_for_is_missed(what: str) -> None:
    """A Deny of a part of what a line gives is found, at the line, with a call that the policies deny as the witness says."""
    found = found_in(denied(NARROWER[what]))
    assert found
    for one in found:
        assert (one.code, one.location.line) == ("intended-not-allowed", 6)
        assert "allowed by the intent, and not here: it is denied" in one.message
        assert one.witness
        assert one.witness.outcome == "explicitDeny"
        assert Authorizer(one.witness.bundle).decide(one.witness.request, whole=False).outcome == one.witness.outcome


def test_an_allow_under_a_further_condition_is_missed() -> None:
    """An Allow that holds of direct calls alone allows less than one without a condition: the finding names what fails."""
    direct = when("Null", "kms:ViaService", "true")
    narrow = rewrite(meant().bundle, "app", lambda one: one._replace(conditions=(*one.conditions, direct)))
    (found,) = found_in(narrow)
    assert found.code == "intended-not-allowed"
    assert "would allow it but for" in found.message


@pytest.mark.parametrize(
    "statement",
    [
        DENY._replace(principals=(Principal("AWS", f"{ROLE}stranger"),)),
        DENY._replace(conditions=(when("StringNotEquals", "kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT"),)),
        DENY._replace(effect=Effect.ALLOW),
    ],
)
def test_what_the_intent_does_not_mean_is_not_missed(statement: Statement) -> None:
    """A Deny of somebody else, or of calls that there are not, takes nothing; nor does an Allow of more."""
    assert found_in(denied(statement)) == []
    assert found_in(meant().bundle) == []


def test_an_intent_of_which_more_is_left_open_is_not_proved() -> None:
    """Where AWS leaves open whether the policies that exist deny a part, there is an answer that says so."""
    user = Principal("AWS", f"arn:aws:sts::{ACCOUNT}:federated-user/bob")
    one = case("users: [{principal: user/bob, can: [decrypt]}]")
    access = one.bundle.keys[0]
    policy = access.policy._replace(statements=(*access.policy.statements, DENY._replace(principals=(user,))))
    existing = one.bundle._replace(keys=(access._replace(policy=policy),))
    (found,) = narrowed(one.intent, one.bundle, existing, one.compiled.origins)
    assert found.code == "unproved"
    assert "P7" in found.message

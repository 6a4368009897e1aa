"""Questions about several keys: each is asked with few principals, and with all where the answer speaks of one of many."""

from __future__ import annotations

import pytest

from kmsgen.cli.jobs.proving import Bounds, Questioned
from kmsgen.policy.bundle import Bundle, Key, KeyAccess, PrincipalPolicies
from kmsgen.policy.document import EVERYONE, Condition, Document, Effect, Principal, Statement
from kmsgen.policy.grant import Grant
from kmsgen.prover.problem import Budget
from kmsgen.prover.question import Never, NoEscalation, NoLockout, NoPublic, Question, Result
from kmsgen.sources.described import Described
from kmsgen.sources.subject import SCENARIO, Subject

HOME = "111122223333"
ROLES = [f"arn:aws:iam::{HOME}:role/app-{number}" for number in range(4)]
HERE = Condition("StringEquals", "kms:CallerAccount", (HOME,))


def questioned(*conditions: Condition) -> Questioned:
    """Return four keys whose policy everybody may change under some conditions, with a role for each."""
    policy = Document((Statement(Effect.ALLOW, ("kms:PutKeyPolicy",), ("*",), (EVERYONE,), conditions),))
    arns = [f"arn:aws:kms:us-west-2:{HOME}:key/{number:08}-1111-1111-1111-111111111111" for number in range(4)]
    own = [Document((Statement(Effect.ALLOW, ("kms:Decrypt",), (arn,)),)) for arn in arns]
    beside = {role: PrincipalPolicies((document,)) for role, document in zip(ROLES, own, strict=True)}
    bundle = Bundle(tuple(KeyAccess(Key(arn), policy) for arn in arns), beside)
    return Questioned(Subject("scenario.json", SCENARIO, Described(bundle)))


@pytest.mark.parametrize(
    ("asked", "result"),
    [
        ("logs.amazonaws.com", Result.REFUTED),
        ("logs.us-east-1.amazonaws.com", Result.REFUTED),
        ("sns.us-east-1.amazonaws.com", Result.REFUTED),
        ("logs.us-west-2.amazonaws.com", Result.PROVED),
        ("us-east-1.amazonaws.com", Result.PROVED),
        ("s3.amazonaws.com", Result.PROVED),
    ],
)
def test_a_service_is_asked_about_by_all_its_names(asked: str, result: Result) -> None:
    """One without a Region in its name has those with one too; names of two Regions are two."""
    policy = Document((Statement(Effect.ALLOW, ("kms:Decrypt",), ("*",), (Principal("Service", "sns.amazonaws.com"),)),))
    key = f"arn:aws:kms:us-east-1:{HOME}:key/00000000-1111-1111-1111-111111111111"
    grant = Grant("g", "logs.us-east-1.amazonaws.com", ("Decrypt",), grantee_is_service=True)
    subject = Subject("scenario.json", SCENARIO, Described(Bundle((KeyAccess(Key(key), policy, (grant,)),))))
    found = Questioned(subject).answer(0, Never(asked, ("kms:Decrypt",)), Bounds(Budget()))
    assert (found.result, asked in found.question) == (result, True)


def test_everybody_whom_an_answer_is_about_is_named() -> None:
    """Of four roles alike two are asked about first; the answer names all."""
    found = questioned(HERE).answer(3, NoEscalation(), Bounds(Budget(), described_only=True))
    assert sorted(name for group in found.groups for name in group.principals) == ROLES


@pytest.mark.parametrize(
    ("question", "result"),
    [
        (NoPublic(), Result.PROVED),
        (NoLockout(), Result.PROVED),
        (Never("logs.amazonaws.com", ("kms:Decrypt",)), Result.PROVED),
        (Never(ROLES[0], ("kms:PutKeyPolicy",)), Result.REFUTED),
    ],
)
def test_each_key_is_answered_by_itself(question: Question, result: Result) -> None:
    """Whatever its number, and whoever is asked about."""
    about = questioned(HERE)
    assert [about.answer(number, question, Bounds(Budget())).result for number in range(4)] == [result] * 4

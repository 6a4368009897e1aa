"""The budget bounds the whole question, what cuts values and tells principals apart included."""

from __future__ import annotations

import time
from itertools import count
from types import SimpleNamespace

import pytest

from kmsgen.policy.bundle import Bundle, Key, KeyAccess
from kmsgen.policy.document import Condition, Document, Effect, Principal, Statement
from kmsgen.prover import Budget, Never, NoPublic, Question, Result, prove, prove_each

HOME = "111122223333"
KEY = f"arn:aws:kms:us-west-2:{HOME}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
NEVER = Never(f"arn:aws:iam::{HOME}:role/contractor-*", ("kms:Decrypt",))
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def statement(who: str, *conditions: Condition, effect: Effect = Effect.ALLOW) -> Statement:
    """Return a statement about Decrypt."""
    return Statement(effect, ("kms:Decrypt",), ("*",), (Principal("AWS", who),), conditions)


def bundle(*statements: Statement) -> Bundle:
    """Return a bundle of one key with these statements, and everyone let in."""
    return Bundle((KeyAccess(Key(KEY), Document((statement("*"), *statements))),))


def denies(*patterns: str) -> Bundle:
    """Return a bundle with a Deny for each pattern of principals."""
    return bundle(*(statement(f"arn:aws:iam::{HOME}:role/{one}", effect=Effect.DENY) for one in patterns))


def of_key(key: str, *patterns: str) -> Bundle:
    """Return a bundle with a statement for each pattern of a condition key."""
    operator = "ArnLike" if key.endswith("Arn") else "StringLike"
    return bundle(*(statement("*", Condition(operator, key, (one,))) for one in patterns))


HOSTILE = [
    ("patterns within principals", denies(*(f"*{LETTERS[i % 26]}{i}*{i % 7}*" for i in range(300))), NEVER),
    ("services by infix", of_key("aws:PrincipalServiceName", *(f"*{LETTERS[i]}*{i}*.amazonaws.com" for i in range(26))), NEVER),
    ("accounts by infix", of_key("aws:PrincipalArn", *(f"arn:aws:iam::*{i}*{i % 10}*:role/x" for i in range(26))), NoPublic()),
]


@pytest.mark.parametrize(("world", "question"), [pytest.param(*case, id=note) for note, *case in HOSTILE])
def test_the_clock_is_looked_at_while_values_are_cut(world: Bundle, question: Question) -> None:
    """What would take minutes ends within a fifth more than the seconds that it was given."""
    start = time.process_time()
    proof = prove(world, question, Budget(seconds=1.0))
    assert time.process_time() - start < 1.2
    assert proof.result in (Result.UNKNOWN, Result.REFUTED)
    assert "budget" in proof.reason or proof.result is Result.REFUTED


def test_what_was_found_until_the_time_is_over_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever look at the clock is the last, nothing is proved; what is refuted in some time is so in more."""
    others = (Condition("NotIpAddress", "aws:SourceIp", (f"{number}.0.0.0/8",)) for number in range(1, 9))
    world = Bundle((KeyAccess(Key(KEY), Document(tuple(statement("*", one) for one in others))),))
    results = []
    for looks in range(20, 200, 30):
        clock = count()
        monkeypatch.setattr("kmsgen.prover.problem.time", SimpleNamespace(monotonic=lambda clock=clock: next(clock)))
        proof = prove(world, NoPublic(), Budget(seconds=looks))
        assert "budget" in proof.reason
        results.append(proof.result)
    refuted = results.index(Result.REFUTED)
    assert results == [Result.UNKNOWN] * refuted + [Result.REFUTED] * (len(results) - refuted)


def test_each_question_has_its_own_budget() -> None:
    """What one question used up is not missing to the next."""
    first, second = prove_each(denies("a*"), [NEVER, NEVER], Budget(steps=30))
    assert first == second


def test_patterns_within_principals_of_allows_cost_nothing() -> None:
    """An Allow with a wildcard within a principal gives nobody anything, so nobody is told apart by it (P2)."""
    allows = (statement(f"arn:aws:iam::{HOME}:role/*{i}*") for i in range(300))
    world = Bundle((KeyAccess(Key(KEY), Document(tuple(allows))),))
    assert prove(world, NEVER, Budget(steps=2000)).result is Result.PROVED

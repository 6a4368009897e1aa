"""Described principals whom nothing that bears on a key tells apart: one of each kind stands for all."""

from __future__ import annotations

import time
from itertools import product

import pytest

from kmsgen.policy.bundle import Bundle, Key, KeyAccess, Organization, PrincipalPolicies
from kmsgen.policy.document import EVERYONE, Condition, Document, Effect, Principal, Statement
from kmsgen.prover.prove import patterns_of, prove
from kmsgen.prover.question import Never, NoCrossAccount, NoEscalation, NoLockout, Only, Question, Result
from kmsgen.prover.representatives import Representatives

HOME = "111122223333"
ROOT = Principal("AWS", f"arn:aws:iam::{HOME}:root")


def role(name: object, account: str = HOME) -> str:
    """Return the ARN of a role."""
    return f"arn:aws:iam::{account}:role/{name}"


def key(number: int, *statements: Statement) -> KeyAccess:
    """Return a key with a policy."""
    return KeyAccess(Key(f"arn:aws:kms:us-west-2:{HOME}:key/{number:08}-1111-1111-1111-111111111111"), Document(statements))


def holder(*resources: str, actions: tuple[str, ...] = ("kms:Decrypt",)) -> PrincipalPolicies:
    """Return a principal with an IAM policy about some keys."""
    return PrincipalPolicies((Document((Statement(Effect.ALLOW, actions, resources),)),))


def allow(*who: Principal, actions: tuple[str, ...] = ("kms:Decrypt",), when: tuple[Condition, ...] = ()) -> Statement:
    """Return an Allow of a key policy."""
    return Statement(Effect.ALLOW, actions, ("*",), who, conditions=when)


def estate(count: int, *statements: Statement, **more: PrincipalPolicies) -> Bundle:
    """Return as many keys of one policy as roles, each role with an IAM policy about the key of its number."""
    keys = tuple(key(number, *statements) for number in range(count))
    roles = {role(f"app-{number}"): holder(one.key.arn) for number, one in enumerate(keys)}
    return Bundle(keys, {**roles, **{role(name): beside for name, beside in more.items()}})


def kept(bundle: Bundle, number: int = 0, *asked: str) -> list[str]:
    """Return the names of those who are asked about with a key; everybody where only the whole bundle will do."""
    about = Representatives(bundle).about(bundle.keys[number], asked)
    return [one.rpartition("/")[2] for one in (about.bundle if about else bundle).principals]


def test_one_of_many_stands_for_all() -> None:
    """Beside whoever has an IAM policy about the key."""
    assert kept(estate(9, allow(ROOT)), 4) == ["app-0", "app-4"]


TOLD_APART = [
    ("who is named in the key policy", allow(Principal("AWS", role("app-7"))), {}, (), "app-7"),
    ("who is named in a value", allow(EVERYONE, when=(Condition("StringLike", "aws:username", ("APP-7",)),)), {}, (), "app-7"),
    ("whom a pattern fits", allow(EVERYONE, when=(Condition("ArnLike", "aws:PrincipalArn", (role("*-7"),)),)), {}, (), "app-7"),
    ("who is asked about", allow(ROOT), {}, (role("app-7"),), "app-7"),
    ("whose IAM policy may be about any key", allow(ROOT), {"wide": holder("*")}, (), "wide"),
    ("who has tags", allow(ROOT), {"tagged": PrincipalPolicies(tags=(("a", "b"),))}, (), "tagged"),
    ("who tells of an organization", allow(ROOT), {"member": PrincipalPolicies(organization=Organization("o-1"))}, (), "member"),
    ("who has a boundary", allow(ROOT), {"bound": PrincipalPolicies(boundary=Document(()))}, (), "bound"),
    ("who has SCPs", allow(ROOT), {"limited": PrincipalPolicies(scps=((Document(()),),))}, (), "limited"),
]  # fmt: skip


@pytest.mark.parametrize(("note", "statement", "more", "asked", "name"), TOLD_APART)
def test_whom_something_tells_apart_stays(
    note: str, statement: Statement, more: dict[str, PrincipalPolicies], asked: tuple[str, ...], name: str
) -> None:
    """By name whatever its case, by a pattern, or by what is described of him beside IAM policies about other keys."""
    assert kept(estate(9, statement, **more), 0, *asked) == ["app-0", "app-1", name], note


def test_a_policy_variable_takes_the_whole_bundle() -> None:
    """It may tell any name apart."""
    own = Condition("StringEquals", "kms:EncryptionContext:who", ("${aws:username}",))
    assert len(kept(estate(9, allow(EVERYONE, when=(own,))))) == 9


HOME_ONLY = Condition("StringEquals", "kms:CallerAccount", (HOME,))
POLICIES = {
    "named": (allow(Principal("AWS", role("app-2"))),),
    "account": (allow(ROOT, actions=("kms:*",)),),
    "everybody of the account": (allow(EVERYONE, actions=("kms:PutKeyPolicy",), when=(HOME_ONLY,)),),
    "a pattern": (allow(EVERYONE, when=(HOME_ONLY, Condition("ArnLike", "aws:PrincipalArn", (role("app-?"),)))),),
    "but one": (allow(EVERYONE, when=(HOME_ONLY, Condition("ArnNotEquals", "aws:PrincipalArn", (role("app-2"),)))),),
    "grants": (allow(Principal("AWS", role("app-2")), Principal("AWS", role("maker")), actions=("kms:CreateGrant",)),),
}
QUESTIONS: list[Question] = [
    Never(role("app-2"), ("kms:Decrypt",)), Never(role("app-*"), ("kms:Decrypt",)), Only((role("app-2"),), ("kms:*",)),
    NoCrossAccount(), NoEscalation(), NoEscalation((role("app-*"),)), NoLockout(),
]  # fmt: skip


@pytest.mark.parametrize(("policy", "described_only"), [*product(POLICIES, (False, True))])
def test_what_few_settle_is_what_all_answer(policy: str, described_only: bool) -> None:  # noqa: FBT001 - a case
    """An answer that speaks of nobody who stands for others is the answer with everybody described."""
    bundle = estate(4, *POLICIES[policy], granter=holder(key(0).key.arn, actions=("kms:CreateGrant",)))
    for question in QUESTIONS:
        about = Representatives(bundle).about(bundle.keys[0], patterns_of(question))
        assert about is not None
        few = prove(about.bundle, question, described_only=described_only)
        if few.result in (Result.PROVED, Result.REFUTED) and about.settles(few):
            whole = prove(bundle, question, described_only=described_only)
            assert (few.result, few.reason) == (whole.result, whole.reason), (policy, question)
            assert [str(one) for one in few.groups] == [str(one) for one in whole.groups], (policy, question)


def test_an_answer_about_one_who_stands_for_others_settles_nothing() -> None:
    """Whoever reads it is to see all of them."""
    bundle = estate(9, *POLICIES["everybody of the account"])
    about = Representatives(bundle).about(bundle.keys[0])
    assert about is not None
    assert not about.settles(prove(about.bundle, NoEscalation(), described_only=True))
    assert about.settles(prove(about.bundle, NoCrossAccount()))


def test_a_role_for_each_key_costs_each_key_no_more() -> None:
    """Whoever is asked about with a key does not grow with the number of keys, nor does the time by more than it has to."""
    few, many = estate(100, allow(ROOT)), estate(800, allow(ROOT))
    assert kept(few, 50) == kept(many, 50)
    start = time.process_time()
    alike = Representatives(many)
    assert all(alike.about(one) is not None for one in many.keys)
    assert time.process_time() - start < 5

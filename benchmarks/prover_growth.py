"""How a proof grows with what it is about, as a table: statements, condition keys, patterns, variables, grants, users.

Run: python benchmarks/prover_growth.py   Times are processor time of one proof, those with
the solver asked as well, where it is installed, in rows of their own; "proved" and "refuted" tell that it was decided. Where z3
is installed too (`pip install 'kmsgen[benchmark]'`), a row tells its time for what cvc5 was asked, beside cvc5's.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import NamedTuple

from kmsgen.policy.bundle import Bundle, Key, KeyAccess
from kmsgen.policy.document import Condition, Document, Effect, Principal, Statement
from kmsgen.policy.grant import Grant, GrantConstraints
from kmsgen.prover import Beyond, Budget, Never, NoPublic, Question, prove
from solver_questions import UNDECIDED, asked_of_z3, recorded
from table import Row, print_table

HOME = "111122223333"
KEY = f"arn:aws:kms:us-west-2:{HOME}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ROOT = f"arn:aws:iam::{HOME}:root"
CONTRACTOR = Never(f"arn:aws:iam::{HOME}:role/contractor-*", ("kms:Decrypt",))
_SECONDS_OF_Z3 = 3.0
Case = tuple[Document, tuple[Grant, ...], Question]


class Shape(NamedTuple):
    """What grows: a title, the sizes, and what makes the policy, the grants and the question of a size."""

    title: str
    sizes: tuple[int, ...]
    make: Callable[[int], Case]


def allow(who: str, *conditions: Condition, effect: Effect = Effect.ALLOW) -> Statement:
    """Return a statement about Decrypt."""
    return Statement(effect, ("kms:Decrypt",), ("*",), (Principal("AWS", who),), conditions)


def role(name: str) -> str:
    """Return the ARN of a role."""
    return f"arn:aws:iam::{HOME}:role/{name}"


def statements(size: int) -> Case:
    """Roles with a condition each, and a Deny for every fifth; nothing beyond them."""
    rng = random.Random(size)
    listed = [allow(role(f"r{i % 24}"), Condition("StringEquals", "kms:EncryptionContext:app", (f"v{i}",))) for i in range(size)]
    denies = [
        allow("*", Condition("StringEquals", "aws:PrincipalTag/team", (f"t{rng.randrange(5)}",)), effect=Effect.DENY)
        for _ in range(size // 5)
    ]
    return Document((*listed, *denies)), (), Beyond(tuple(listed))


def condition_keys(size: int) -> Case:
    """One statement with so many keys, and as many Denies, each on one of them."""
    keys = [f"aws:PrincipalTag/k{i}" for i in range(size)]
    one = allow(ROOT, *(Condition("StringLike", key, ("a*",)) for key in keys))
    denies = [allow("*", Condition("StringEquals", key, ("ab",)), effect=Effect.DENY) for key in keys]
    return Document((one, *denies)), (), CONTRACTOR


def principal_patterns(size: int) -> Case:
    """So many patterns of aws:PrincipalArn in statements of their own."""
    return Document(tuple(allow("*", _arn_like(f"team{i}-*")) for i in range(size))), (), CONTRACTOR


def patterns_meant(size: int) -> Case:
    """So many patterns in one statement, each of them meant."""
    together = allow("*", Condition("ArnLike", "aws:PrincipalArn", tuple(role(f"team{i}-*") for i in range(size))))
    return Document((together,)), (), Beyond(tuple(allow("*", _arn_like(f"team{i}-*")) for i in range(size)))


def _arn_like(name: str) -> Condition:
    return Condition("ArnLike", "aws:PrincipalArn", (role(name),))


def variables(size: int) -> Case:
    """So many tags that have to be as the encryption context says, and one that must not be."""
    pairs = [Condition("StringEquals", f"aws:SourceIdentity{i}", (f"${{aws:PrincipalTag/t{i}}}",)) for i in range(size)]
    denies = [allow("*", Condition("StringEquals", one.key, one.values), effect=Effect.DENY) for one in pairs[-1:]]
    return Document((allow(ROOT, *pairs), *denies)), (), CONTRACTOR


def grants(size: int) -> Case:
    """So many grants beside 92 statements, all of them meant."""
    listed = tuple(
        Grant(f"g{i}", role(f"app{i % 7}"), ("Decrypt",), GrantConstraints(encryption_context_subset=(("app", f"v{i}"),)))
        for i in range(size)
    )
    policy = tuple(allow(role(f"r{i}"), Condition("StringEquals", "kms:EncryptionContext:app", (f"v{i}",))) for i in range(92))
    return Document(policy), listed, Beyond(policy, listed)


def users(size: int) -> Case:
    """So many users with a statement each, all of them meant."""
    policy = tuple(
        allow(f"arn:aws:iam::{HOME}:user/u{i}", Condition("StringEquals", "kms:EncryptionContext:app", (f"v{i}",)))
        for i in range(size)
    )
    return Document(policy), (), Beyond(policy)


def infix_patterns(size: int) -> Case:
    """So many infix patterns on one key: half of them give access, the other half is meant."""
    listed = [
        allow("*", Condition("StringLike", "aws:PrincipalTag/x", (f"*{chr(97 + i)}{chr(98 + i)}*{chr(99 + i)}*",)))
        for i in range(size)
    ]
    return Document(tuple(listed[: size // 2])), (), Beyond(tuple(listed[size // 2 :]))


def infix_public(size: int) -> Case:
    """So many infix patterns on one key that deny everybody whom another lets in."""
    meant = Condition("StringLike", "aws:PrincipalTag/x", tuple(f"*{chr(97 + i)}*" for i in range(size)))
    denies = [
        allow("*", Condition("StringLike", "aws:PrincipalTag/x", (f"*{chr(97 + i)}*",)), effect=Effect.DENY) for i in range(size)
    ]
    return Document((allow("*", meant), *denies)), (), NoPublic()


SHAPES = (
    Shape("statements", (6, 12, 24, 48, 96), statements),
    Shape("condition keys", (1, 2, 4, 8, 12), condition_keys),
    Shape("patterns of principals", (10, 30, 100, 300), principal_patterns),
    Shape("patterns of principals, meant", (10, 30, 100), patterns_meant),
    Shape("variables", (1, 3, 6, 10), variables),
    Shape("grants beside 92 statements", (10, 100, 1000), grants),
    Shape("users", (10, 50, 200), users),
    Shape("infix patterns", (4, 8, 12, 16), infix_patterns),
    Shape("infix patterns, no public access", (4, 8, 12, 16), infix_public),
)


def rows() -> Iterator[Row]:
    """Yield processor time and the answer of each proof, by the search alone and with the solver asked as well."""
    ways = {"": Budget(seconds=60)}
    if find_spec("cvc5"):
        ways[", with cvc5"] = Budget(seconds=10, second_opinion=True)
    for shape in SHAPES:
        for size in shape.sizes:
            document, listed, question = shape.make(size)
            for title, budget in ways.items():
                start = _processor_seconds()
                proof = prove(Bundle((KeyAccess(Key(KEY), document, listed),)), question, budget)
                took = (_processor_seconds() - start) * 1000
                yield Row(f"{shape.title}, {size}{title}: {proof.result} {proof.reason}".strip(), took, "ms")
            if find_spec("cvc5") and find_spec("z3"):
                yield from beside_z3(f"{shape.title}, {size}", document, listed, question)


def beside_z3(title: str, document: Document, listed: tuple[Grant, ...], question: Question) -> Iterator[Row]:
    """Yield how long z3 takes for what cvc5 is asked, if it is, and how many of the questions either leaves undecided."""
    with recorded() as asked:
        prove(Bundle((KeyAccess(Key(KEY), document, listed),)), question, Budget(seconds=10, second_opinion=True))
    others = [asked_of_z3(one, _SECONDS_OF_Z3) for one in asked]
    differ = sum({one.answer, other.answer} == {"sat", "unsat"} for one, other in zip(asked, others, strict=True))
    left = " and ".join(str(sum(one.answer == UNDECIDED for one in of)) for of in (others, asked))
    told = f"{title}, z3: {len(asked)} questions of the solver, {left} undecided, {differ} answered differently"
    if asked:
        yield Row(told, sum(one.took for one in others), "ms", sum(one.took for one in asked), "cvc5")


def _processor_seconds() -> float:
    """Return the processor time of this process and of those it has waited for: the solver has one of its own."""
    return time.process_time() + sum(os.times()[2:4])


if __name__ == "__main__":
    print_table("prover_growth", rows())

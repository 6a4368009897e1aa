"""What is not told of a key against brute force: with no alias and no tag that anybody can think of is proved otherwise."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import chain, combinations
from random import Random
from typing import Any

import pytest

from kmsgen.authorizer import Authorizer, Outcome, Request
from kmsgen.policy.bundle import ALIASES, TAGS, Bundle, Key, KeyAccess, PrincipalPolicies
from kmsgen.policy.json_form import parse_document
from kmsgen.prover import Budget, Never, Result, prove

HOME = "111122223333"
KEY = f"arn:aws:kms:us-west-2:{HOME}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
APP = f"arn:aws:iam::{HOME}:role/app"
ACCOUNT = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{HOME}:root"}, "Action": "kms:Decrypt", "Resource": "*"}
SEEDS = 4_000 if os.environ.get("KMSGEN_LONG") == "1" else 60
BLOCKS = range(4)

PATTERNS = ("alias/a", "alias/a*", "alias/ab*", "alias/b", "alias/?", "alias/*b", "alias/t", "alias/ab", "alias/c*")
NAMES = ("alias/a", "alias/ab", "alias/abc", "alias/b", "alias/c", "alias/xb")
VALUES = ("a", "ab", "abc", "b", "")
OPERATORS = ("StringEquals", "StringLike", "StringNotEquals", "StringNotLike", "StringLikeIfExists", "StringNotLikeIfExists")
QUANTIFIED = tuple(f"{quantifier}:{one}" for quantifier in ("ForAnyValue", "ForAllValues") for one in OPERATORS)


def conditions(random: Random) -> dict[str, Any]:
    """Return a random Condition element on aliases and tags."""
    found: dict[str, Any] = {}
    for _ in range(random.randint(1, 2)):
        key = random.choice(("kms:RequestAlias", "kms:ResourceAliases", "aws:ResourceTag/t", "aws:ResourceTag/t"))
        if random.random() < 0.1:
            found.setdefault("Null", {})[key] = random.choice(("true", "false"))
            continue
        texts = random.sample(PATTERNS, random.randint(1, 2))
        if key.startswith("aws:"):
            texts = [random.choice(("${aws:PrincipalTag/t}", text.removeprefix("alias/"))) for text in texts]
        operator = random.choice(QUANTIFIED if key.endswith("Aliases") else OPERATORS)
        found.setdefault(operator, {})[key] = texts
    return found


def bundle(random: Random, *, named: bool) -> Bundle:
    """Return a key of which aliases and tags are not told, and a role with random statements."""
    effects = ["Allow", *random.choices(("Allow", "Deny"), k=random.randint(1, 3))]
    policy = [{"Effect": one, "Action": "kms:Decrypt", "Resource": "*", "Condition": conditions(random)} for one in effects]
    key = Key(KEY, aliases=("alias/t",) if named else (), untold=frozenset((ALIASES, TAGS)))
    documents = [parse_document({"Version": "2012-10-17", "Statement": some}) for some in ([ACCOUNT], policy)]
    return Bundle((KeyAccess(key, documents[0]),), {APP: PrincipalPolicies((documents[1],))})


def keys(told: Key) -> Iterator[Key]:
    """Yield the key with all sets of aliases and a tag of each value, or none."""
    for names in chain.from_iterable(combinations(NAMES, size) for size in range(4)):
        for tags in ((), *((("t", value),) for value in VALUES)):
            yield told._replace(aliases=(*told.aliases, *names), tags=tags, untold=frozenset())


def allowed(about: Bundle) -> Key | None:
    """Return a key of which the role may decrypt, called by some alias of it or none, whatever tag the role has."""
    access = about.keys[0]
    for key in keys(access.key):
        judge = Authorizer(about._replace(keys=(access._replace(key=key),)))
        for alias in ((), *((name,) for name in key.aliases)):
            for tag in ((), *((value,) for value in VALUES)):
                context = {"kms:RequestAlias": alias, "aws:PrincipalTag/t": tag}
                if judge.decide(Request(APP, "kms:Decrypt", (KEY,), context=context)).outcome is Outcome.ALLOWED:
                    return key
    return None


@pytest.mark.parametrize("block", BLOCKS)
def test_nothing_is_proved_that_some_key_allows(block: int) -> None:
    """What is proved holds of a key with any aliases and any tag."""
    proved = 0
    for seed in range(block * SEEDS, (block + 1) * SEEDS):
        about = bundle(Random(seed), named=bool(seed % 2))  # noqa: S311
        proof = prove(about, Never(APP, ("kms:Decrypt",)), Budget(seconds=5.0))
        assert "defect" not in proof.reason, (seed, proof.reason)
        if proof.result is Result.PROVED:
            proved += 1
            assert allowed(about) is None, seed
    assert proved


def test_the_solver_says_the_same() -> None:
    """It is told that a key has the alias by which it is called, and those that are told of it."""
    pytest.importorskip("cvc5")
    for seed in range(300, 300 + SEEDS // 3):
        about, question = bundle(Random(seed), named=bool(seed % 2)), Never(APP, ("kms:Decrypt",))  # noqa: S311
        proof = prove(about, question, Budget(seconds=20.0, second_opinion=True))
        assert proof.result is prove(about, question).result, (seed, proof.reason)

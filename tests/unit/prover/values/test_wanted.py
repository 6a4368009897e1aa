"""Answers wanted of several tests at once, held against every short text."""

from __future__ import annotations

from itertools import product

import pytest

from kmsgen.authorizer.language.conditions import compile_condition
from kmsgen.policy.document import Condition
from kmsgen.prover.values.domains import Domain
from kmsgen.prover.values.value_tests import ValueTest, value_test
from kmsgen.prover.values.wanted import Accept, Wanted, Watch, excluded

TEXTS = ["".join(text) for size in range(4) for text in product("aA*:", repeat=size)]
TEXTS += ["true", "arn:aws:s3:::a", "a:a:a:a:a:a", "a:a:a:a:a:A", ":::::", "a:a:a:a:a:a:a"]
OPERATORS = ("StringEquals", "StringNotLike", "StringLike", "StringEqualsIgnoreCase", "ArnLike", "ArnNotEquals", "Bool", "Null")
VALUES = (("a",), ("a*", "*A"), ("*",), ("a:a:a:a:a:*", "*:A"), ("true",))
ACCEPTS: tuple[Accept, ...] = tuple(map(frozenset, ((True,), (False,), (None,), (True, None), (False, None))))


def listed() -> list[ValueTest]:
    """Return tests of a key by every operator and value, in an Allow; the last ones with C3: all values may have to match."""
    conditions = [Condition(operator, "aws:PrincipalTag/x", values) for operator in OPERATORS for values in VALUES]
    conditions.append(Condition("StringEquals", "kms:MacAlgorithm", ("a", "A")))
    compiled = (compile_condition(one, deny=one.key != "aws:PrincipalTag/x", modern=False) for one in conditions)
    return [value_test(one, lambda _key: None) for one in compiled]


@pytest.mark.parametrize("test", listed(), ids=lambda test: str(test.constants))
def test_no_text_gives_another_answer_than_a_test_says(test: ValueTest) -> None:
    """What is excluded early no text meets."""
    assert {test.answer(text) for text in TEXTS} <= test.answers
    for accept in ACCEPTS:
        one = Wanted(test, accept)
        assert not (excluded([one]) and any(map(one.met, TEXTS)))


def test_no_wanted_text_goes_on_from_a_doomed_state() -> None:
    """Of two tests together: each beginning of a text that both want is no dead end, and the text is wanted."""
    asked = [Wanted(test, accept) for test in listed() for accept in ACCEPTS]
    for pair in zip(asked, [*asked[7:], *asked[:7]], strict=True):
        watch = Watch(Domain(), pair)
        for text in TEXTS:
            if all(one.met(text) for one in pair):
                assert not any(watch.doomed(watch.together.run(text[:size])) for size in range(len(text) + 1))
                assert watch.wants(watch.together.run(text))

"""What is open is open: whatever value a key turns out to have, a test that holds for all holds, and one for none does not."""

from __future__ import annotations

import itertools
import random

import pytest

from kmsgen.authorizer.language.conditions import compile_condition
from kmsgen.authorizer.language.open_value import OpenValue
from kmsgen.authorizer.language.shapes import ANY_TEXT, Shape, Some, covered
from kmsgen.authorizer.language.wildcards import glob, pieces_of
from kmsgen.policy.document import Condition
from kmsgen.policy.operators import BASES

LETTERS = "ab:"
TEXTS = ["".join(letters) for length in range(5) for letters in itertools.product(LETTERS, repeat=length)]
SEEDS = range(12)


def fits(shape: Shape, text: str) -> bool:
    """Tell by trying every split whether a text is one of a shape."""
    if not shape:
        return not text
    first, rest = shape[0], shape[1:]
    if isinstance(first, str):
        return text.startswith(first) and fits(rest, text[len(first) :])
    ends = range(len(text) + 1)
    return any(fits(rest, text[end:]) for end in ends if first is Some.TEXT or ":" not in text[:end])


def some_shape(chance: random.Random) -> Shape:
    """Return a shape of a few parts."""
    parts: list[str | Some] = [chance.choice([Some.TEXT, Some.WORD, "a", "b", ":", "ab"]) for _ in range(chance.randint(0, 3))]
    return tuple(parts)


def some_pattern(chance: random.Random) -> str:
    """Return a pattern of a few characters and wildcards."""
    return "".join(chance.choice("ab:*?*") for _ in range(chance.randint(0, 4)))


@pytest.mark.parametrize("seed", SEEDS)
def test_covering_agrees_with_trying_every_text(seed: int) -> None:
    """A shape is covered, or missed, as every short text of it says."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    told = 0
    for _ in range(60):
        shape, patterns = some_shape(chance), [some_pattern(chance) for _ in range(chance.randint(1, 3))]
        found = covered(shape, tuple(map(pieces_of, patterns)))
        tests = [glob(pieces_of(pattern)) for pattern in patterns]
        results = {any(test(text) for test in tests) for text in TEXTS if fits(shape, text)}
        if found is not None:
            assert results <= {found}, (shape, patterns)
            told += 1
        elif shape != ANY_TEXT and results:
            # texts of four characters tell what is open, but for patterns that need longer ones
            assert len(results) == 2 or any(len(pattern) + len(shape) > 3 for pattern in patterns), (shape, patterns)
    assert told


OPERATORS = [base for base in BASES if base != "Null"]
PREFIXES = ["", "ForAllValues:", "ForAnyValue:"]
VALUES = [
    *["a", "b", "ab", "a:b", "*", "a*", "*b", "1", "2.5", "true", "false", "2030-01-01", "10.0.0.0/8", "10.0.0.1"],
    *["arn:a:b:c:d:e", "arn:*:b:c:d:*", "${aws:PrincipalTag/t}", "x${aws:PrincipalTag/t}", "${aws:PrincipalTag/u, 'a'}"],
]
HELD = ["a", "b", "ab", "a:b", "1", "3", "true", "false", "2031-01-01", "10.0.0.1", "arn:a:b:c:d:e", "xa", ""]


@pytest.mark.parametrize("seed", SEEDS)
def test_open_conditions_agree_with_every_value(seed: int) -> None:
    """What a condition says of a key, or a variable, that is open it says of each value that this may have."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    told = 0
    for _ in range(150):
        operator = f"{chance.choice(PREFIXES)}{chance.choice(OPERATORS)}{chance.choice(['', 'IfExists'])}"
        wanted = tuple(chance.choice(VALUES) for _ in range(chance.randint(1, 2)))
        test = compile_condition(Condition(operator, "aws:X", wanted), deny=False, modern=True)
        readings = tuple(chance.choice([None, (chance.choice(HELD),), (chance.choice(HELD),)]) for _ in range(3))
        tag = tuple(chance.choice([None, (chance.choice(HELD),)]) for _ in range(2))
        found = test.check(OpenValue(readings), lambda _key, tag=tag: OpenValue(tag))
        each = {test.check(values, lambda _key, held=held: held) for values in readings for held in tag}
        assert found is (each.pop() if len(each) == 1 else None), (operator, wanted, readings, tag)
        told += found is not None
    assert told


@pytest.mark.parametrize("seed", SEEDS)
def test_conditions_on_shapes_agree_with_every_text(seed: int) -> None:
    """What a condition on texts says of a shape it says of each text of it."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    told = 0
    for _ in range(60):
        operator = chance.choice([base for base in OPERATORS if base.startswith("String")])
        wanted = tuple(some_pattern(chance) for _ in range(chance.randint(1, 2)))
        test = compile_condition(Condition(operator, "aws:X", wanted), deny=False, modern=True)
        shape = some_shape(chance)
        found = test.check(OpenValue((), shape), lambda _key: None)
        held = [text for text in TEXTS if text and fits(shape, text)]
        if found is not None:
            assert all(test.check((text,), lambda _key: None) is found for text in held), (operator, wanted, shape)
            told += bool(held)
    assert told

"""The search and the solver on random bundles: neither finds a request that the other denies. Thousands with KMSGEN_LONG=1."""

from __future__ import annotations

import os
from random import Random

import pytest

from kmsgen.prover import Budget, Result, prove
from tests.generators.narrow import narrow
from tests.property.brute_force import one_question, world

LONG = os.environ.get("KMSGEN_LONG") == "1"
SEEDS = range(2_000_000, 2_004_000 if LONG else 2_000_010)


@pytest.mark.parametrize("seed", SEEDS)
def test_search_and_solver_agree_about_random_bundles(seed: int) -> None:
    """With a second opinion nothing is proved or refuted otherwise than without; what the solver cannot tell is unknown."""
    data, action = narrow(seed)
    about, question = world(data), one_question(Random(seed), action).question  # noqa: S311 - a seed makes a question
    alone = prove(about.bundle, question, Budget(seconds=10.0))
    both = prove(about.bundle, question, Budget(seconds=30.0, second_opinion=True))
    for told in ("the solver a request", "the solver no request", "asked wrongly"):
        assert told not in both.reason, (question, both.reason)
    assert both.result in {alone.result, Result.UNKNOWN}, (question, alone.reason, both.reason)

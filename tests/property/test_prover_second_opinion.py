"""The search and the solver on random bundles: neither finds a request that the other denies. Thousands with KMSGEN_LONG=1."""

from __future__ import annotations

import os
from random import Random

import pytest

from kmsgen.policy.bundle import Bundle
from kmsgen.prover import Budget, Never, Question, Result, prove
from tests.generators.narrow import narrow
from tests.generators.planted import planted
from tests.property.brute_force import one_question, read, world

LONG = os.environ.get("KMSGEN_LONG") == "1"
PLANTED = range(60_000_000, 60_000_000 + (2_000 if LONG else 6))
SEEDS = range(2_000_000, 2_004_000 if LONG else 2_000_010)


@pytest.mark.parametrize("seed", SEEDS)
def test_search_and_solver_agree_about_random_bundles(seed: int) -> None:
    """With a second opinion nothing is proved or refuted otherwise than without; what the solver cannot tell is unknown."""
    data, action = narrow(seed)
    check(world(data).bundle, one_question(Random(seed), action).question)  # noqa: S311 - a seed makes a question


@pytest.mark.parametrize("seed", PLANTED)
def test_search_and_solver_agree_about_planted_requests(seed: int) -> None:
    """So it is of policies that are made around a request, with tests of every kind."""
    found = planted(seed)
    check(read(found.scenario), Never(found.request["principal"], (found.request["action"],)))


def check(bundle: Bundle, question: Question) -> None:
    """Ask with a second opinion and without one."""
    alone = prove(bundle, question, Budget(seconds=10.0))
    both = prove(bundle, question, Budget(seconds=30.0, second_opinion=True))
    for told in ("the solver a request", "the solver no request", "asked wrongly"):
        assert told not in both.reason, (question, both.reason)
    assert both.result in {alone.result, Result.UNKNOWN}, (question, alone.reason, both.reason)

"""Containment against the full search: whoever is not searched for a gain has none that the search would find."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from random import Random

from kmsgen.catalogue.actions import ACTIONS
from kmsgen.policy.bundle import Bundle
from kmsgen.prover.answer import in_both_readings
from kmsgen.prover.problem import Budget, BudgetError, Meter, OutsideError
from kmsgen.prover.search.counterexamples import gained
from kmsgen.prover.search.matching import Asked
from kmsgen.prover.search.scope import Scope
from kmsgen.prover.search.universe import Universe
from tests.generators.narrow import narrow
from tests.generators.scenarios import scenario
from tests.property.brute_force import PROFILE, read
from tests.property.test_differences_brute_force import Data, changed

PAIRS = 400 if os.environ.get("KMSGEN_LONG") == "1" else 12
SCOPES = (Scope(), Scope(without_iam=True), Scope(bounded=True))
BUDGET = Budget(seconds=2.0)


def pair(seed: int) -> tuple[Data, Data]:
    """Return a scenario, and what two changes make of it."""
    rng = Random(seed)  # noqa: S311 - a seed makes a pair
    old = scenario(50_000_000 + seed, PROFILE) if seed % 2 else narrow(50_000_000 + seed)[0]
    return old, changed(changed(old, rng), rng)


def passed_over(universe: Universe) -> list[Asked]:
    """Return the principals that containment leaves out of the search."""
    asked = list(universe.whom.all_of(universe.everyone))
    kept = {id(one) for one in universe.may_differ(asked)}
    return [one for one in asked if id(one) not in kept]


def questions(bundles: Sequence[Bundle]) -> Iterator[tuple[Universe, list[Asked]]]:
    """Yield each universe in which a gain is looked for, with whom containment leaves out, but for what is outside."""
    for scope in SCOPES:
        try:
            universe = Universe(bundles, scope, Meter(BUDGET))
            yield universe, passed_over(universe)
        except (BudgetError, OutsideError):
            continue


def test_whoever_is_not_searched_gains_nothing(record_property: Callable[[str, object], None]) -> None:
    """In both directions of two changes, whatever IAM policies undescribed principals have."""
    wrong, left = [], 0
    for seed in range(PAIRS):
        old, new = pair(seed)
        for bundles in ([read(new), read(old)], [read(old), read(new)]):
            for universe, gone in questions(bundles):
                left += len(gone)
                meter = Meter(BUDGET)
                requests = universe.metered(meter).requests(gone, ACTIONS.values())
                hits, _ = in_both_readings(universe, requests, lambda one: gained(one.sides), meter)
                wrong += [f"seed {seed}: {hit.witness}\n{json.dumps(old)}\n{json.dumps(new)}" for hit in hits[:1]]
    record_property("brute force: principals that containment leaves out", left)
    assert left > PAIRS
    assert not wrong, f"{len(wrong)} are wrong\n\n" + "\n\n".join(wrong[:3])

"""Asking once about actions that no policy tells apart loses nothing."""

from __future__ import annotations

import pytest

from kmsgen.catalogue.actions import ACTIONS
from kmsgen.prover.bad import access
from kmsgen.prover.hunt import Hunt
from kmsgen.prover.proof import Budget
from kmsgen.prover.world import Scope, World
from tests.property.prover_worlds import maker


@pytest.mark.parametrize("seed", range(12))
def test_alike_actions_are_answered_as_if_each_were_asked(seed: int) -> None:
    """Every action asked on its own gives the same principals and actions as asking one for all that are alike."""
    bundle = maker(5_000_000 + seed).bundle()

    def found(*, one_by_one: bool) -> set[tuple[str, str]]:
        world = World([bundle], Scope())
        hunt = Hunt(world, access(world.sides[0]), Budget())
        every = ACTIONS.values()
        bases = (
            (base for who in world.everyone for action in every for base in world.bases(who, action))
            if one_by_one
            else world.requests(world.everyone, every)
        )
        hits = hunt.run(bases)
        assert not hunt.reason
        return {(hit.witness.principal, hit.witness.action) for hit in hits}

    assert found(one_by_one=True) == found(one_by_one=False)

"""Asking once about actions and principals that no policy tells apart loses nothing."""

from __future__ import annotations

import pytest

from kmsgen.authorizer import Request
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.policy.bundle import Bundle
from kmsgen.policy.document import Document, Effect, Principal, Statement
from kmsgen.prover.proof import Budget
from kmsgen.prover.search.bad import access
from kmsgen.prover.search.counterexamples import Hunt
from kmsgen.prover.search.universe import Scope, World
from tests.property.prover_worlds import APP, HOME, USER, Maker, maker


@pytest.mark.parametrize("seed", range(12))
def test_alike_actions_and_principals_are_answered_as_if_each_were_asked(seed: int) -> None:
    """Every principal and action asked on its own gives the same as asking one for all that are alike."""
    bundle = _with_an_endpoint(maker(5_000_000 + seed)) if seed % 2 else maker(5_000_000 + seed).bundle()

    def found(*, one_by_one: bool) -> set[tuple[str, ...]]:
        world = World([bundle], Scope())
        hunt = Hunt(world, access(world.sides[0]), Budget())
        every = ACTIONS.values()
        bases = (
            (base for who in world.everyone for action in every for base in world.bases(Request(who, action.iam_name), action))
            if one_by_one
            else world.requests(world.everyone, every)
        )
        hits = hunt.run(bases)
        assert not hunt.reason
        return {(hit.witness.principal, hit.witness.action, *hit.witness.context.get("aws:SourceVpce", ())) for hit in hits}

    assert found(one_by_one=True) == found(one_by_one=False)


def _with_an_endpoint(made: Maker) -> Bundle:
    """Make a bundle that is open to an account, and a VPC endpoint policy that lets some principals of it through."""
    opened = Statement(Effect.ALLOW, ("kms:*",), ("*",), (Principal("AWS", HOME),))
    through = Statement(Effect.ALLOW, ("kms:*",), ("*",), (Principal("AWS", USER), Principal("AWS", APP)))
    access = made.bundle().keys[0]._replace(policy=Document((opened, made.statement())))
    return Bundle((access,), vpc_endpoint_policies={"vpce-1": Document((through,))})

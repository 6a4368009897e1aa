"""What a bundle could do without, whichever of its keys it is about."""

from __future__ import annotations

from kmsgen.policy.bundle import Bundle
from kmsgen.prover import Budget
from kmsgen.prover.minimality import Minimality, minimality_by_key


def minimality(bundle: Bundle, budget: Budget | None = None) -> Minimality:
    """Return what key policies and identity policies could do without, and the first reason why not all was examined."""
    found = minimality_by_key(bundle, budget)
    dead = tuple(one for of_key in found for one in of_key.dead)
    return Minimality(dead, next((of_key.reason for of_key in found if of_key.reason), ""))

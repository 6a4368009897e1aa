"""Ask in both readings of what AWS leaves open: only where none gives access is something proved."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence

from kmsgen.authorizer.context.view import THROUGH_ENDPOINT
from kmsgen.authorizer.explain.silences import describe
from kmsgen.catalogue.condition_keys import title
from kmsgen.policy.letter_case import folded
from kmsgen.prover.problem import Meter, Values
from kmsgen.prover.requests.constraints import SEVERAL
from kmsgen.prover.requests.parts.circumstances import tells_passed_on
from kmsgen.prover.search.counterexamples import Bad, Hit, hunt
from kmsgen.prover.search.encoding import Base
from kmsgen.prover.search.universe import Universe
from kmsgen.prover.values.domains import OPEN_RANGES


def in_both_readings(
    universe: Universe,
    requests: Iterable[Base],
    bad_in: Callable[[Universe], Bad],
    meter: Meter,
    shown: Container[AccessKind] = (),
) -> tuple[list[Hit], str]:
    """Hits, and the reason why more may exist: both empty only if no reading of AWS's silences gives the bad thing.

    Kinds of access that are `shown` already are no reason.
    """
    found = hunt(universe, bad_in(universe), requests, meter, doubts_beside_hits=False)
    if found.hits or found.reason or not found.doubtful:
        return list(found.hits), found.reason
    other = universe.reread()
    again = hunt(other, bad_in(other), found.doubtful, meter)
    more = [hit for hit in again.hits if kind_of(hit) not in shown]
    if not more or not universe.reads_values_alone:
        return [], left_open(universe, more[0]) if more else again.reason
    return [], _in_one_way(universe, bad_in, found.doubtful, meter, shown) or again.reason


def _in_one_way(
    universe: Universe,
    bad_in: Callable[[Universe], Bad],
    bases: Sequence[Base],
    meter: Meter,
    shown: Container[AccessKind],
) -> str:
    """Return what speaks against a proof where several values of a name count in one way for all conditions (P4)."""
    for several in SEVERAL:
        other = universe.reread(several)
        found = hunt(other, bad_in(other), bases, meter)
        more = [hit for hit in found.hits if kind_of(hit) not in shown]
        if more or found.reason:
            return left_open(universe, more[0]) if more else found.reason
    return ""


AccessKind = tuple[str, str, Values]


def kind_of(hit: Hit) -> AccessKind:
    """Return what tells a kind of access from others: who, what, under which conditions."""
    return hit.witness.principal, hit.witness.action, hit.labels


def left_open(universe: Universe, hit: Hit) -> str:
    """Say on which reading of AWS's silences an access hangs."""
    witness = hit.witness
    held = {folded(name): values for name, values in witness.context.items()}
    ranges = (note for key, (_, _, note) in OPEN_RANGES.items() if key in held)
    passed_on = tells_passed_on(universe.sides[0].view(witness), held)
    routes = (f"C16:{title(key)}" for key in THROUGH_ENDPOINT if passed_on and held.get(key))
    notes = (*universe.sides[0].decide(witness).notes, *ranges, *routes)
    why = "; ".join(f"{note.partition(':')[0]}: {describe(note)}" for note in notes)
    return f"AWS leaves open whether {witness.principal} may call {witness.action} ({why or 'see its documented silences'})"

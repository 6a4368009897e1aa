"""Access gained and lost between two bundles, under the same assumptions about both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from kmsgen.catalogue.actions import ACTIONS
from kmsgen.policy.bundle import Bundle, KeyAccess, PrincipalPolicies
from kmsgen.policy.document import Document
from kmsgen.policy.further_aliases import Further, further_sets, statements_of, with_aliases
from kmsgen.prover.answer import Kind, in_both_readings, kind_of
from kmsgen.prover.grouping import group, merged, speaker_of
from kmsgen.prover.problem import Budget, BudgetError, Meter, OutsideError
from kmsgen.prover.question import Differences, Group
from kmsgen.prover.search.counterexamples import Hit, gained
from kmsgen.prover.search.scope import Scope
from kmsgen.prover.search.universe import Universe


class Tells(NamedTuple):
    """What a bundle tells all of: the IAM policies of everybody it is about, the aliases of its keys."""

    policies: bool = False
    aliases: bool = True


def differences(
    old: Bundle,
    new: Bundle,
    budget: Budget | None = None,
    *,
    described_only: bool = False,
    tells: tuple[Tells, Tells] = (Tells(), Tells()),
) -> Differences:
    """Return the access that the new bundle gives and the old does not, and the other way round; nothing if both mean the same.

    The bundles are compared key by key, in their order, whatever the keys are called; a key that one of them lacks gives
    nothing there. Whom one of them does not describe has in both the IAM policies that the other tells; whom none describes is
    asked about with every IAM policy, with none, and with a boundary that allows nothing. A bundle that `tells` all `policies`,
    as an intent does, leaves nobody open: whom it is not about has none by it. Where one does not tell all `aliases`, each key is
    compared with those too that conditions of either bundle name: whoever makes one makes it for both.
    """
    budget = budget or Budget()
    old, new = (
        one._replace(principals=_together(one, other, whole=told.policies))
        for one, other, told in ((old, new, tells[0]), (new, old, tells[1]))
    )
    found = Differences()
    meter = Meter(budget)
    for number in range(max(len(old.keys), len(new.keys), 1)):
        pair = [_about(new, number, old), _about(old, number, new)]
        asked = [pair, *_called(pair)] if not all(told.aliases for told in tells) else [pair]
        here = [_of_one_key(one, Scope(described_only=described_only), meter) for one in asked]
        found = Differences(
            (*found.gained, *merged(group for one in here for group in one.gained)),
            (*found.lost, *merged(group for one in here for group in one.lost)),
            found.reason or next((one.reason for one in here if one.reason), ""),
        )
    return Differences(found.gained[: budget.groups], found.lost[: budget.groups], found.reason)


def _together(own: Bundle, other: Bundle, *, whole: bool) -> Mapping[str, PrincipalPolicies]:
    """Return what stands beside the principals of both bundles, as one of them has it."""
    nothing = PrincipalPolicies()
    beside = {
        arn: policies._replace(identity_policies=nothing.identity_policies) if whole else policies
        for arn, policies in other.principals.items()
    }
    return {**beside, **own.principals}


def _about(bundle: Bundle, number: int, other: Bundle) -> Bundle:
    """Put the key of a number first; where the bundle has none, the other's key without any policy."""
    if number < len(bundle.keys):
        first = bundle.keys[number]
        return bundle._replace(keys=(first, *(access for access in bundle.keys if access is not first)))
    missing = [KeyAccess(access.key, Document(())) for access in other.keys[number : number + 1]]
    return bundle._replace(keys=(*missing, *bundle.keys))


def _called(pair: Sequence[Bundle]) -> Iterator[list[Bundle]]:
    """Yield both bundles with a first key that has, beside its own, aliases which conditions of either name."""
    if all(bundle.keys for bundle in pair):
        first, second = (bundle.keys[0].key.aliases for bundle in pair)
        statements = [each for bundle in pair for each in statements_of(bundle)]
        for names in further_sets(statements, tuple(name for name in first if name in second), by_key=True):
            yield [_with_aliases(bundle, names) for bundle in pair]


def _with_aliases(bundle: Bundle, further: Further) -> Bundle:
    first, *others = bundle.keys
    return bundle._replace(keys=(first._replace(key=with_aliases(first.key, further)), *others))


def _of_one_key(pair: Sequence[Bundle], scope: Scope, meter: Meter) -> Differences:
    """Compare the first keys of two bundles, the new one first, whatever IAM policies undescribed principals have."""
    try:
        universe = Universe(pair, scope, meter)
        beside = () if scope.described_only else (scope._replace(without_iam=True), scope._replace(bounded=True))
        others = [universe.asking(one) for one in beside]
        gained_, reason = _gain([universe, *others], meter)
        lost, more = _gain([one.turned_round() for one in (universe, *others)], meter)
    except (OutsideError, BudgetError) as error:
        return Differences(reason=str(error))
    return Differences(gained_, lost, reason or more)


def _gain(universes: Sequence[Universe], meter: Meter) -> tuple[tuple[Group, ...], str]:
    """Return what the first bundle gives beyond the second in one of some universes."""
    hits: dict[Kind, Hit] = {}
    reasons: dict[str, None] = {}
    for universe in universes:
        requests = universe.requests(universe.whom.all_of(universe.everyone), ACTIONS.values())
        found, reason = in_both_readings(universe, requests, lambda one: gained(one.sides), meter, hits)
        for hit in found:
            hits.setdefault(kind_of(hit), hit)
        reasons |= dict.fromkeys([reason] if reason else [])
    return tuple(group(hits.values(), speaker_of(universes[0]))), "; ".join(reasons)

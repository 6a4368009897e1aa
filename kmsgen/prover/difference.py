"""Access gained and lost between two bundles, under the same assumptions about both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from kmsgen.arn import in_region, parse_arn
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.policy.bundle import (
    ALIASES,
    KIND,
    MULTI_REGION,
    ORIGIN,
    REGION,
    SPEC,
    TAGS,
    Bundle,
    Key,
    KeyAccess,
    PrincipalPolicies,
)
from kmsgen.policy.document import Document, Effect, Statement
from kmsgen.prover.answer import AccessKind, in_both_readings, kind_of
from kmsgen.prover.grouping import group, of_forms, speaker_of
from kmsgen.prover.key_forms import forms_of, of_form, said, with_key
from kmsgen.prover.problem import Budget, BudgetError, Meter, OutsideError
from kmsgen.prover.question import Differences, Group
from kmsgen.prover.search.assumptions import ANYTHING
from kmsgen.prover.search.counterexamples import Hit, gained
from kmsgen.prover.search.scope import Scope
from kmsgen.prover.search.universe import Universe


class Assumptions(NamedTuple):
    """What is assumed of two bundles: with `described_only` there is nobody but whom they describe.

    One that is `whole`, the old or the new, leaves nobody open: whom it is not about has no IAM policies by it. Who has `further`
    ones, the same in both, may have any; where it is True any boundary, too. Without `gains` only what is lost is asked.
    """

    described_only: bool = False
    whole: tuple[bool, bool] = (False, False)
    further: Mapping[str, bool] = MappingProxyType({})
    gains: bool = True


_NONE = Assumptions()


def differences(old: Bundle, new: Bundle, budget: Budget | None = None, assumptions: Assumptions = _NONE) -> Differences:
    """Return the access that the new bundle gives and the old does not, and the other way round; nothing if both mean the same.

    Keys are compared in their order, whatever they are called; one that a bundle lacks gives nothing there.
    """
    # Whom one bundle does not describe has in both the IAM policies that the other tells; whom none describes is asked about with
    # every IAM policy, with none, and with a boundary that allows nothing; whoever has further policies likewise, besides those
    # told. That is all: untold policies allow the one call of the one principal that is asked about or do not, and what they deny
    # nobody gains. What neither tells of a key may be anything, the same on both sides; where one does not tell all aliases, each
    # key is compared with further ones too, made for both.
    budget = budget or Budget()
    old, new = (
        one._replace(principals=_together(one, other, whole=told))
        for one, other, told in ((old, new, assumptions.whole[0]), (new, old, assumptions.whole[1]))
    )
    found = Differences()
    meter = Meter(budget)
    for number in range(max(len(old.keys), len(new.keys), 1)):
        pairs = _pairs(_about(new, number, old), _about(old, number, new))
        here = [_of_one_key(one, assumptions, meter) for one in pairs.asked]
        found = Differences(
            (*found.gained, *of_forms(zip(pairs.words, (one.gained for one in here), strict=True))),
            (*found.lost, *of_forms(zip(pairs.words, (one.lost for one in here), strict=True))),
            found.reason or next((one.reason for one in here if one.reason), pairs.unasked),
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


class _Pairs(NamedTuple):
    """Both bundles, the new one first, with a first key in every form; why some form may be missing."""

    asked: tuple[tuple[Bundle, Bundle], ...]
    unasked: str = ""

    @property
    def words(self) -> list[tuple[str, ...]]:
        """What the key is in each form that the likely one is not."""
        keys = [bundle.keys[0].key for bundle, _ in self.asked if bundle.keys]
        return [said(key, keys[0]) for key in keys] or [()]


def _pairs(new: Bundle, old: Bundle) -> _Pairs:
    """Return both bundles with a first key of which the same is told, and once more with further aliases where these are not."""
    if not (new.keys and old.keys):
        return _Pairs(((new, old),))
    keys = new.keys[0].key, old.keys[0].key
    told = _told_by(keys[0], keys[1]), _told_by(keys[1], keys[0])
    forms = forms_of(with_key(new, told[0]), with_key(old, told[1]))
    found = [told, *((of_form(told[0], form), of_form(told[1], form)) for form in forms.keys[1:])]
    if any(ALIASES in key.untold for key in keys):
        shared = tuple(name for name in keys[0].aliases if name in keys[1].aliases)
        found += [(_with_untold_aliases(one, shared), _with_untold_aliases(other, shared)) for one, other in found]
    return _Pairs(tuple((with_key(new, one), with_key(old, other)) for one, other in found), forms.unasked)


def _told_by(key: Key, other: Key) -> Key:
    """Return a key with what is told of another one and not of it; what neither tells stays untold, but for aliases."""
    told = {what: fields for what, fields in _FIELDS.items() if what in key.untold and what not in other.untold}
    key = key._replace(**{field: getattr(other, field) for fields in told.values() for field in fields})
    if REGION in key.untold and REGION not in other.untold:
        key = key._replace(arn=in_region(key.arn, other.arn.split(":")[3]))
    return key._replace(untold=key.untold & other.untold - {ALIASES})


_KINDS, _MAKES = ("spec", "usage"), ("multi_region", "multi_region_key_type")
_FIELDS = {KIND: _KINDS, SPEC: _KINDS, ORIGIN: ("origin",), MULTI_REGION: _MAKES, TAGS: ("tags",)}
"""The fields of a key that hold what may be untold of it."""


def _with_untold_aliases(key: Key, told: tuple[str, ...]) -> Key:
    return key._replace(aliases=told, untold=key.untold | {ALIASES})


def _of_one_key(pair: Sequence[Bundle], assumptions: Assumptions, meter: Meter) -> Differences:
    """Compare the first keys of two bundles, the new one first, whatever IAM policies undescribed principals have."""
    try:
        scope, further = Scope(described_only=assumptions.described_only), assumptions.further
        universe = Universe(_given(pair, scope, further), scope, meter)
        all_told = scope.described_only and not further
        beside = () if all_told else (scope._replace(without_iam=True), scope._replace(bounded=True))
        untagged = (scope._replace(untagged=True),) if _differ_in_tags(*pair) else ()
        others = [universe.changed(_given(pair, one, further)).asking(one) for one in (*beside, *untagged)]
        gained_, reason = _gain([universe, *others], meter) if assumptions.gains else ((), "")
        lost, more = _gain([one.turned_round() for one in (universe, *others)], meter)
    except (OutsideError, BudgetError) as error:
        return Differences(reason=str(error))
    return Differences(gained_, lost, reason or more or _of_sessions(*pair))


def _given(pair: Sequence[Bundle], scope: Scope, further: Mapping[str, bool]) -> list[Bundle]:
    """Return bundles whose principals with further policies have any, none, or any within a boundary that allows nothing."""

    def of(beside: PrincipalPolicies, *, may_be_bounded: bool) -> PrincipalPolicies:
        if scope.without_iam:
            return beside
        boundary = Document(()) if scope.bounded and may_be_bounded else beside.boundary
        return beside._replace(identity_policies=(*beside.identity_policies, ANYTHING), boundary=boundary)

    return [
        bundle._replace(
            principals={
                **bundle.principals,
                **{name: of(bundle.principals[name], may_be_bounded=bounded) for name, bounded in further.items()},
            }
        )
        for bundle in pair
    ]


_BEHIND_SESSIONS = frozenset({"root", "user", "federated-user"})
"""Kinds of principals that may mean a federated user's session in a policy or grant; without a kind it is an account, or all."""


def _of_sessions(*pair: Bundle) -> str:
    """Return why more may differ where both sides deny other users: whose session a federated user is, nothing tells (P7).

    A search reads all such Denies alike, as if both sides were about one user.
    """
    denied = [frozenset(_denied_users(bundle)) for bundle in pair]
    if (
        not all(denied)
        or denied[0] == denied[1]
        or not any(_may_mean_session(one) for bundle in pair for one in _allowed(bundle))
    ):
        return ""
    return "each side denies other users, and nothing tells whose session a federated user is (P7)"


def _denied_users(bundle: Bundle) -> Iterator[Statement]:
    for statement in bundle.keys[0].policy.statements if bundle.keys else ():
        named = [one.value for one in statement.principals or ()]
        if statement.effect is Effect.DENY and any(":user/" in name for name in named):
            yield statement._replace(sid=None)


def _allowed(bundle: Bundle) -> Iterator[str]:
    """Yield whom Allows and grants on the first key name."""
    for access in bundle.keys[:1]:
        yield from (grant.grantee for grant in access.grants if not grant.grantee_is_service)
        allows = (one for one in access.policy.statements if one.effect is Effect.ALLOW)
        yield from (who.value for one in allows for who in one.principals or () if who.kind != "Service")


def _may_mean_session(principal: str) -> bool:
    arn = parse_arn(principal)
    return arn is None or arn.kind in _BEHIND_SESSIONS


def _differ_in_tags(one: Bundle, other: Bundle) -> bool:
    """Return whether a principal has other tags on each side: what a session without tags of its own can do differs then."""
    both = one.principals.keys() & other.principals.keys()
    return any(one.principals[name].tags != other.principals[name].tags for name in both)


def _gain(universes: Sequence[Universe], meter: Meter) -> tuple[tuple[Group, ...], str]:
    """Return what the first bundle gives beyond the second in one of some universes."""
    hits: dict[AccessKind, Hit] = {}
    reasons: dict[str, None] = {}
    for universe in universes:
        requests = universe.requests(universe.may_differ(universe.whom.all_of(universe.everyone)), ACTIONS.values())
        found, reason = in_both_readings(universe, requests, lambda one: gained(one.sides), meter, hits)
        for hit in found:
            hits.setdefault(kind_of(hit), hit)
        reasons |= dict.fromkeys([reason] if reason else [])
    return tuple(group(hits.values(), speaker_of(universes[0]))), "; ".join(reasons)

"""Circumstances of a request: by which route it comes and how its role was assumed decide which condition keys it holds.

Keys that hang on them are decided together, and the authorizer itself tells whether a request can hold what was chosen.
Source: the availability of condition keys in the catalogue, each row with its pages.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from kmsgen.authorizer.context.lookup import lookup
from kmsgen.authorizer.context.view import THROUGH_ENDPOINT, View
from kmsgen.catalogue.availability import Presence, PrincipalKind, Route, availability
from kmsgen.catalogue.condition_keys import VIA_SERVICE, carried, disputed
from kmsgen.policy.letter_case import folded
from kmsgen.prover.problem import Assignment, OutsideError, Values
from kmsgen.prover.requests.parts.arn_fields import WHOLE as WHOLE_ARN
from kmsgen.prover.requests.parts.arn_fields import beside_decided, together
from kmsgen.prover.requests.parts.parts import PartQuestion
from kmsgen.prover.requests.parts.times import BY_MFA, times_agree
from kmsgen.prover.values.cells import find
from kmsgen.prover.values.domains import Domain
from kmsgen.prover.values.sets import demands

_ASSUMED_BY = (PrincipalKind.ROLE_SESSION, PrincipalKind.WEB_IDENTITY_SESSION, PrincipalKind.SAML_SESSION)
_ROUTES = (Route.DIRECT, Route.VPC_ENDPOINT, Route.FORWARD_ACCESS_SESSION)


@lru_cache(maxsize=16384)
def presences(key: str, kind: PrincipalKind, action: str) -> frozenset[Presence]:
    """Return whether requests of a caller hold a key, by every route and, of a role, however it was assumed."""
    row = availability(key)
    kinds = _ASSUMED_BY if kind is PrincipalKind.ROLE_SESSION else (kind,)
    return frozenset(row.for_caller(one, route, action) for one in kinds for route in _ROUTES) if row else frozenset()


def always(key: str, kind: PrincipalKind | None, action: str) -> bool:
    """Return whether every request of a caller holds a key."""
    return kind is not None and presences(key, kind, action) == {Presence.ALWAYS}


VIA = "aws:viaawsservice"
_TOGETHER = frozenset({"aws:multifactorauthage", "aws:multifactorauthpresent", VIA, VIA_SERVICE, "kms:grantisforawsresource"})
"""Of whoever calls: an age of MFA brings MFA with it, a service that calls, or makes a grant for itself, aws:ViaAWSService."""


@lru_cache(maxsize=16384)
def hangs(key: str, kind: PrincipalKind | None, action: str) -> bool:
    """Whether the route, or how a role was assumed, decides if a key or one that it implies is there; so of MFA and the chain."""
    row = availability(key)
    if row is None or kind is None:
        return False
    together = key in _TOGETHER or key in CHAIN
    return together or any(_varies(name, kind, action) for name in (key, *(name for name, _ in row.implies)))


def _varies(key: str, kind: PrincipalKind, action: str) -> bool:
    found = presences(key, kind, action)
    return len(found) > 1 and bool(found & {Presence.ALWAYS, Presence.NEVER})


@lru_cache(maxsize=16384)
def unsettled(key: str, action: str) -> bool:
    """Return whether AWS's pages do not agree that requests of an action have a key (C11)."""
    dispute = disputed(key, action)
    return dispute is not None and not dispute.settled


@lru_cache(maxsize=16384)
def in_requests_of(action: str, key: str) -> Hashable:
    """Signature of an action and a key: two actions of which it is the same hold the key in the same requests."""
    row = availability(key)
    rows = tuple(action in one.actions for one in row.occurrences if one.actions) if row else ()
    return carried(key, action), unsettled(key, action), rows


Coherent = Callable[[Mapping[str, Values | None]], bool]
"""Tells whether a request can hold values of several keys together."""


def coherent_in(view: View, values: Mapping[str, Values | None], *, passed_on: bool = True) -> bool:
    """Condition keys held together: the authorizer, told these values, sees just them, and what each implies is among them.

    `passed_on`: a service may tell through which endpoint it was called, which no page says that it does (C16).
    """
    told = {key: values[key] or () for key in values}
    request = view.request._replace(context={**view.request.context, **told}, complete=False)
    asked = View(request, view.caller, view.action, view.target, view.grant)
    wanted = {**{folded(key): one for key, one in view.request.context.items()}, **values}
    if not passed_on and tells_passed_on(asked, wanted):
        return False
    return all((lookup(asked, key) or None) == (one or None) for key, one in wanted.items()) and all(
        _brings(key, values) for key, one in values.items() if one
    )


def tells_passed_on(view: View, values: Mapping[str, Values | None]) -> bool:
    """Return whether a service that calls for the caller tells the endpoint through which that came to it."""
    return view.route is Route.FORWARD_ACCESS_SESSION and any(values.get(key) for key in THROUGH_ENDPOINT)


def believed(key: str, domain: Domain, view: View) -> Domain:
    """Return a domain without the flags that the authorizer does not take from a request: no MFA of a federated user."""
    if len(domain.values) != len(_FLAGS) or hangs(key, view.kind, view.action.name):
        return domain
    values = tuple(text for text in domain.values if coherent_in(view, {key: (text,)}))
    return domain._replace(values=values or domain.values)


_FLAGS = ("false", "true")


def _brings(key: str, values: Mapping[str, Values | None]) -> bool:
    row = availability(key)
    for name, value in row.implies if row else ():
        if name in values and (values[name] is None or (value and values[name] != (value,))):
            return False
    return row is None or not any(values.get(name) for name in row.excludes)


_ENDPOINT: Mapping[str, Values | None] = {"aws:sourcevpce": ("vpce-0fedcba9876543210",)}
_SERVICE: Mapping[str, Values | None] = {"aws:viaawsservice": ("true",)}
_UNSAID: tuple[Mapping[str, Values | None], ...] = ({}, _ENDPOINT, _SERVICE)
"""Keys that tell the route (direct, a VPC endpoint, an AWS service) where no policy reads any of them."""


def _unsaid(values: Mapping[str, Values | None]) -> Sequence[Mapping[str, Values | None]]:
    """Keys to add that tell the route: of an endpoint without a policy, where another key is there through endpoints only."""
    return (_ENDPOINT,) if any(values.get(key) for key in THROUGH_ENDPOINT) and _ENDPOINT.keys().isdisjoint(values) else _UNSAID


class CircumstancesPart(NamedTuple):
    """Condition keys that hang on the circumstances of a request."""

    domains: Mapping[str, Domain]
    coherent: Coherent

    @property
    def rank(self) -> int:
        """Decided first: policy variables can put its values into what other keys are compared with."""
        return 0

    def solutions(self, asked: PartQuestion) -> Iterator[Assignment]:
        """Yield coherent values of the keys that are read, and where the route is not read, what tells of it."""
        keys = [key for key in self.domains if any(key in look.reads for look in asked.ties.looks)]
        chains = _told_chains(keys, self.domains, asked)
        missed = False
        for chain, told in product(chains, self._together([key for key in keys if key not in CHAIN], asked)):
            asked.tick()
            values = {**chain, **told}
            if not times_agree({**asked.decided.values, **values}):
                missed = True
            elif asked.met(Assignment(values)) and (together := completed(values, self.coherent)) is not None:
                yield Assignment(together)
        if missed:
            raise OutsideError(BY_MFA)

    def _together(self, keys: Sequence[str], asked: PartQuestion) -> Iterator[Mapping[str, Values | None]]:
        """Yield what several keys can hold: each by itself, or one after the other where variables tie them to each other."""
        if asked.ties_within(keys):
            yield from asked.in_turn(keys, lambda key, now: _held(key, self.domains[key], now))
            return
        for told in product(*(self._told(some, asked) for some in _by_arn(keys))):
            yield {key: held for one in told for key, held in one.items()}

    def _told(self, keys: Sequence[str], asked: PartQuestion) -> list[Mapping[str, Values | None]]:
        if len(keys) > 1:
            return list(together(keys, self.domains, asked))
        return [{keys[0]: values} for values in _held(keys[0], self.domains[keys[0]], asked)]


def _by_arn(keys: Iterable[str]) -> Iterable[list[str]]:
    """Put keys together that are about one ARN."""
    found: dict[str, list[str]] = {}
    for key in keys:
        found.setdefault(WHOLE_ARN.get(key, key), []).append(key)
    return found.values()


def completed(values: Mapping[str, Values | None], coherent: Coherent) -> Mapping[str, Values | None] | None:
    """Return values with what tells of a route where they do not; None where no request holds them together."""
    unsaid = (one for one in _unsaid(values) if not one.keys() & values.keys())
    return next(filter(coherent, ({**values, **one} for one in unsaid)), None)


def _held(key: str, domain: Domain, asked: PartQuestion) -> Iterable[Values | None]:
    """Return what a key can hold; every value of a closed list, since the other keys may hang on it."""
    if not domain.values:
        return beside_decided(key, domain, asked)
    return [*([None] if domain.optional else []), *((text,) for text in domain.values)]


# --- the chain of services that call ------------------------------------------------------------------------------------

WHOLE, FIRST, LAST = CHAIN = ("aws:calledvia", "aws:calledviafirst", "aws:calledvialast")


def _told_chains(keys: Sequence[str], domains: Mapping[str, Domain], asked: PartQuestion) -> list[Mapping[str, Values | None]]:
    """Return what the keys about the chain of calling services can hold, of those that are read."""
    read = [key for key in CHAIN if key in keys]
    if not read:
        return [{}]
    if any(key in asked.ties.keys for key in read):
        raise OutsideError("the chain of services that call is compared with a policy variable")
    absent: dict[str, Values | None] = dict.fromkeys(read)
    return [absent, *(_told_of(chain, read) for chain in _chains(domains[read[0]], asked))]


def _told_of(chain: Values, keys: Sequence[str]) -> Mapping[str, Values | None]:
    told: dict[str, Values | None] = {WHOLE: chain, FIRST: chain[:1], LAST: chain[-1:]}
    return {key: told[key] for key in keys}


def _chains(domain: Domain, asked: PartQuestion) -> Iterator[Values]:
    """aws:CalledVia lists: one service, or a first, one for each test that needs one, and a last; nothing only if none do."""
    lookup_ = asked.decided.values.get
    first, last = asked.wanted(FIRST), asked.wanted(LAST)
    of_every, needed = demands((look.set(lookup_), look.accept(truth=truth)) for look, truth in asked.on(WHOLE))
    alone = find(domain, [*first, *last, *of_every, *needed], asked.tick)
    if alone is not None:
        yield (alone,)
    long = [find(domain, [*of_every, *wanted], asked.tick) for wanted in (first, *([one] for one in needed), last)]
    if None not in long:
        yield tuple(service for service in long if service is not None)

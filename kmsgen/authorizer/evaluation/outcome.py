"""Evaluation logic: from the statements and grants that matched to an outcome and its reason; no request is needed.

Monotone: one more Allow never takes access away, one more Deny never gives any, so statements that may match bound the outcome.
Source: IAM User Guide, reference_policies_evaluation-logic_policy-eval-denyallow,
reference_policies_evaluation-logic-cross-account; KMS Developer Guide, policy-evaluation, key-policy-modifying-external-accounts,
grants.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from kmsgen.authorizer.decision import Outcome
from kmsgen.authorizer.language.principal import ACCOUNT, DIRECT, ROLE, Naming
from kmsgen.authorizer.language.statement import Layer

IDENTITY, BOUNDARY, SESSION = Layer.IDENTITY, Layer.BOUNDARY, Layer.SESSION


class Matchable(Protocol):
    """A compiled policy statement or grant."""

    @property
    def source(self) -> str:
        """The label of the statement or grant, `key-policy/Sid`."""

    @property
    def layer(self) -> str:
        """The kind of policy that it stands in, or `grant`."""

    @property
    def level(self) -> int:
        """Its level of SCPs or RCPs; the organization's root is 0."""

    @property
    def deny(self) -> bool:
        """Whether it is a Deny."""


Match = tuple[Matchable, Naming]


class AccessRoute(NamedTuple):
    """A route to access: a `layer` that names the caller in one of the `naming` ways, if all of `needs` allow too.

    `unless`: the silence of AWS to note where `needs` block it. `ground`: the reason to give where no statement gives access.
    """

    layer: Layer | None
    naming: Naming
    needs: tuple[Layer, ...] = ()
    unless: str | None = None
    ground: str | None = None


_LIMITS = (BOUNDARY, SESSION)
_DELEGATED = (IDENTITY, BOUNDARY, SESSION)
_GRANT = (
    AccessRoute(Layer.GRANT, DIRECT | ROLE, _LIMITS, "S1"),
    AccessRoute(Layer.GRANT, ACCOUNT, _DELEGATED, "S6"),
)
SAME_ACCOUNT = (
    AccessRoute(Layer.KEY_POLICY, DIRECT),
    AccessRoute(Layer.KEY_POLICY, ROLE, _LIMITS),
    AccessRoute(Layer.KEY_POLICY, ACCOUNT, _DELEGATED),
    *_GRANT,
)
# for `*`, IAM pages say of role sessions only that session policies do not limit them (S16)
FEDERATED = (SAME_ACCOUNT[0], SAME_ACCOUNT[1]._replace(unless="S16"), *SAME_ACCOUNT[2:])
_FOREIGN = AccessRoute(Layer.KEY_POLICY, DIRECT | ROLE | ACCOUNT, _DELEGATED)
CROSS_ACCOUNT = (_FOREIGN, *_GRANT)
SERVICE = (AccessRoute(Layer.KEY_POLICY, DIRECT), AccessRoute(Layer.GRANT, DIRECT))
IAM_ONLY = (AccessRoute(None, 0, _DELEGATED),)
ROOT_ONLY = (AccessRoute(None, 0, ground="root-user"),)
RETIRING = _GRANT
NOBODY: tuple[AccessRoute, ...] = ()
GENEROUS: Mapping[tuple[AccessRoute, ...], tuple[AccessRoute, ...]] = {
    routes: tuple(route._replace(needs=()) if route.unless else route for route in routes)
    for routes in (SAME_ACCOUNT, FEDERATED, CROSS_ACCOUNT)
} | {RETIRING: (_GRANT[0]._replace(needs=()), *_GRANT[1:])}
"""The routes in the reading of S1, S6 and S16 that gives more access.

Retiring as an account is not open: grant-delete asks for kms:RetireGrant in IAM.
"""


class Facts(NamedTuple):
    """What decides besides the matched statements: routes, limits on the caller, accounts."""

    routes: tuple[AccessRoute, ...]
    wanted: tuple[str, ...]  # layers to name where no route is open
    boundary: bool = False  # the caller has one
    session: bool = False  # the caller has session policies
    scp_levels: int = 0  # how many must allow
    endpoint: bool = False  # a VPC endpoint policy must allow
    cross_account: bool = False
    root: bool = False
    sessionless: bool = False  # a federated user without session policies, whom IAM gives nothing

    def __hash__(self) -> int:
        """Hash all but the routes: they are long, and the rest nearly always tells facts apart."""
        return hash(self[1:])


class Settlement(NamedTuple):
    """The outcome (allowed, explicit or implicit deny), its reason and its notes."""

    outcome: Outcome
    reason: tuple[str, ...]
    notes: tuple[str, ...] = ()


class _Tally:
    """Which layers allow, which SCP levels, and how key policy and grants name the caller."""

    __slots__ = ("allowing", "namings", "scp_levels", "sessionless")

    def __init__(self, facts: Facts, allows: list[Match]) -> None:
        self.namings: dict[str, int] = {Layer.KEY_POLICY: 0, Layer.GRANT: 0}
        self.allowing: set[str] = set()
        self.scp_levels: set[int] = set()
        for rule, naming in allows:
            layer = rule.layer
            if layer in self.namings:
                self.namings[layer] |= naming
            else:
                self.allowing.add(layer)
                if layer == Layer.SCP:
                    self.scp_levels.add(rule.level)
        if not facts.boundary:
            self.allowing.add(BOUNDARY)
        if not facts.session:
            self.allowing.add(SESSION)
        self.sessionless = facts.sessionless

    def unmet(self, layers: Iterable[Layer]) -> tuple[Layer, ...]:
        return tuple(layer for layer in layers if layer not in self.allowing)

    def lacking(self, route: AccessRoute) -> tuple[Layer, ...]:
        """Return the layers that a route needs and that do not allow.

        A federated user without session policies lacks these too, except with a grant to itself.
        """
        lacks = self.unmet(route.needs)
        by_grant_alone = route.layer is Layer.GRANT and IDENTITY not in route.needs
        missing = self.sessionless and SESSION in route.needs and not by_grant_alone
        return (*lacks, SESSION) if missing else lacks

    def found(self, route: AccessRoute) -> bool:
        return route.layer is None or bool(self.namings[route.layer] & route.naming)


def settle(facts: Facts, matched: Iterable[Match]) -> Settlement:
    """Decide by the statements and grants that matched: a Deny wins, else an open route allows, else implicit deny."""
    denies: list[str] = []
    allows: list[Match] = []
    for match in matched:
        if match[0].deny:
            denies.append(match[0].source)
        else:
            allows.append(match)
    if denies:
        return Settlement(Outcome.EXPLICIT_DENY, tuple(dict.fromkeys(denies)))
    tally = _Tally(facts, allows)
    guards = _unmet_guards(facts, tally)
    found = [(route, tally.lacking(route)) for route in facts.routes if tally.found(route)]
    opened = [route for route, unmet in found if not unmet]
    if opened and not guards:
        return Settlement(Outcome.ALLOWED, _grounds(opened, allows), _notes_of_access(facts, opened, tally))
    if opened:
        return Settlement(Outcome.IMPLICIT_DENY, guards)
    return _implicit_deny(facts, tally, found, guards)


def _unmet_guards(facts: Facts, tally: _Tally) -> tuple[str, ...]:
    scp = () if len(tally.scp_levels) >= facts.scp_levels else (Layer.SCP,)
    endpoint = () if not facts.endpoint or Layer.ENDPOINT in tally.allowing else (Layer.ENDPOINT,)
    return (*map(str, scp), *map(str, endpoint))


def _grounds(opened: list[AccessRoute], allows: list[Match]) -> tuple[str, ...]:
    """Return the statements and grants that gave access by the open routes, IAM policies where a route needs them."""
    namings: dict[str, int] = {}
    identity = False
    for route in opened:
        if route.layer is not None:
            namings[route.layer] = namings.get(route.layer, 0) | route.naming
        identity = identity or IDENTITY in route.needs
    names = [route.ground for route in opened if route.ground]
    names += [
        rule.source for rule, naming in allows if (identity and rule.layer == IDENTITY) or namings.get(rule.layer, 0) & naming
    ]
    return tuple(dict.fromkeys(names))


def _notes_of_access(facts: Facts, opened: list[AccessRoute], tally: _Tally) -> tuple[str, ...]:
    only_grants = all(route.layer is Layer.GRANT for route in opened)
    return ("S2",) if facts.cross_account and only_grants and tally.unmet((IDENTITY,)) else ()


def _implicit_deny(
    facts: Facts, tally: _Tally, found: list[tuple[AccessRoute, tuple[Layer, ...]]], guards: tuple[str, ...]
) -> Settlement:
    if found:
        route, unmet = min(found, key=lambda pair: len(pair[1]))
        notes = [route.unless] if route.unless else []
    else:
        unmet, notes = (), []
    if facts.root and IDENTITY in unmet:
        notes.append("C1")
    missing: tuple[str, ...] = tuple(map(str, unmet))
    if not found:
        needs = tally.lacking(_FOREIGN) if facts.cross_account else ()
        missing = (*facts.wanted, *map(str, needs))
    return Settlement(Outcome.IMPLICIT_DENY, (*missing, *guards), tuple(notes))

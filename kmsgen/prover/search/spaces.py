"""The spaces of requests: which values each condition key can have in requests of a principal for an action on the key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from kmsgen.arn import parse_arn
from kmsgen.authorizer import Request
from kmsgen.authorizer.context.lookup import lookup
from kmsgen.authorizer.context.view import View, region_and_account
from kmsgen.authorizer.language.principal import Caller, CallerKind
from kmsgen.catalogue import grants, key_specs
from kmsgen.catalogue.condition_keys import title
from kmsgen.policy.bundle import ALIASES, Bundle, Key
from kmsgen.prover.problem import OutsideError, Values
from kmsgen.prover.requests.building import takes_context
from kmsgen.prover.requests.components import Free
from kmsgen.prover.requests.constraints import CONTEXT, CONTEXT_KEYS
from kmsgen.prover.requests.named.sessions import Sessions, ids_of
from kmsgen.prover.requests.named.strangers import KEYS_ORGANIZATION, apart_from_the_key, of_stranger
from kmsgen.prover.requests.named.vocabulary import Vocabulary
from kmsgen.prover.requests.parts.aliases import CALLED_BY, OF_KEY
from kmsgen.prover.requests.parts.circumstances import always, believed, coherent_in, hangs, presences
from kmsgen.prover.requests.parts.grant_request import GRANT_KEYS, OPERATIONS
from kmsgen.prover.requests.parts.organizations import ID_OF
from kmsgen.prover.requests.space import RequestSpace, Solved
from kmsgen.prover.search.encoding import Base, Situation
from kmsgen.prover.search.scope import Scope
from kmsgen.prover.search.solver import beside
from kmsgen.prover.values.domains import OPEN_ABSENCE, OPEN_RANGES, Domain, domain_of, within_partition
from kmsgen.prover.values.patterns import STAR, Pattern, PatternStep, glob

_Held = Mapping[str, Values | None]
_ENDPOINT = "aws:sourcevpce"
_ALGORITHMS = ("signingalgorithm", "macalgorithm", "encryptionalgorithm", "keyagreementalgorithm", "encapsulationalgorithm")


class Spaces:
    """Makes the spaces of requests on the first key of some bundles, each once; `view` gives the context of a request."""

    def __init__(
        self, bundles: Sequence[Bundle], scope: Scope, words: Vocabulary, sessions: Sessions, view: Callable[[Request], View]
    ) -> None:
        self._bundles = bundles
        self._scope = scope
        self._words = words
        self._view = view
        self._keys = tuple(access.key for bundle in bundles for access in bundle.keys[:1])
        self._key: Key | None = next((access.key for access in bundles[0].keys), None)
        self._sessions = sessions
        self._endpoints = frozenset(name for bundle in bundles for name in bundle.vpc_endpoint_policies)
        self._beside = beside()
        self._made: dict[object, RequestSpace] = {}
        self.solved: Solved = {}

    def share_with(self, other: Spaces) -> None:
        """Share what is found with the spaces of another universe that has the same words."""
        self.solved = other.solved

    def of(self, base: Base, situations: Sequence[Situation]) -> RequestSpace:
        """Return the space of requests of some situations of a base: their open keys with what they are by default.

        Raises OutsideError where a key that a request does not decide has another value on each side, and meets one that it does.
        """
        defaults = {key: values for one in situations for key, values in one.defaults.items()}
        known = {key: values for one in situations for key, values in one.known.items() if key not in defaults}
        _check_alike(known, defaults, situations)
        view = self._view(base.request)
        signature = self._signature(base, view, defaults, known)
        found = self._made.get(signature)
        if found is None:
            found = self._made[signature] = RequestSpace(self._free(base, view, defaults, known), self._beside, self.solved)
        return found

    def _signature(self, base: Base, view: View, defaults: _Held, known: _Held) -> object:
        """Cache key of a space: bases share one only if their requests can hold the same values of the same condition keys."""
        caller, action = view.caller, view.action.name
        named = base.request.create_grant or caller.kind is CallerKind.SERVICE
        sessions = self._sessions.of(caller.arn) if caller.kind is CallerKind.ROLE else caller.session
        # a service-linked role has routes of its own
        who = (base.stand_in, caller.kind, view.kind, sessions, base.request.principal if named else None)
        ways = ((key, presences(key, view.kind, action), hangs(key, view.kind, action)) for key in defaults if view.kind)
        organizations = tuple(lookup(view, ID_OF[key]) for key in sorted(defaults) if key in ID_OF)
        beside = (who, frozenset(ways), organizations, _is_one_organization(view))
        return frozenset(defaults.items()), frozenset(known.items()), tuple(base.request.context.items()), beside

    def _free(self, base: Base, view: View, defaults: _Held, known: _Held) -> Free:
        names = (*defaults, *(GRANT_KEYS if base.request.create_grant else ()), CONTEXT_KEYS)
        domains = {
            name: self._domain(name, defaults.get(name), view) for name in names if name not in known and name not in base.derived
        }
        return Free(
            known,
            domains,
            self._words.pairs,
            base.request.create_grant,
            base.stand_in,
            takes_context(self._key),
            frozenset(name for name in domains if hangs(name, view.kind, view.action.name)),
            lambda values: coherent_in(view, values, passed_on=self._scope.reading.generous),
            self._scope.reading.generous,
            _is_one_organization(view),
        )

    def _domain(self, name: str, default: Values | None, view: View) -> Domain:
        """Return the domain of a condition key in requests of a caller; never absent if it has a default or is always sent."""
        domain = self._of_caller(name, view.caller)
        if name == OPERATIONS and self._scope.operations:
            domain = domain._replace(within=self._scope.operations)
        if name == CALLED_BY:
            domain = self._aliases_of_requests(domain)
        if name == OF_KEY:
            domain = self._aliases_of_key(domain)
        if self._key is not None:
            domain = _elsewhere(name, domain._replace(values=_values(name, self._key) or domain.values), self._key)
        if name == _ENDPOINT:
            domain = domain._replace(taken=self._endpoints)  # asked about by themselves
        if self._scope.stranger:
            domain = of_stranger(name, domain, self._words.wanted_of(name))
            domain = apart_from_the_key(name, domain, self._words.wanted_of(KEYS_ORGANIZATION))
        if name.startswith(CONTEXT) or name in GRANT_KEYS:
            return domain
        if self._scope.reading.generous and name in OPEN_ABSENCE:
            return domain._replace(optional=True)
        domain = _within_organization(name, domain, view)
        there = default is not None or always(name, view.kind, view.action.name)
        return believed(name, domain._replace(optional=domain.optional and not there), view)

    def _of_caller(self, name: str, caller: Caller) -> Domain:
        """Return what a condition key can hold of a caller, as far as the scope goes."""
        domain = domain_of(name, caller)
        if name == "aws:userid" and caller.kind is CallerKind.ROLE:
            return self._ids_of_sessions(domain, caller.arn)
        if name in _OF_ACCOUNTS and caller.kind is CallerKind.SERVICE:
            arn = parse_arn(self._key.arn) if self._key and name == "aws:principalarn" else None
            return _of_no_customer(within_partition(domain, arn.partition) if arn else domain, self._words.accounts)
        if self._scope.reading.generous and name in OPEN_RANGES:
            low, high, _ = OPEN_RANGES[name]
            return domain._replace(low=low, high=high)
        return domain

    def _ids_of_sessions(self, domain: Domain, role: str) -> Domain:
        """Return the ids of those sessions of a role that are asked about."""
        for pattern, truth in self._sessions.of(role):
            ids = ids_of(pattern)
            shapes = (ids,) if truth else domain.shapes
            domain = domain._replace(shapes=shapes, strict=True, never=domain.never if truth else (*domain.never, ids))
        return domain

    def _aliases_of_requests(self, domain: Domain) -> Domain:
        """Return the aliases by which a request can call the key: its own, and where one bundle does not tell them, any."""
        told = tuple(dict.fromkeys(name for key in self._keys for name in key.aliases))
        if len(self._keys) == len(self._bundles) and all(key.aliases and ALIASES not in key.untold for key in self._keys):
            return domain._replace(values=told)
        return domain._replace(nicer=(*told, *domain.nicer))

    def _aliases_of_key(self, domain: Domain) -> Domain:
        """Return the sets of aliases that the key can have: those told, and any others. Raises OutsideError."""
        told = {key.aliases for key in self._keys}
        if len(told) > 1:
            raise OutsideError("all aliases of a key are looked at, of which each side tells another, and not all")
        return domain._replace(within=next(iter(told), ()))


def _elsewhere(name: str, domain: Domain, key: Key) -> Domain:
    """Return the Regions that a key can be moved or copied to: not its own; a replica is asked about a move to its own.

    Source: UpdatePrimaryRegion, ReplicateKey (API reference); KMS Developer Guide, multi-region-keys-auth.
    """
    region = region_and_account(key.arn)[0]
    if not region or name not in ("kms:primaryregion", "kms:replicaregion"):
        return domain
    if name == "kms:primaryregion" and key.multi_region_key_type != "PRIMARY":
        return domain._replace(values=(region,)) if key.multi_region_key_type == "REPLICA" else domain
    return domain._replace(taken=domain.taken | {region})


def _is_one_organization(view: View) -> bool:
    """Return whether principal and resource are of one account, of whose organization nothing is told."""
    told = view.caller.organization or view.target.organization
    return told is None and view.identified and view.caller.account == view.target.account


def _within_organization(name: str, domain: Domain, view: View) -> Domain:
    """Return the paths of an organization of which the id is known: they begin with it, and are there."""
    known = lookup(view, ID_OF[name]) if name in ID_OF else None
    if not isinstance(known, tuple):
        return domain
    return domain._replace(shapes=(Pattern([*map(PatternStep, f"{known[0]}/"), STAR]),), nicer=(), strict=True, optional=False)


def _check_alike(known: _Held, defaults: _Held, situations: Iterable[Situation]) -> None:
    """Raise OutsideError where a key that one side knows has another value on the other, or is left to the request there."""
    for key, values in ((key, values) for one in situations for key, values in one.known.items()):
        if key in defaults or known[key] != values:
            raise OutsideError(f"{title(key)}, which is another one on each side, is compared with what a request decides")


_OF_ACCOUNTS = ("aws:principalarn", "aws:principalaccount", "kms:calleraccount", "aws:userid")


def _of_no_customer(domain: Domain, accounts: Iterable[str]) -> Domain:
    """Return what a service tells of its account: whatever it is, it is no customer's (IAM User Guide, aws:PrincipalArn)."""
    accounts = tuple(accounts)
    return domain._replace(
        taken=domain.taken | frozenset(accounts),
        never=(*domain.never, *(glob(f"{head}{one}:*") for one in accounts for head in ("", "arn:*:*:*:"))),
    )


def _values(name: str, key: Key) -> Values:
    if name == OPERATIONS:
        return tuple(sorted(grants.operations(key_specs.key_type(key.spec, key.usage) or "")))
    if name.removeprefix("kms:") in _ALGORITHMS:
        return key_specs.algorithms(key.spec, key.usage)
    return ()

"""Symmetry: actions, and principals, that no policy tells apart. One is asked about, and what is found holds for all.

Two principals are alike if every statement and grant names both in the same way, what stands beside them is the same, and the
conditions on who calls answer the same of both. Two actions are alike to a principal if every statement and grant that names
it covers both or neither, requests of both carry the same of what those statements read, and KMS refuses both or neither.
Actions that KMS treats in a way of their own are alike to none.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from kmsgen.authorizer import Request
from kmsgen.authorizer.applicable.programs import check
from kmsgen.authorizer.applicable.rule_set import RuleSet
from kmsgen.authorizer.context.lookup import lookup
from kmsgen.authorizer.context.view import Resource, View
from kmsgen.authorizer.evaluation.grants import RETIRE, GrantRule, retires
from kmsgen.authorizer.evaluation.kms_errors import refusal_of_key
from kmsgen.authorizer.language.principal import DOUBT, Caller, CallerKind, Naming, at_most
from kmsgen.authorizer.language.statement import Rule
from kmsgen.authorizer.language.wildcards import Maybe
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.model import Action
from kmsgen.policy.bundle import Bundle, Key, KeyAccess
from kmsgen.policy.document import Document
from kmsgen.policy.letter_case import folded
from kmsgen.prover.problem import Values
from kmsgen.prover.requests.named.principals import other_than
from kmsgen.prover.requests.named.sessions import Sessions
from kmsgen.prover.requests.named.vocabulary import Vocabulary
from kmsgen.prover.requests.parts.caller import StandIn
from kmsgen.prover.requests.parts.circumstances import in_requests_of
from kmsgen.prover.search.baseline import meant
from kmsgen.prover.search.encoding import KEY_STATE, Side
from kmsgen.prover.values.domains import SERVICE_NAMES

_OWN_WAYS = frozenset(
    {
        "CreateGrant",
        "RetireGrant",
        "CreateKey",
        "ReplicateKey",
        "DescribeKey",
        "ReEncryptFrom",
        "ReEncryptTo",
        "UpdatePrimaryRegion",
    }
)


_SOME_KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


class _Refused(NamedTuple):
    """By which rules KMS refuses an action on a key: to callers of the key's account, and to others."""

    own: str | None = None
    foreign: str | None = None


class Seen(NamedTuple):
    """What a bundle can know of a principal: two principals of which each bundle sees the same are alike.

    `rules`, `covers` and `grants` are those that name it; `told` is all else that tells principals apart.
    """

    rules: tuple[tuple[Rule, Naming], ...]
    covers: tuple[tuple[Rule, Naming], ...]
    grants: tuple[tuple[GrantRule, Naming, Naming], ...]
    told: object

    @property
    def naming(self) -> Iterator[Rule | GrantRule]:
        """Every statement and grant that names the principal."""
        yield from (rule for rule, _ in self.rules)
        yield from (rule for rule, _ in self.covers)
        yield from (grant for grant, _, _ in self.grants)

    @property
    def namings(self) -> Mapping[Rule | GrantRule, Naming]:
        """How those that can give access name the principal, in the reading that gives more."""
        found: dict[Rule | GrantRule, Naming] = {grant: naming for grant, naming, _ in self.grants if naming}
        return found | {rule: at_most(naming) for rule, naming in self.rules}

    @property
    def surely_covers(self) -> frozenset[Rule | GrantRule]:
        """The covers that name the principal without a doubt."""
        return frozenset(rule for rule, naming in self.covers if naming != DOUBT)


class ActionGroup(NamedTuple):
    """Actions that a principal cannot tell apart, with the Allow statements and grants that may take them and those that do."""

    actions: list[Action]
    names: Values
    allowing: list[Rule | GrantRule]
    taking: frozenset[Rule | GrantRule]


class _Column(NamedTuple):
    """How a statement or grant takes the actions: it may take those at some places, and tells apart those of other `codes`."""

    taken: tuple[tuple[int, Maybe], ...]
    codes: tuple[int, ...]


class ActionGroups:
    """The actions asked about, put together for each principal; not those that KMS refuses on the first key whoever asks.

    `allowable`: of actions on the key alone only those that some Allow or grant may take.
    """

    def __init__(self, actions: Iterable[Action], bundles: Sequence[Bundle], *, allowable: bool) -> None:
        self._allowable = allowable
        refused = [_refusals(bundle) for bundle in bundles]
        ways = ((action, tuple(of(action) for of in refused)) for action in actions)
        asked = [(action, rules) for action, rules in ways if not rules or rules[0].own in (None, KEY_STATE)]
        self._actions = tuple(action for action, _ in asked)
        self._own = _codes(_own(action, rules) for action, rules in asked)
        self._columns: dict[Rule | GrantRule, _Column] = {}
        self._groups: dict[object, list[ActionGroup]] = {}

    def of(self, views: Iterable[Seen]) -> list[ActionGroup]:
        """Return the groups of a principal of which this is seen; the first action of each is the one to ask about."""
        matter = tuple(one for seen in views for one in seen.naming)
        found = self._groups.get(matter)
        if found is None:
            found = self._groups[matter] = list(self._grouped(dict.fromkeys(matter)))
        return found

    def _grouped(self, matter: Iterable[Rule | GrantRule]) -> Iterator[ActionGroup]:
        columns = {one: self._column(one) for one in matter}
        alike: dict[tuple[int, ...], list[int]] = {}
        for place, codes in enumerate(zip(self._own, *(column.codes for column in columns.values()), strict=True)):
            alike.setdefault(codes, []).append(place)
        allowing: dict[int, dict[Rule | GrantRule, Maybe]] = {places[0]: {} for places in alike.values()}
        for one, column in columns.items():
            for place, covers in () if one.deny else column.taken:
                if place in allowing:
                    allowing[place][one] = covers
        for places in alike.values():
            actions, allows = [self._actions[place] for place in places], allowing[places[0]]
            if allows or not self._allowable or not is_by_key(actions[0]):
                names = tuple([action.iam_name for action in actions])
                yield ActionGroup(actions, names, list(allows), frozenset([one for one, covers in allows.items() if covers]))

    def _column(self, one: Rule | GrantRule) -> _Column:
        found = self._columns.get(one)
        if found is None:
            told = list(_taken(one, self._actions))
            taken = tuple([(place, covers) for place, (covers, _) in enumerate(told) if covers is not False])
            found = self._columns[one] = _Column(taken, _codes(told))
        return found


def _codes(values: Iterable[Hashable]) -> tuple[int, ...]:
    """Return a number for each value: two values are equal if their numbers are."""
    numbers: dict[Hashable, int] = {}
    return tuple([numbers.setdefault(value, len(numbers)) for value in values])


def is_by_key(action: Action) -> bool:
    """Return whether a request for an action is about a key and nothing else: no alias, no grant of it."""
    return action.resource_types == ("key",) and action.name != RETIRE


def _own(action: Action, refused: Sequence[_Refused]) -> Hashable:
    """Signature of an action by KMS's own rules: actions of different ones are never asked about together."""
    if action.name in _OWN_WAYS or "alias" in action.resource_types:
        return action.name
    ways = (action.resource_types, action.policy_types, action.cross_account, action.multi_region_only, action.grantable)
    return (ways, refused)


def _taken(one: Rule | GrantRule, actions: Iterable[Action]) -> Iterator[tuple[Maybe, tuple[Hashable, ...]]]:
    """Tell of each action whether a statement or grant covers it, and then what requests carry of what the statement reads."""
    if isinstance(one, GrantRule):
        yield from ((one.covers(action.name) or (None if action.name in one.doubtful else False), ()) for action in actions)
        return
    keys = [*one.resource.variables, *(key for test in one.conditions for key in (test.variable, *test.variables))]
    for action in actions:
        covers = one.covers(folded(action.iam_name))
        yield covers, () if covers is False else tuple([in_requests_of(action.name, key) for key in keys])


def _refusals(bundle: Bundle) -> Callable[[Action], _Refused]:
    """Return what tells how KMS refuses an action on the first key of a bundle."""
    if not bundle.keys:
        return lambda _action: _Refused()
    kind = bundle.keys[0].key._replace(arn=_SOME_KEY, tags=(), aliases=())
    return lambda action: _refused(action.name, kind) if action.resource_types else _Refused()


@lru_cache(maxsize=8192)
def _refused(action: str, kind: Key) -> _Refused:
    """Return how KMS refuses an action on any key of a kind: the same for all keys of a run that differ in name alone."""
    own = kind.arn.split(":")[4]
    target = Resource(kind.arn, "key", KeyAccess(kind, Document(())), region=kind.arn.split(":")[3], account=own)
    found = (refusal_of_key(ACTIONS[action], account, target) for account in (own, other_than(own)))
    return _Refused(*(refusal.rule if refusal else None for refusal in found))


_WHO = (
    *("aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:username", "aws:userid", "aws:principalisawsservice"),
    *("aws:principalservicename", "aws:principalservicenameslist", "aws:principalorgid", "aws:principalorgpaths"),
    "kms:calleraccount",
)
_TAG = "aws:principaltag/"


Views = tuple[Seen, ...]
"""What each bundle sees of a principal."""


def views_of(principal: str, stand_in: StandIn | None, words: Vocabulary, sessions: Sessions, sides: Sequence[Side]) -> Views:
    """Signature of a principal, bundle by bundle: of those with the same one, one answer holds for all."""
    variables = [key for key in words.variables if key in _WHO or key.startswith(_TAG)]
    return tuple(_seen(principal, stand_in, side, variables, sessions.of(principal)) for side in sides)


class UpperBound:
    """Cheap upper bound: tells whether a principal could be allowed an action at all, in whichever reading of a silence.

    With `covered`, what an Allow gives counts for nothing if a cover of the baseline matches whenever it does.
    """

    def __init__(self, side: Side, seen: Seen, *, covered: bool) -> None:
        self._side = side
        self._clauses = {one: side.clause(one, naming) for one, naming in seen.namings.items() if not one.deny}
        self._covers = seen.surely_covers if covered else frozenset()

    def allows(self, base: Request, group: ActionGroup) -> bool:
        """Return False only if none of a group's actions can be allowed: every Allow and grant matches, no Deny does."""
        side, clauses = self._side, self._clauses
        allows = [one for one in group.allowing if one in clauses]
        if self._covers and allows:
            covers = group.taking & self._covers
            allows = [one for one in allows if side.baseline.subsets_of(one).isdisjoint(covers)]
        return bool(allows) and side.could_with(base, [clauses[one] for one in allows])


def _endpoint_rules(principal: str, side: Side) -> Iterator[RuleSet]:
    """Yield the statements that a request meets only through a VPC endpoint."""
    for name in side.bundle.vpc_endpoint_policies:
        for plan in side.authorizer.plans(Request(principal, "kms:GetKeyPolicy", context={"aws:SourceVpce": (name,)})):
            yield from plan.sets


def _naming(sets: Iterable[RuleSet], caller: Caller) -> tuple[tuple[Rule, Naming], ...]:
    return tuple((rule, naming) for rules in sets for rule, naming in rules.naming(caller).items() if naming)


def _seen(principal: str, stand_in: StandIn | None, side: Side, variables: Sequence[str], sessions: object) -> Seen:
    """Return all that one bundle can know of a principal; a session that a policy could name is like no other.

    What a policy knows of a stand-in's name is no part of it: the search decides that.
    """
    request = Request(principal, "kms:GetKeyPolicy", complete=True)
    reach, caller = side.authorizer.reach(principal, request.action), side.authorizer.caller(principal)
    rules = _naming(dict.fromkeys([*reach.sets, *_endpoint_rules(principal, side)]), caller)
    covers = tuple((rule, meant(naming, caller)) for rule, naming in _naming([side.baseline.rules], caller))
    named = ((grant, grant.names(caller), retires(grant.grant, caller)) for grant in side.grants)
    grants = tuple(one for one in named if one[1] or one[2])
    if caller.kind in (CallerKind.SESSION, CallerKind.UNKNOWN):
        return Seen(rules, covers, grants, principal)
    view = View(request, caller, reach.permission.action, reach.permission.target)
    about_caller = [test for rule, _ in (*rules, *covers) for test in rule.conditions if _is_about_caller(test.variable)]
    derived = stand_in.keys if stand_in else ()
    read = [key for test in about_caller for key in (test.variable, *test.variables)]
    listed = caller.name if SERVICE_NAMES in (*read, *variables) else ""  # it is among the names of a service
    by_name = bool(stand_in and stand_in.asked) or any(key in derived for key in (*read, *variables))
    answers = tuple(check(test, view) for test in about_caller if test.variable not in derived)
    values = tuple(lookup(view, key) for key in variables if key not in derived)
    beside = (id(caller.policies), caller.service_linked, caller.described, listed, sessions)
    # who is a stand-in only counts where something is asked of its name
    who = stand_in if by_name else stand_in is not None
    return Seen(rules, covers, grants, (caller.kind, who, reach.facts, beside, answers, values))


def _is_about_caller(key: str) -> bool:
    return key in _WHO or key.startswith(_TAG)

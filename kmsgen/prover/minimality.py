"""What a bundle could do without: actions, statements and denies that change no answer.

Something is dead if no request there could be is answered otherwise without it, whatever stands beside undescribed principals:
that is asked with every IAM policy they could have, with none, and with a boundary that allows nothing; and in both readings of
what AWS leaves open. Where no grants are told there may be any, and a Deny counts that takes from them. Tags, aliases and which
key is the primary change, so they count as open; what IAM policies say of keys that nobody describes is never dead.
What is found dead is left out from then on, so of two statements that say the same only one is reported.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from kmsgen.authorizer.language.principal import ACCOUNT, NOT_NAMED, CallerKind
from kmsgen.authorizer.language.statement import Layer, Rule, compile_document, compile_documents
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.catalogue.grants import OPERATIONS
from kmsgen.policy.bundle import Bundle, Key, PrincipalPolicies
from kmsgen.policy.document import Statement
from kmsgen.prover.bearing import Bearings
from kmsgen.prover.beside_keys import BesideKeys
from kmsgen.prover.dead import DENIES_NOTHING, NEVER_MATCHES, SHADOWED, WITHOUT_EFFECT, Dead, is_dead_everywhere
from kmsgen.prover.entries import entries_of
from kmsgen.prover.key_forms import to_come, with_key
from kmsgen.prover.problem import Budget, BudgetError, Meter, OutsideError
from kmsgen.prover.search.clauses import Clause, Clauses, Problem
from kmsgen.prover.search.encoding import Base, Side, Situation
from kmsgen.prover.search.scope import Scope
from kmsgen.prover.search.search import Search
from kmsgen.prover.search.situations import situation_of
from kmsgen.prover.search.universe import Universe

# Tags of a key to create are authorized before there is a key that could be asked about.
_AT_CREATION = frozenset({"kms:TagResource"})
_GRANTED = frozenset(ACTIONS[name].iam_name for name in OPERATIONS)


class Minimality(NamedTuple):
    """What could be left out; `reason` is set where a budget ran out and more may be dead."""

    dead: tuple[Dead, ...] = ()
    reason: str = ""


_Judge = Callable[[Clauses, Clauses], bool]


class _ClauseJudges(NamedTuple):
    """Whether something can hold and whether it must, from the clauses that match and those open beside a statement.

    `rising`: one more Allow that matches never ends it.
    """

    possible: _Judge
    certain: _Judge
    rising: bool = True


_ALWAYS = _ClauseJudges(lambda _matched, _open: True, lambda _matched, _open: True)


class _AccessCase(NamedTuple):
    """One principal and action, with the statements that matter there."""

    universe: Universe
    base: Base
    situation: Situation
    clauses: Mapping[int, Clauses]  # identity of a statement -> the clauses that it is

    @property
    def side(self) -> Side:
        """The bundle, as the case's universe assumes it."""
        return self.universe.sides[0]


class _Examiner:
    """Asks of each statement and action whether some request needs it."""

    def __init__(self, universes: Sequence[Universe], meter: Meter) -> None:
        self.universes = universes
        self.meter = meter
        self.removed: set[tuple[int, str]] = set()
        self._other: _Examiner | None = None
        self.cases: dict[tuple[int, str], list[_AccessCase]] = {}
        self.collected: set[str] = set()
        self.grants_told = any(access.grants for bundle in universes[0].bundles for access in bundle.keys[:1])
        side = universes[0].sides[0]
        self.callers = {principal: side.authorizer.caller(principal) for principal in universes[0].everyone}

    def any_reading(self, rule: Rule, actions: Sequence[str], judged: Callable[[_AccessCase, Clauses], _ClauseJudges]) -> bool:
        """Do as `any`, on the safe side first, then in the reading of AWS's silences that gives more access."""
        if self.any(rule, actions, judged):
            return True
        if self._other is None:
            self._other = _Examiner([universe.reread() for universe in self.universes], self.meter)
            self._other.removed = self.removed
        return self._other.any(rule, actions, judged)

    def named_by(self, rule: Rule) -> list[str]:
        """Return the principals that a statement names; of an identity policy, those who have it."""
        if rule.layer is Layer.KEY_POLICY:
            return [principal for principal, caller in self.callers.items() if rule.names(caller)]
        return [principal for principal, caller in self.callers.items() if _has(caller.policies, rule.statement)]

    def likely(self, rules: Iterable[Rule]) -> Iterator[str]:
        """Yield who is likely to need a statement: of those whom one names who has least without it, at home and at all."""
        allows = [rule for rule in rules if not rule.deny]
        direct = [rule for rule in allows if rule.layer is Layer.KEY_POLICY]
        given = {name: sum(rule.names(one) not in (NOT_NAMED, ACCOUNT) for rule in direct) for name, one in self.callers.items()}
        account = self.universes[0].account
        for rule in allows:
            callers = [self.callers[principal] for principal in self.named_by(rule)]
            callers.sort(key=lambda caller: (caller.kind is CallerKind.ROOT, caller.described, given[caller.arn]))
            yield from [caller.arn for caller in callers[:1]]
            yield from [caller.arn for caller in callers if caller.account == account][:1]

    def collect(self, principals: Iterable[str]) -> None:
        """Add the cases of some principals: every action that they could ask for, under each statement that matters there."""
        principals = list(principals)
        self.collected.update(principals)
        for universe in self.universes:
            side = universe.sides[0]
            for base in universe.requests(universe.whom.all_of(principals), ACTIONS.values(), allowable=False):
                self.meter.count()
                plan = side.plan(base.request)
                if plan is not None:
                    self._add(universe, base, situation_of(side, base, plan))

    def _add(self, universe: Universe, base: Base, situation: Situation) -> None:
        found: dict[int, set[Clause]] = {}
        for clause in (*situation.matched, *(one.clause for one in situation.open)):
            if isinstance(clause.rule, Rule):
                found.setdefault(id(clause.rule.statement), set()).add(clause)
        case = _AccessCase(universe, base, situation, {identity: frozenset(clauses) for identity, clauses in found.items()})
        for identity in found:
            for action in base.actions:
                self.cases.setdefault((identity, action), []).append(case)

    def any(self, rule: Rule, actions: Sequence[str], judged: Callable[[_AccessCase, Clauses], _ClauseJudges]) -> bool:
        """Return whether in some request for one of the actions that meets the statement something holds.

        One yes of a principal that is likely to give it is enough; only a no takes everyone whom the statement names.
        """
        statement = id(rule.statement)
        if any(self._any(statement, action, judged) for action in actions):
            return True
        left = [principal for principal in self.named_by(rule) if principal not in self.collected]
        if not left:
            return False
        self.collect(left)
        return any(self._any(statement, action, judged) for action in actions)

    def _any(self, statement: int, action: str, judged: Callable[[_AccessCase, Clauses], _ClauseJudges]) -> bool:
        seen: set[object] = set()
        for case in self.cases.get((statement, action), ()):
            own = case.clauses[statement]
            others = (clauses for other, clauses in case.clauses.items() if (other, action) in self.removed)
            gone = frozenset(clause for clauses in others for clause in clauses) - own
            situation = case.situation
            space = case.universe.space(case.base, [situation])
            signature = (situation.facts, situation.matched - gone, situation.open, gone, id(space))
            if signature not in seen and self._holds(case, own, gone, judged(case, own)):
                return True
            seen.add(signature)
        return False

    def _holds(self, case: _AccessCase, own: Clauses, gone: Clauses, judges: _ClauseJudges) -> bool:
        open_ = tuple(one for one in case.situation.open if one.clause not in gone)
        gives = frozenset(one.clause for one in open_ if not one.clause.deny) if judges.rising else frozenset()
        problem = Problem(
            case.situation.matched - gone,
            open_,
            lambda matched, waiting: bool(own & (matched | waiting)) and judges.possible(matched - own, waiting - own),
            lambda matched, waiting: bool(own & matched) and judges.certain(matched - own, waiting - own),
            gives - own,
        )
        outside: list[str] = []
        space = case.universe.space(case.base, [case.situation])
        return Search(space, self.meter, outside).first(problem) is not None or bool(outside)


def _has(policies: PrincipalPolicies, statement: Statement) -> bool:
    return any(one is statement for document in policies.identity_policies for one in document.statements)


def _needs(case: _AccessCase, own: Clauses) -> _ClauseJudges:
    """Judges of need: some request is answered otherwise without the statement."""
    side, facts = case.side, case.situation.facts
    if any(clause.deny for clause in own):
        return _ClauseJudges(lambda m, o: side.most(facts, m, o), lambda m, o: side.least(facts, m, o))
    return _ClauseJudges(
        lambda m, o: side.most(facts, m | own, o) and not side.least(facts, m, o),
        lambda m, o: side.least(facts, m | own, o) and not side.most(facts, m, o),
        rising=False,
    )


def _works(case: _AccessCase, own: Clauses) -> _ClauseJudges:
    """Judges of effect: a request that an Allow matches is allowed, whatever else would allow it."""
    side, facts = case.side, case.situation.facts
    return _ClauseJudges(lambda m, o: side.most(facts, m | own, o), lambda m, o: side.least(facts, m | own, o))


def _takes_from_grants(_case: _AccessCase, _own: Clauses) -> _ClauseJudges:
    """Judges of a Deny where a grant gives what it denies: no other Deny takes that."""
    return _ClauseJudges(lambda m, _o: not any(one.deny for one in m), lambda m, o: not any(one.deny for one in m | o))


def _matches(_case: _AccessCase, _own: Clauses) -> _ClauseJudges:
    return _ALWAYS


def minimality_by_key(bundle: Bundle, budget: Budget | None = None) -> list[Minimality]:
    """Return what each key policy could do without, in the order of the keys; with the first what identity policies could.

    Each key is asked about with what bears on it alone, and has the whole budget.
    """
    budget = budget or Budget()
    found: list[Minimality] = []
    bearings, arns = Bearings(bundle), frozenset(access.key.arn for access in bundle.keys)
    beside = BesideKeys[tuple[Dead, Key | None]](bundle, lambda rule: frozenset(entries_of(rule)))
    for access in bundle.keys or (None,):
        about = bundle if access is None else bearings.on(access, beside.undecided(access.key.arn))
        dead: list[Dead] = []
        reason = _examine(about, Meter(budget), dead)
        key = None if access is None else access.key
        beside.take(about, {(id(one.rule.statement), one.action): (one, key) for one in dead}, finished=not reason)
        found.append(Minimality(tuple(one for one in dead if one.rule.layer is Layer.KEY_POLICY), reason))
    elsewhere = tuple(one for one, key in beside.dead() if is_dead_everywhere(one, key, arns))
    return [found[0]._replace(dead=(*found[0].dead, *elsewhere)), *found[1:]]


def _examine(bundle: Bundle, meter: Meter, found: list[Dead]) -> str:
    """Add to `found` every statement or entry that no request on the first key needs; return why more may be dead, or nothing."""
    creating = any(access.creation is not None for access in bundle.keys)
    bundles = [with_key(bundle, key) for access in bundle.keys[:1] for key in to_come(access.key)] or [bundle]
    try:
        scopes = (Scope(), Scope(without_iam=True), Scope(bounded=True))
        universes = [Universe([one], scope, meter) for one in bundles for scope in scopes]
        examiner = _Examiner(universes, meter)
        rules = list(_rules(bundle))
        examiner.collect(dict.fromkeys(examiner.likely(rules)))
        for rule in rules:
            found += _dead(examiner, rule, creating=creating)
    except (BudgetError, OutsideError) as error:
        return str(error)
    return ""


def _rules(bundle: Bundle) -> Iterator[Rule]:
    """Yield the statements to examine, the widest last, so that what is left out is the special case of another.

    Denies come first: what an Allow gives else, which is left out and yet not told, is a reason to keep a Deny.
    """
    rules: dict[int, Rule] = {}
    for access in bundle.keys[:1]:
        for rule in compile_document(access.policy, Layer.KEY_POLICY, count(1)):
            rules[id(rule.statement)] = rule
    for beside in bundle.principals.values():
        for rule in compile_documents(beside.identity_policies, Layer.IDENTITY, count(1)):
            rules.setdefault(id(rule.statement), rule)
    yield from sorted(rules.values(), key=lambda rule: (not rule.deny, -len(rule.conditions)))


def _dead(examiner: _Examiner, rule: Rule, *, creating: bool) -> Iterator[Dead]:
    """Yield the statement if all of it is dead, else its entries that are."""
    identity = id(rule.statement)
    entries = entries_of(rule)
    every = list(dict.fromkeys(action for actions in entries.values() for action in actions))
    if not every or (creating and set(every) <= _AT_CREATION):
        return
    dead = {entry: actions for entry, actions in entries.items() if not _is_needed(examiner, rule, actions)}
    if len(dead) == len(entries):
        dead = {None: every}
    for entry, actions in dead.items():
        yield Dead(rule.source, rule, _kind(examiner, rule, actions), entry)
        examiner.removed |= {(identity, action) for action in actions}


def _is_needed(examiner: _Examiner, rule: Rule, actions: Sequence[str]) -> bool:
    if examiner.any_reading(rule, actions, _needs):
        return True
    granted = [action for action in actions if action in _GRANTED]
    return rule.deny and not examiner.grants_told and examiner.any_reading(rule, granted, _takes_from_grants)


def _kind(examiner: _Examiner, rule: Rule, actions: Sequence[str]) -> str:
    if not examiner.any_reading(rule, actions, _matches):
        return NEVER_MATCHES
    if rule.deny:
        return DENIES_NOTHING
    if examiner.any_reading(rule, actions, _works):
        return SHADOWED
    return WITHOUT_EFFECT

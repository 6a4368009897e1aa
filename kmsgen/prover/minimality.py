"""What a bundle could do without: actions, statements and denies that change no answer.

Something is dead if no request there could be is answered otherwise without it, whatever IAM policies undescribed principals
have: that is asked twice, once with every policy they could have, once with none. What is found dead is left out from then on,
so of two statements that say the same only one is reported.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from kmsgen.authorizer import Request
from kmsgen.authorizer.language.statement import Layer, Rule, compile_document, compile_documents
from kmsgen.catalogue.actions import ACTIONS, expand
from kmsgen.policy.bundle import Bundle
from kmsgen.prover.proof import Budget
from kmsgen.prover.search.encoding import Side, Situation
from kmsgen.prover.search.search import BudgetError, Meter, Problem, Search
from kmsgen.prover.search.universe import Scope, World
from kmsgen.prover.values.cells import MixedTestsError
from kmsgen.prover.values.partition import PatternBudgetError

Indices = frozenset[int]
NEVER_MATCHES, SHADOWED, WITHOUT_EFFECT, DENIES_NOTHING = "never-matches", "shadowed", "without-effect", "denies-nothing"
# Tags of a key to create are authorized before there is a key that could be asked about.
_AT_CREATION = frozenset({"kms:TagResource"})


class Dead(NamedTuple):
    """A statement, or one entry of its Action element, that could be left out.

    `kind`: `never-matches` (no request meets principal, resource and conditions), `shadowed` (what it allows, others do too),
    `without-effect` (an Allow of which nothing comes), `denies-nothing` (a Deny of what nobody is allowed anyway).
    """

    source: str
    rule: Rule
    kind: str
    action: str | None = None


class Minimality(NamedTuple):
    """What could be left out; `reason` is set where a budget ran out and more may be dead."""

    dead: tuple[Dead, ...] = ()
    reason: str = ""


_Judge = Callable[[Indices, Indices], bool]


class _Judges(NamedTuple):
    """Whether something can hold and whether it must, from the clauses that match and those open beside a statement."""

    possible: _Judge
    certain: _Judge


_ALWAYS = _Judges(lambda _matched, _open: True, lambda _matched, _open: True)


class _Case(NamedTuple):
    """One principal and action, with the statements that matter there: the clause index of each."""

    world: World
    base: Request
    action: str
    situation: Situation
    indices: Mapping[int, int]  # clause index -> identity of the statement

    @property
    def side(self) -> Side:
        """The bundle, as the case's world assumes it."""
        return self.world.sides[0]

    def of(self, statement: int) -> Indices:
        """Return the clauses that a statement is."""
        return frozenset(index for index, identity in self.indices.items() if identity == statement)


class _Examiner:
    """Asks of each statement and action whether some request needs it."""

    def __init__(self, worlds: Sequence[World], meter: Meter) -> None:
        self.worlds = worlds
        self.meter = meter
        self.removed: set[tuple[int, str]] = set()
        self.cases: dict[tuple[int, str], list[_Case]] = {}

    def collect(self) -> None:
        """Set out every case, by statement and action."""
        for world in self.worlds:
            side = world.sides[0]
            for base in world.requests(world.everyone, ACTIONS.values(), allowable=False):
                self.meter.count()
                plan = side.plan(base)
                if plan is not None:
                    self._add(world, base, side.situation(base, plan))

    def _add(self, world: World, base: Request, situation: Situation) -> None:
        side = world.sides[0]
        rules = {index: side.rule(index) for index in (*situation.matched, *(clause.number for clause in situation.open))}
        indices = {index: id(rule.statement) for index, rule in rules.items() if isinstance(rule, Rule)}
        case = _Case(world, base, base.action, situation, indices)
        for identity in set(indices.values()):
            for action in {action for _, action in world.stood_for(base)}:
                self.cases.setdefault((identity, action), []).append(case)

    def any(self, statement: int, action: str, judged: Callable[[_Case, Indices], _Judges]) -> bool:
        """Return whether in some request that meets the statement something holds."""
        seen: set[object] = set()
        for case in self.cases.get((statement, action), ()):
            own = case.of(statement)
            gone = frozenset(i for i, other in case.indices.items() if (other, action) in self.removed) - own
            situation = case.situation
            known = frozenset(situation.known.items())
            signature = (situation.facts, situation.matched - gone, situation.open, gone, known, id(case.world))
            if signature not in seen and self._holds(case, own, gone, judged(case, own)):
                return True
            seen.add(signature)
        return False

    def _holds(self, case: _Case, own: Indices, gone: Indices, judges: _Judges) -> bool:
        situation = case.situation
        problem = Problem(
            situation.matched - gone,
            tuple(clause for clause in situation.open if clause.number not in gone),
            lambda matched, open_: bool(own & (matched | open_)) and judges.possible(matched - own, open_ - own),
            lambda matched, open_: bool(own & matched) and judges.certain(matched - own, open_ - own),
            situation.known,
        )
        space = case.world.space(case.base, [situation])
        return next(iter(Search(space, self.meter).run(problem)), None) is not None


def _needs(case: _Case, own: Indices) -> _Judges:
    """Judge whether the answer hangs on the statement."""
    side, facts = case.side, case.situation.facts
    if any(side.is_deny(index) for index in own):
        return _Judges(lambda m, o: side.most(facts, m, o), lambda m, o: side.least(facts, m, o))
    return _Judges(
        lambda m, o: side.most(facts, m | own, o) and not side.least(facts, m, o),
        lambda m, o: side.least(facts, m | own, o) and not side.most(facts, m, o),
    )


def _works(case: _Case, own: Indices) -> _Judges:
    """Judge whether the request comes out as the statement says."""
    side, facts = case.side, case.situation.facts
    return _Judges(lambda m, o: side.most(facts, m | own, o), lambda m, o: side.least(facts, m | own, o))


def _matches(_case: _Case, _own: Indices) -> _Judges:
    return _ALWAYS


def minimality(bundle: Bundle, budget: Budget | None = None) -> Minimality:
    """Return what key policies and identity policies could do without; of the latter what no key of the bundle needs."""
    budget = budget or Budget()
    meter = Meter(budget.classes, time.monotonic() + budget.seconds)
    found: list[list[Dead]] = []
    reason = ""
    keys = bundle.keys or (None,)
    for access in keys:
        others = tuple(other for other in bundle.keys if other is not access)
        about = bundle if access is None else bundle._replace(keys=(access, *others))
        found.append([])
        reason = _examine(about, meter, found[-1]) or reason
    return Minimality(tuple(_together(found)), reason)


def _together(found: Sequence[Sequence[Dead]]) -> Iterator[Dead]:
    """Yield what is dead of each key policy, and of identity policies what is dead whichever key is asked about."""
    counted = Counter((id(one.rule.statement), one.action) for deads in found for one in deads)
    seen: set[tuple[int, str | None]] = set()
    for one in (one for deads in found for one in deads):
        key = (id(one.rule.statement), one.action)
        if key not in seen and (one.rule.layer is Layer.KEY_POLICY or counted[key] == len(found)):
            seen.add(key)
            yield one


def _examine(bundle: Bundle, meter: Meter, found: list[Dead]) -> str:
    """Add what is dead as far as the first key goes; return why more may be."""
    creating = any(access.creation is not None for access in bundle.keys)
    try:
        worlds = [World([bundle], Scope(without_iam=without)) for without in (False, True)]
        examiner = _Examiner(worlds, meter)
        examiner.collect()
        for rule in _rules(bundle):
            found += _dead(examiner, rule, creating=creating)
    except BudgetError as error:
        return f"the budget of {error} ran out"
    except (PatternBudgetError, MixedTestsError):
        return "the patterns of the policies tell more apart than the budget allows"
    return ""


def _rules(bundle: Bundle) -> Iterator[Rule]:
    """Yield the statements to examine, the widest last, so that what is left out is the special case of another."""
    rules: dict[int, Rule] = {}
    for access in bundle.keys[:1]:
        for rule in compile_document(access.policy, Layer.KEY_POLICY, count(1)):
            rules[id(rule.statement)] = rule
    for beside in bundle.principals.values():
        for rule in compile_documents(beside.identity_policies, Layer.IDENTITY, count(1)):
            rules.setdefault(id(rule.statement), rule)
    yield from sorted(rules.values(), key=lambda rule: -len(rule.conditions))


def _dead(examiner: _Examiner, rule: Rule, *, creating: bool) -> Iterator[Dead]:
    """Yield the statement if all of it is dead, else its entries that are."""
    identity = id(rule.statement)
    actions = [action for entry in rule.statement.actions for action in _actions(rule, entry)]
    if not actions or (creating and set(actions) <= _AT_CREATION):
        return
    dead = [action for action in dict.fromkeys(actions) if not examiner.any(identity, action, _needs)]
    if len(dead) == len(dict.fromkeys(actions)):
        yield Dead(rule.source, rule, _kind(examiner, rule, dead))
        examiner.removed |= {(identity, action) for action in dead}
        return
    if rule.statement.not_action:
        return
    for entry in rule.statement.actions:
        covered = list(_actions(rule, entry))
        if covered and all(action in dead for action in covered):
            yield Dead(rule.source, rule, _kind(examiner, rule, covered), entry)
            examiner.removed |= {(identity, action) for action in covered}


def _actions(rule: Rule, entry: str) -> Iterator[str]:
    """Yield the actions that an entry is about; of a NotAction, those that it leaves."""
    if not rule.statement.not_action:
        yield from expand(entry)
        return
    yield from (action.iam_name for action in ACTIONS.values() if rule.covers(action.iam_name.lower()))


def _kind(examiner: _Examiner, rule: Rule, actions: Sequence[str]) -> str:
    identity = id(rule.statement)
    if not any(examiner.any(identity, action, _matches) for action in actions):
        return NEVER_MATCHES
    if rule.deny:
        return DENIES_NOTHING
    if any(examiner.any(identity, action, _works) for action in actions):
        return SHADOWED
    return WITHOUT_EFFECT

"""What of a bundle can matter for one principal, action and resource: computed once, used for every request of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count

from kmsgen.authorizer.conditions import ConditionTest
from kmsgen.authorizer.context import MAX_ALIASES, RETIRE_KEYS, Target, View
from kmsgen.authorizer.decision import Decision, Elements, StatementTrace
from kmsgen.authorizer.grants import RETIRE, GrantRule, meant_by, retires
from kmsgen.authorizer.match import Maybe
from kmsgen.authorizer.principal import ACCOUNT, DIRECT, DOUBT, NOT_NAMED, ROLE, Caller, Naming
from kmsgen.authorizer.refusals import Refusal
from kmsgen.authorizer.settle import Facts
from kmsgen.authorizer.statement import NAMES_PRINCIPALS, Layer, Rule, compile_document, compile_documents
from kmsgen.authorizer.target import iam_name
from kmsgen.catalogue.model import Action
from kmsgen.policy.bundle import Levels
from kmsgen.policy.document import Document

# How a statement met a request: the two doubtful ways are those that rest on a reading left open.
UNMATCHED, MATCHED, DOUBTFUL_ALLOW, DOUBTFUL_DENY = range(4)
State = tuple[int, ...]


class RuleSet:
    """The compiled statements of one layer, indexed by action and by caller."""

    __slots__ = ("_covering", "_namings", "rules")

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._covering: dict[str, tuple[tuple[Rule, Maybe], ...]] = {}
        self._namings: dict[tuple[str, bool], dict[Rule, Naming]] = {}

    def covering(self, action: str) -> tuple[tuple[Rule, Maybe], ...]:
        """Return the rules whose Action element matches, or may match."""
        found = self._covering.get(action)
        if found is None:
            covers = ((rule, rule.covers(action)) for rule in self.rules)
            found = self._covering[action] = tuple((rule, matched) for rule, matched in covers if matched is not False)
        return found

    def naming(self, rule: Rule, caller: Caller) -> Naming:
        """Return how a rule names the caller."""
        if rule.layer not in NAMES_PRINCIPALS and rule.statement.principals is None:
            return DIRECT
        namings = self._namings.setdefault((caller.arn, caller.path_known), {})
        if rule not in namings:
            namings[rule] = rule.names(caller)
        return namings[rule]


def rules_of(documents: Iterable[Document], layer: Layer) -> RuleSet:
    """Compile the policies of a layer that apply together."""
    return RuleSet(compile_documents(documents, layer, count(1)))


def rules_of_levels(levels: Levels, layer: Layer) -> RuleSet:
    """Compile the policies of a layer of levels, root first."""
    numbers = count(1)
    return RuleSet(rule for i, level in enumerate(levels) for rule in compile_documents(level, layer, numbers, i))


def rules_of_one(document: Document, layer: Layer) -> RuleSet:
    """Compile the one policy of a layer."""
    return RuleSet(compile_document(document, layer, count(1)))


class Prepared:
    """The trace of a statement or grant as far as no request changes it."""

    __slots__ = ("elements", "rule", "whole")

    def __init__(self, rule: Rule | GrantRule, elements: Elements, *, varies: bool) -> None:
        self.rule = rule
        self.elements = elements
        self.whole = None if varies else StatementTrace(rule.source, str(rule.layer), rule.effect, elements)


class Plan:
    """What applies to a caller, action and resource: what matches whatever the request holds, and what the request decides."""

    __slots__ = (
        "action",
        "beside",
        "caller",
        "conditional",
        "decisions",
        "facts",
        "fixed",
        "fixed_doubts",
        "grants",
        "refusal",
        "sets",
        "target",
        "traces",
    )

    def __init__(self, caller: Caller, action: Action, target: Target, facts: Facts) -> None:
        self.caller = caller
        self.action = action
        self.target = target
        self.facts = facts
        self.sets: tuple[RuleSet, ...] = ()
        self.fixed: list[tuple[Rule | GrantRule, Naming]] = []
        self.fixed_doubts: list[Rule] = []
        self.conditional: list[tuple[Rule, Naming]] = []
        self.grants: list[tuple[GrantRule, Naming]] = []
        self.decisions: dict[State, Decision] = {}
        self.refusal: Refusal | None = None
        self.beside: str | None = None
        self.traces: tuple[Prepared, ...] | None = None

    def add(self, rules: RuleSet) -> None:
        """Take in the statements of a layer."""
        name = iam_name(self.action).lower()
        for rule, covers in rules.covering(name):
            naming = rules.naming(rule, self.caller)
            if naming == NOT_NAMED:
                continue
            resource: Maybe = True
            if not rule.resource.variables:
                resource = rule.resource.check(self.target.arn, _no_lookup)
                if resource is False:
                    continue
            if covers is None or resource is None or not naming & ~DOUBT:
                self.fixed_doubts.append(rule)
                if not rule.deny:
                    continue
            if rule.conditions or rule.resource.variables:
                self.conditional.append((rule, naming))
            else:
                self.fixed.append((rule, naming))

    def add_grants(self, rules: Iterable[GrantRule]) -> None:
        """Take in the grants of the key that name the caller and list the action."""
        for rule in rules:
            naming = retires(rule.grant, self.caller) if self.action.name == RETIRE else rule.names(self.caller)
            retiring = self.action.name == RETIRE
            if not naming & (DIRECT | ROLE | ACCOUNT) or not (retiring or rule.covers(self.action.name)):
                continue
            if retiring or rule.depends(self.action.name):
                self.grants.append((rule, naming))
            else:
                self.fixed.append((rule, naming))

    def state(self, view: View) -> State:
        """Return how each statement and grant that the request decides meets it."""
        states = [state_of(rule, view) for rule, _naming in self.conditional]
        if self.grants:
            meant = self._meant(view)
            states += [MATCHED if rule in meant and _holds(rule, view) else UNMATCHED for rule, _naming in self.grants]
        return tuple(states)

    def _meant(self, view: View) -> list[GrantRule]:
        rules = [rule for rule, _naming in self.grants]
        return meant_by(view.request, rules) if self.action.name == RETIRE else rules

    def matched(self, state: State) -> Iterator[tuple[Rule | GrantRule, Naming]]:
        """Yield what matched: the statements and grants, with how each names the caller."""
        yield from self.fixed
        undecided: list[tuple[Rule | GrantRule, Naming]] = [*self.conditional, *self.grants]
        for match, how in zip(undecided, state, strict=True):
            if how in (MATCHED, DOUBTFUL_DENY):
                yield match


def _no_lookup(_key: str) -> None:
    return None


def _holds(rule: GrantRule, view: View) -> bool:
    return all(test.matched for test in rule.tests(view))


def state_of(rule: Rule, view: View) -> int:
    """Return how the parts of a statement that the request decides meet it."""
    result = True
    for test in rule.conditions:
        matched = check(test, view)
        if matched is False:
            return UNMATCHED
        if matched is None:
            result = False
    if rule.resource.variables:
        matched = rule.resource.check(view.target.arn, view.lookup)
        if matched is False:
            return UNMATCHED
        result = result and matched is True
    if result:
        return MATCHED
    return DOUBTFUL_DENY if rule.deny else DOUBTFUL_ALLOW


def check(test: ConditionTest, view: View) -> Maybe:
    """Return whether a condition holds of a request; None where that is open."""
    values = view.lookup(test.variable)
    result = test.check(values, view.lookup)
    if view.action.name == RETIRE and test.variable.startswith(RETIRE_KEYS):
        return result if result is test.check(None, view.lookup) else None
    if test.variable == "kms:resourcealiases" and values is not None and len(values) > MAX_ALIASES:
        return None
    return result

"""What of a bundle can matter for one principal, action and resource: computed once, used for every request of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count

from kmsgen.authorizer.conditions import Check, ConditionTest
from kmsgen.authorizer.context import MAX_ALIASES, RETIRE_KEYS, Resolver, Target, View, resolver
from kmsgen.authorizer.decision import Decision, Elements, StatementTrace
from kmsgen.authorizer.derived import GRANT_KEYS
from kmsgen.authorizer.grants import CREATE, RETIRE, GrantRule, meant_by, retires
from kmsgen.authorizer.match import Maybe
from kmsgen.authorizer.principal import ACCOUNT, DIRECT, DOUBT, NOT_NAMED, ROLE, Caller, Naming, arns_under_paths
from kmsgen.authorizer.refusals import Refusal
from kmsgen.authorizer.settle import Facts
from kmsgen.authorizer.statement import NAMES_PRINCIPALS, Layer, Rule, compile_document, compile_documents
from kmsgen.authorizer.target import iam_name
from kmsgen.authorizer.variables import Lookup
from kmsgen.catalogue.model import Action
from kmsgen.policy.bundle import Levels
from kmsgen.policy.document import Document

# How a statement met a request: the two doubtful ways are those that rest on a reading left open.
UNMATCHED, MATCHED, DOUBTFUL_ALLOW, DOUBTFUL_DENY = range(4)
State = tuple[int, ...]
MAX_CALLERS = 8192


Program = Callable[[View, Lookup], int]
Step = Callable[[View, Lookup], Maybe]


class RuleSet:
    """The compiled statements of one layer, indexed by action and by caller."""

    __slots__ = ("_covering", "_everyone", "_names_principals", "_namings", "_programs", "_reaching", "rules")

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._covering: dict[str, tuple[tuple[Rule, Maybe], ...]] = {}
        self._reaching: dict[tuple[str, str], tuple[tuple[Rule, bool], ...]] = {}
        self._namings: dict[str, dict[Rule, Naming]] = {}
        self._names_principals = any(
            rule.layer in NAMES_PRINCIPALS or rule.statement.principals is not None for rule in self.rules
        )
        self._everyone = dict.fromkeys(self.rules, DIRECT)
        self._programs: dict[tuple[Rule, str, Target], Program] = {}

    def covering(self, action: str) -> tuple[tuple[Rule, Maybe], ...]:
        """Return the rules whose Action element matches, or may match."""
        found = self._covering.get(action)
        if found is None:
            covers = ((rule, rule.covers(action)) for rule in self.rules)
            found = self._covering[action] = tuple((rule, matched) for rule, matched in covers if matched is not False)
        return found

    def reaching(self, action: Action, arn: str) -> tuple[tuple[Rule, bool], ...]:
        """Return the rules that match, or may match, by Action and by Resource element, and whether that is open.

        A Resource element with variables may match: the request tells.
        """
        key = (action.name, arn)
        found = self._reaching.get(key)
        if found is None:
            if len(self._reaching) >= MAX_CALLERS:
                self._reaching.clear()
            found = self._reaching[key] = tuple(_reaching(self.covering(iam_name(action).lower()), arn))
        return found

    def program(self, rule: Rule, action: Action, target: Target, caller: Caller) -> Program:
        """Return how the parts of a rule that the request decides meet it; once for all callers where their form says all."""
        if not caller.path_known:
            return _program(rule, action, target, caller)
        key = (rule, action.name, target)
        found = self._programs.get(key)
        if found is None:
            if len(self._programs) >= MAX_CALLERS:
                self._programs.clear()
            found = self._programs[key] = _program(rule, action, target, caller)
        return found

    def naming(self, caller: Caller) -> Mapping[Rule, Naming]:
        """Return how each rule names the caller."""
        if not self._names_principals:
            return self._everyone
        found = self._namings.get(caller.arn)
        if found is None:
            if len(self._namings) >= MAX_CALLERS:
                self._namings.clear()
            found = self._namings[caller.arn] = {rule: rule.names(caller) for rule in self.rules}
        return found


def _reaching(covering: Iterable[tuple[Rule, Maybe]], arn: str) -> Iterator[tuple[Rule, bool]]:
    for rule, covers in covering:
        resource = True if rule.resource.variables else rule.resource.check(arn, _no_lookup)
        if resource is not False:
            yield rule, covers is None or resource is None


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
    """The trace of a statement or grant as far as no request changes it.

    `whole` is the trace where no request changes anything. Where nothing matters but what the conditions see, `resolvers`
    find that, and `filled` remembers the trace by it.
    """

    __slots__ = ("elements", "filled", "resolvers", "rule", "whole")

    def __init__(self, rule: Rule | GrantRule, elements: Elements, *, varies: bool) -> None:
        self.rule = rule
        self.elements = elements
        self.resolvers: tuple[Resolver, ...] | None = None
        self.filled: dict[tuple[tuple[str, ...] | None, ...], StatementTrace] = {}
        self.whole = None if varies else StatementTrace(rule.source, str(rule.layer), rule.effect, elements)


class Plan:
    """What applies to a caller, action and resource: what matches whatever the request holds, and what the request decides."""

    __slots__ = (
        "_programs",
        "action",
        "beside",
        "caller",
        "conditional",
        "decisions",
        "facts",
        "fixed",
        "fixed_doubts",
        "generous",
        "grants",
        "refusal",
        "sets",
        "target",
        "traces",
    )

    def __init__(self, caller: Caller, action: Action, target: Target, facts: Facts, *, generous: bool = False) -> None:
        self.generous = generous
        self.caller = caller
        self.action = action
        self.target = target
        self.facts = facts
        self.sets: tuple[RuleSet, ...] = ()
        self.fixed: list[tuple[Rule | GrantRule, Naming]] = []
        self.fixed_doubts: list[Rule] = []
        self.conditional: list[tuple[Rule, Naming]] = []
        self._programs: list[Program] = []
        self.grants: list[tuple[GrantRule, Naming]] = []
        self.decisions: dict[State, Decision] = {}
        self.refusal: Refusal | None = None
        self.beside: str | None = None
        self.traces: tuple[Prepared, ...] | None = None

    def add(self, rules: RuleSet) -> None:
        """Take in the statements of a layer."""
        reaching = rules.reaching(self.action, self.target.arn)
        if not reaching:
            return
        namings = rules.naming(self.caller)
        for rule, is_open in reaching:
            naming = namings[rule]
            if naming == NOT_NAMED:
                continue
            doubtful = is_open or naming == DOUBT
            if doubtful:
                self.fixed_doubts.append(rule)
            if not doubtful or rule.deny is not self.generous:
                self._take(rule, DIRECT if naming == DOUBT else naming, rules)

    def _take(self, rule: Rule, naming: Naming, rules: RuleSet) -> None:
        if rule.conditions or rule.resource.variables:
            self.conditional.append((rule, naming))
            self._programs.append(rules.program(rule, self.action, self.target, self.caller))
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
        lookup = view.lookup
        states = [program(view, lookup) for program in self._programs]
        if self.grants:
            meant = self._meant(view)
            states += [MATCHED if rule in meant and _holds(rule, view) else UNMATCHED for rule, _naming in self.grants]
        return tuple(states)

    def _meant(self, view: View) -> list[GrantRule]:
        rules = [rule for rule, _naming in self.grants]
        return meant_by(view.request, rules) if self.action.name == RETIRE else rules

    def doubtful(self, state: State) -> bool:
        """Return whether something about how the statements met the request is open, or to be noted."""
        return bool(self.fixed_doubts or self.beside or self.grants) or any(how > MATCHED for how in state)

    def matched(self, state: State) -> Iterator[tuple[Rule | GrantRule, Naming]]:
        """Yield what matched: the statements and grants, with how each names the caller."""
        yield from self.fixed
        undecided: list[tuple[Rule | GrantRule, Naming]] = [*self.conditional, *self.grants]
        counted = (MATCHED, DOUBTFUL_ALLOW if self.generous else DOUBTFUL_DENY)
        for match, how in zip(undecided, state, strict=True):
            if how in counted:
                yield match


def _no_lookup(_key: str) -> None:
    return None


def _holds(rule: GrantRule, view: View) -> bool:
    return all(test.matched for test in rule.tests(view))


def _program(rule: Rule, action: Action, target: Target, caller: Caller) -> Program:
    """Put together how the parts of a statement that the request decides meet it."""
    steps = [test_of(test, action, target, caller) for test in rule.conditions]
    if rule.resource.variables:
        check, arn = rule.resource.check, target.arn
        steps.append(lambda _view, lookup: check(arn, lookup))
    doubtful = DOUBTFUL_DENY if rule.deny else DOUBTFUL_ALLOW

    def program(view: View, lookup: Lookup) -> int:
        result = MATCHED
        for step in steps:
            matched = step(view, lookup)
            if matched is False:
                return UNMATCHED
            if matched is None:
                result = doubtful
        return result

    return program


def test_of(test: ConditionTest, action: Action, target: Target, caller: Caller) -> Step:
    """Return what tells whether a condition holds of a request; None where that is open."""
    variable = test.variable
    resolve = resolver(variable, action.name, alias=target.kind == "alias")
    check = test.plain
    if action.name == RETIRE and variable.startswith(RETIRE_KEYS):
        return lambda view, lookup: _either_way(check, resolve(view), lookup)
    if action.name == CREATE and variable in GRANT_KEYS:
        return lambda view, lookup: _of_grant(check, view, resolve(view), lookup)
    if variable == "kms:resourcealiases" and target.key is not None and len(target.key.aliases) > MAX_ALIASES:
        return lambda _view, _lookup: None
    if variable == "aws:principalarn" and not caller.path_known and test.deny is not test.negated:
        return _of_any_path(test, caller)
    return lambda view, lookup: check(resolve(view), lookup)


def _of_grant(check: Check, view: View, values: tuple[str, ...] | None, lookup: Lookup) -> Maybe:
    """Leave open what depends on the parameters of a CreateGrant that the request does not tell (P10)."""
    return None if values is None and view.request.create_grant is None else check(values, lookup)


def _of_any_path(test: ConditionTest, caller: Caller) -> Step:
    """Compare the ARN of a role without a path; open where some path would change the result (P1).

    A Deny that lists roles, and an Allow that leaves roles out, must not miss one for its path.
    """
    readings = [(arn,) for arn in arns_under_paths(caller, test.condition.values)]
    check = test.plain

    def step(_view: View, lookup: Lookup) -> Maybe:
        results = {check(values, lookup) for values in readings}
        return results.pop() if len(results) == 1 else None

    return step


def _either_way(check: Check, values: tuple[str, ...] | None, lookup: Lookup) -> Maybe:
    """Read a key as present and as absent (S8)."""
    result = check(values, lookup)
    return result if result is check(None, lookup) else None


def check(test: ConditionTest, view: View) -> Maybe:
    """Return whether a condition holds of a request; None where that is open."""
    return test_of(test, view.action, view.target, view.caller)(view, view.lookup)

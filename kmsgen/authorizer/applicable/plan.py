"""The plan: statements and grants that can apply to one caller, action and resource, found once for all requests."""

from __future__ import annotations

from collections.abc import Iterable

from kmsgen.authorizer.applicable.programs import MATCHED, UNMATCHED, How, Program
from kmsgen.authorizer.applicable.rule_set import Reaching, RuleSet
from kmsgen.authorizer.context.permissions import Permission
from kmsgen.authorizer.context.view import Resource, View
from kmsgen.authorizer.evaluation.grants import RETIRE, GrantRule, meant_by, retires
from kmsgen.authorizer.evaluation.outcome import Facts
from kmsgen.authorizer.evaluation.refusal import Refusal
from kmsgen.authorizer.language.principal import ACCOUNT, DIRECT, DOUBT, NOT_NAMED, ROLE, Caller, Naming, at_most, may_be_more
from kmsgen.authorizer.language.statement import Rule
from kmsgen.catalogue.model import Action

State = tuple[How, ...]
"""How each conditional statement and each grant of a plan meets one request, in the plan's order."""


class Plan:
    """The statements and grants that apply to a caller, action and resource.

    `fixed` ones match every request; a request decides about `conditional` ones and `grants`. `facts`: what else counts;
    `refusal`: why KMS refuses any such call; `beside`: what else the call needs.
    """

    __slots__ = (
        "_asking",
        "action",
        "beside",
        "caller",
        "conditional",
        "doubtful_grants",
        "facts",
        "fixed",
        "fixed_doubts",
        "generous",
        "grants",
        "known",
        "permission",
        "refusal",
        "sets",
        "target",
        "wider_doubts",
    )

    def __init__(self, caller: Caller, permission: Permission, facts: Facts, *, generous: bool = False) -> None:
        self.generous = generous  # what AWS leaves open counts as access
        self.caller = caller
        self.permission = permission
        self.action: Action = permission.action
        self.target: Resource = permission.target
        self.facts = facts
        self.sets: tuple[RuleSet, ...] = ()
        # tuples, not lists: thousands of plans are kept, and the garbage collector walks through every list
        self.fixed: tuple[tuple[Rule | GrantRule, Naming], ...] = ()
        self.fixed_doubts: tuple[Rule, ...] = ()
        self.wider_doubts: tuple[Rule, ...] = ()  # they surely name the caller's account or role, and perhaps itself
        self.conditional: tuple[tuple[Rule, Naming], ...] = ()
        # `known`: how each conditional one meets every request, UNMATCHED where the request decides; `_asking`: those, by place
        self.known: State = ()
        self._asking: tuple[tuple[int, Program], ...] = ()
        self.grants: tuple[tuple[GrantRule, Naming], ...] = ()
        self.doubtful_grants: tuple[GrantRule, ...] = ()  # they take the action in a generous reading alone (C2)
        self.refusal: Refusal | None = None
        self.beside: str | None = None

    def add(self, reaching: Iterable[tuple[RuleSet, Reaching]]) -> None:
        """Take in the statements whose Action and Resource elements match, or may match, layer by layer."""
        fixed: list[tuple[Rule, Naming]] = []
        doubts: list[Rule] = []
        wider: list[Rule] = []
        conditional: list[tuple[Rule, Naming]] = []
        programs: list[Program | How] = []
        for rules, statements in reaching:
            namings = rules.naming(self.caller)
            for rule, is_open in statements:
                naming = namings[rule]
                if naming == NOT_NAMED:
                    continue
                if is_open or naming == DOUBT:
                    doubts.append(rule)
                    if rule.deny is self.generous:
                        continue
                match = (rule, at_most(naming) if self.generous or naming == DOUBT else naming & ~DOUBT)
                if may_be_more(naming):
                    wider.append(rule)
                if rule.conditions or rule.resource.variables:
                    conditional.append(match)
                    programs.append(rules.program(rule, self.permission, self.caller).for_caller(self.caller, self.permission))
                else:
                    fixed.append(match)
        self.fixed, self.conditional = tuple(fixed), tuple(conditional)
        self.fixed_doubts, self.wider_doubts = tuple(doubts), tuple(wider)
        self.known = tuple([UNMATCHED if isinstance(how, Program) else how for how in programs])
        self._asking = tuple([(place, how) for place, how in enumerate(programs) if isinstance(how, Program)])

    def add_grants(self, rules: Iterable[GrantRule]) -> None:
        """Take in the grants of the key that name the caller and list the action."""
        fixed: list[tuple[GrantRule, Naming]] = []
        asking: list[tuple[GrantRule, Naming]] = []
        doubtful: list[GrantRule] = []
        retiring = self.action.name == RETIRE
        for rule in rules:
            naming = retires(rule.grant, self.caller) if retiring else rule.names(self.caller)
            if naming and self.action.name in rule.doubtful:
                doubtful.append(rule)
            if naming & (DIRECT | ROLE | ACCOUNT) and (retiring or rule.covers(self.action.name)):
                (asking if retiring or rule.depends(self.action.name) else fixed).append((rule, naming))
        self.fixed, self.grants, self.doubtful_grants = (*self.fixed, *fixed), tuple(asking), tuple(doubtful)

    @property
    def asks(self) -> bool:
        """Whether how a statement or grant meets a request depends on the request."""
        return bool(self._asking or self.grants)

    def state(self, view: View) -> State:
        """Return how each conditional statement and each grant meets a request."""
        states = list(self.known)
        for place, program in self._asking:
            states[place] = program(view)
        if self.grants:
            meant = self._meant(view)
            states += [MATCHED if rule in meant and _holds(rule, view) else UNMATCHED for rule, _naming in self.grants]
        return tuple(states)

    def _meant(self, view: View) -> list[GrantRule]:
        rules = [rule for rule, _naming in self.grants]
        return meant_by(view.request, rules) if self.action.name == RETIRE else rules

    @property
    def at_most(self) -> list[tuple[Rule | GrantRule, Naming]]:
        """Upper bound: everything that can match, without the Denies that a request decides."""
        return [*self.fixed, *(match for match in self.conditional if not match[0].deny), *self.grants]

    def doubtful(self, state: State) -> bool:
        """Whether any statement met the request only perhaps, or a note on grants or on the rest of the call may be due."""
        doubts = self.fixed_doubts or self.wider_doubts
        return bool(doubts or self.beside or self.grants) or any(isinstance(how, tuple) for how in state)

    def matched(self, state: State) -> list[tuple[Rule | GrantRule, Naming]]:
        """Return the statements and grants that matched, each with how it names the caller; open ones as the reading has them."""
        found = [*self.fixed]
        undecided: list[tuple[Rule | GrantRule, Naming]] = [*self.conditional, *self.grants]
        for match, how in zip(undecided, state, strict=True):
            if how == MATCHED or (isinstance(how, tuple) and match[0].deny is not self.generous):
                found.append(match)
        return found


def _holds(rule: GrantRule, view: View) -> bool:
    return all(test.matched for test in rule.tests(view))

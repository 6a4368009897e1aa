"""What of a bundle can matter for one principal, action and resource: computed once, used for every request of them."""

from __future__ import annotations

from collections.abc import Iterable

from kmsgen.authorizer.applicable.programs import MATCHED, UNMATCHED, How, Program
from kmsgen.authorizer.applicable.rule_set import RuleSet
from kmsgen.authorizer.context.permissions import Permission
from kmsgen.authorizer.context.view import Resource, View
from kmsgen.authorizer.evaluation.grants import RETIRE, GrantRule, meant_by, retires
from kmsgen.authorizer.evaluation.outcome import Facts
from kmsgen.authorizer.evaluation.refusal import Refusal
from kmsgen.authorizer.language.principal import ACCOUNT, DIRECT, DOUBT, NOT_NAMED, ROLE, Caller, Naming
from kmsgen.authorizer.language.statement import Rule
from kmsgen.catalogue.model import Action

State = tuple[How, ...]
"""How each statement and grant that the request decides meets it."""


class Plan:
    """What applies to a caller, action and resource.

    `fixed` are the statements and grants that match whatever the request holds; it may decide about those that are `conditional`
    and about `grants`. `facts` is what holds beside them, `refusal` why KMS refuses the call whatever allows it, `beside` what
    the call needs beside this permission. `generous`: what AWS leaves open is read so that there is more access.
    """

    __slots__ = (
        "_asking",
        "_known",
        "action",
        "beside",
        "caller",
        "conditional",
        "facts",
        "fixed",
        "fixed_doubts",
        "generous",
        "grants",
        "permission",
        "refusal",
        "sets",
        "target",
    )

    def __init__(self, caller: Caller, permission: Permission, facts: Facts, *, generous: bool = False) -> None:
        self.generous = generous
        self.caller = caller
        self.permission = permission
        self.action: Action = permission.action
        self.target: Resource = permission.target
        self.facts = facts
        self.sets: tuple[RuleSet, ...] = ()
        self.fixed: list[tuple[Rule | GrantRule, Naming]] = []
        self.fixed_doubts: list[Rule] = []
        self.conditional: list[tuple[Rule, Naming]] = []
        # how each conditional one meets every request, UNMATCHED where the request decides; and those, by their place
        self._known: list[How] = []
        self._asking: list[tuple[int, Program]] = []
        self.grants: list[tuple[GrantRule, Naming]] = []
        self.refusal: Refusal | None = None
        self.beside: str | None = None

    def add(self, rules: RuleSet) -> None:
        """Take in the statements of a layer."""
        reaching = rules.reaching(self.permission)
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
            how = rules.program(rule, self.permission, self.caller).for_caller(self.caller, self.permission)
            if isinstance(how, Program):
                self._asking.append((len(self._known), how))
            self._known.append(UNMATCHED if isinstance(how, Program) else how)
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

    @property
    def asks(self) -> bool:
        """Whether how a statement or grant meets a request depends on the request."""
        return bool(self._asking or self.grants)

    @property
    def known(self) -> State:
        """How each statement that the request may decide meets every request, UNMATCHED where that depends on it."""
        return tuple(self._known)

    def state(self, view: View) -> State:
        """Return how each statement and grant that the request decides meets it."""
        states = self._known.copy()
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
        """What can match beside a Deny that the request decides: the outcome of it bounds that of every request from above."""
        return [*self.fixed, *(match for match in self.conditional if not match[0].deny), *self.grants]

    def doubtful(self, state: State) -> bool:
        """Return whether something about how the statements met the request is open, or to be noted."""
        return bool(self.fixed_doubts or self.beside or self.grants) or any(isinstance(how, tuple) for how in state)

    def matched(self, state: State) -> list[tuple[Rule | GrantRule, Naming]]:
        """Return what matched: the statements and grants, with how each names the caller."""
        found = self.fixed.copy()
        undecided: list[tuple[Rule | GrantRule, Naming]] = [*self.conditional, *self.grants]
        for match, how in zip(undecided, state, strict=True):
            if how == MATCHED or (isinstance(how, tuple) and match[0].deny is not self.generous):
                found.append(match)
        return found


def _holds(rule: GrantRule, view: View) -> bool:
    return all(test.matched for test in rule.tests(view))

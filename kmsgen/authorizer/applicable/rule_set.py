"""The compiled statements of one layer, with what was found out about them for actions, resources and callers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count

from kmsgen.authorizer.applicable.programs import Program, program_of
from kmsgen.authorizer.context.lookup import Target
from kmsgen.authorizer.context.permissions import iam_name
from kmsgen.authorizer.language.principal import DIRECT, NOT_NAMED, Caller, CallerKind, Naming
from kmsgen.authorizer.language.statement import NAMES_PRINCIPALS, Layer, Rule, compile_document, compile_documents
from kmsgen.authorizer.language.wildcards import Maybe
from kmsgen.catalogue.model import Action
from kmsgen.policy.bundle import Levels
from kmsgen.policy.document import Document

MAX_CALLERS = 8192


class RuleSet:
    """The compiled statements of one layer, indexed by action and by caller."""

    __slots__ = ("_by_name", "_covering", "_everyone", "_names_principals", "_namings", "_programs", "_reaching", "rules")

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._covering: dict[str, tuple[tuple[Rule, Maybe], ...]] = {}
        self._reaching: dict[tuple[str, str], tuple[tuple[Rule, bool], ...]] = {}
        self._namings: dict[str, dict[Rule, Naming]] = {}
        self._by_name: dict[str, list[Rule]] | None = None
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
            return program_of(rule, action, target, caller)
        key = (rule, action.name, target)
        found = self._programs.get(key)
        if found is None:
            if len(self._programs) >= MAX_CALLERS:
                self._programs.clear()
            found = self._programs[key] = program_of(rule, action, target, caller)
        return found

    def naming(self, caller: Caller) -> Mapping[Rule, Naming]:
        """Return how each rule names the caller."""
        if not self._names_principals:
            return self._everyone
        found = self._namings.get(caller.arn)
        if found is None:
            if len(self._namings) >= MAX_CALLERS:
                self._namings.clear()
            found = self._namings[caller.arn] = self._names(caller)
        return found

    def _names(self, caller: Caller) -> dict[Rule, Naming]:
        if caller.kind not in _NAMED_AS_WRITTEN:
            return {rule: rule.names(caller) for rule in self.rules}
        if self._by_name is None:
            self._by_name = _by_name(self.rules)
        found = dict.fromkeys(self.rules, NOT_NAMED)
        for name in dict.fromkeys(("", caller.arn, caller.role, caller.account, caller.root)):
            for rule in self._by_name.get(name or "", ()):
                found[rule] = rule.names(caller)
        return found


# callers whom a Principal element names by a text as it is written: their ARN, their role, their account
_NAMED_AS_WRITTEN = frozenset({CallerKind.USER, CallerKind.ROLE, CallerKind.ROOT, CallerKind.SERVICE, CallerKind.ANONYMOUS})


def _by_name(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """Return the rules by the names that they give; under an empty name those that may name anybody by other means."""
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        listed = rule.statement.principals or ()
        plain = all(one.kind == "AWS" and "*" not in one.value and "?" not in one.value for one in listed)
        as_written = bool(listed) and plain and not rule.statement.not_principal and rule.layer in NAMES_PRINCIPALS
        for name in {one.value for one in listed} if as_written else ("",):
            found.setdefault(name, []).append(rule)
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


def _no_lookup(_key: str) -> None:
    return None

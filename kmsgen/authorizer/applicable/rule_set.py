"""Compiled statements of a layer and grants of keys, with caches by action, resource and caller."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count

from kmsgen.arn import parse_arn
from kmsgen.authorizer.applicable.programs import Program, program_of
from kmsgen.authorizer.context.permissions import Permission
from kmsgen.authorizer.evaluation.grants import GrantRule, compile_grants
from kmsgen.authorizer.language.open_value import no_lookup
from kmsgen.authorizer.language.principal import DIRECT, DOUBT, NOT_NAMED, Caller, CallerKind, Naming
from kmsgen.authorizer.language.shapes import Shape
from kmsgen.authorizer.language.statement import NAMES_PRINCIPALS, Layer, Rule, compile_document, compile_documents
from kmsgen.authorizer.language.wildcards import Maybe
from kmsgen.authorizer.memo import Memo
from kmsgen.policy.bundle import KeyAccess, Levels, PrincipalPolicies
from kmsgen.policy.document import Document
from kmsgen.policy.letter_case import folded

MAX_REMEMBERED = 8192
# callers whom a Principal element can only name by their own ARN, their role's, or their account, literally
_NAMED_AS_WRITTEN = frozenset({CallerKind.USER, CallerKind.ROLE, CallerKind.ROOT, CallerKind.SERVICE, CallerKind.ANONYMOUS})

Reaching = tuple[tuple[Rule, bool], ...]


class RuleSet:
    """The compiled statements of one layer, indexed by action and by caller."""

    __slots__ = ("__weakref__", "_by_name", "_covering", "_everyone", "_namings", "_programs", "_reaching", "rules")

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._covering = Memo(MAX_REMEMBERED, self._cover)
        self._reaching = Memo(MAX_REMEMBERED, self._reach)
        self._namings = Memo(MAX_REMEMBERED, self._name)
        self._programs: Memo[tuple[Rule, Permission, Caller | None], Program] = Memo(MAX_REMEMBERED, _program)
        self._by_name: dict[str, list[Rule]] | None = None
        names_principals = any(rule.layer in NAMES_PRINCIPALS or rule.statement.principals is not None for rule in self.rules)
        self._everyone = None if names_principals else dict.fromkeys(self.rules, DIRECT)

    def covering(self, action: str) -> tuple[tuple[Rule, Maybe], ...]:
        """Return the rules whose Action element matches, or may match, an action: `kms:decrypt` in lower case."""
        return self._covering[action]

    def reaching(self, permission: Permission) -> Reaching:
        """Return the rules whose Action and Resource elements match, or may match, a permission; True beside those that are open.

        A Resource element with policy variables counts as a match here: the request decides.
        """
        return self._reaching[permission.name, permission.target.arn, permission.target.shape]

    def program(self, rule: Rule, permission: Permission, caller: Caller) -> Program:
        """Return a rule's program for a permission; one for all callers, unless the path of the caller's role is unknown."""
        return self._programs[rule, permission, None if caller.path_known else caller]

    def naming(self, caller: Caller) -> Mapping[Rule, Naming]:
        """Return how each rule's Principal element names the caller."""
        return self._namings[caller] if self._everyone is None else self._everyone

    def _cover(self, action: str) -> tuple[tuple[Rule, Maybe], ...]:
        covers = ((rule, rule.covers(action)) for rule in self.rules)
        return tuple((rule, matched) for rule, matched in covers if matched is not False)

    def _reach(self, key: tuple[str, str, Shape | None]) -> Reaching:
        action, arn, shape = key
        return tuple(_reaching(self.covering(folded(action)), shape or arn))

    def _name(self, caller: Caller) -> dict[Rule, Naming]:
        if caller.kind not in _NAMED_AS_WRITTEN:
            return {rule: rule.names(caller) for rule in self.rules}
        if self._by_name is None:
            self._by_name = _by_name(self.rules)
        found = dict.fromkeys(self.rules, NOT_NAMED)
        for name in dict.fromkeys(("", caller.arn, caller.role, caller.account, caller.root)):
            for rule in self._by_name.get(name or "", ()):
                found[rule] = rule.names(caller)
        return found


class DeniesOfSomeUser(RuleSet):
    """The Denies on all IAM users of an account: nothing tells which of them a federated user session belongs to (P7)."""

    __slots__ = ("_doubts",)

    def __init__(self, users: Iterable[PrincipalPolicies]) -> None:
        rules: list[Rule] = []
        for held in users:
            rules += rules_of(held.identity_policies, Layer.IDENTITY).rules
            rules += rules_of((held.boundary,), Layer.BOUNDARY).rules if held.boundary is not None else ()
        super().__init__(rule for rule in rules if rule.deny)
        self._doubts = dict.fromkeys(self.rules, DOUBT)

    def naming(self, caller: Caller) -> Mapping[Rule, Naming]:
        """Return DOUBT for every rule where the caller is a federated user, else NOT_NAMED."""
        return self._doubts if caller.kind is CallerKind.FEDERATED else dict.fromkeys(self.rules, NOT_NAMED)


def _program(key: tuple[Rule, Permission, Caller | None]) -> Program:
    return program_of(*key)


def _by_name(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """Index rules by the principals that they name literally; under "" those with wildcards, NotPrincipal or other kinds."""
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        listed = rule.statement.principals or ()
        plain = all(one.kind == "AWS" and "*" not in one.value and "?" not in one.value for one in listed)
        as_written = bool(listed) and plain and not rule.statement.not_principal and rule.layer in NAMES_PRINCIPALS
        for name in {one.value for one in listed} if as_written else ("",):
            found.setdefault(name, []).append(rule)
    return found


def _reaching(covering: Iterable[tuple[Rule, Maybe]], arn: str | Shape) -> Iterator[tuple[Rule, bool]]:
    for rule, covers in covering:
        resource = True if rule.resource.variables else rule.resource.check(arn, no_lookup)
        if resource is not False:
            yield rule, covers is None or resource is None


def rules_of(documents: Iterable[Document], layer: Layer) -> RuleSet:
    """Compile all policies of one layer, of which any may allow."""
    return RuleSet(compile_documents(documents, layer, count(1)))


def rules_of_levels(levels: Levels, layer: Layer) -> RuleSet:
    """Compile SCPs or RCPs level by level, the organization's root first."""
    numbers = count(1)
    return RuleSet(rule for i, level in enumerate(levels) for rule in compile_documents(level, layer, numbers, i))


def rules_of_one(document: Document, layer: Layer) -> RuleSet:
    """Compile the one policy of a layer."""
    return RuleSet(compile_document(document, layer, count(1)))


NO_RULES = RuleSet(())


class KeyRules:
    """The compiled key policy and grants of each key of a bundle, by ARN; empty for any other key."""

    def __init__(self, keys: Iterable[KeyAccess], *, generous: bool) -> None:
        self._generous = generous
        self._access = {access.key.arn: access for access in keys}
        self._policies = Memo(MAX_REMEMBERED, self._compile_policy)
        self._grants = Memo(MAX_REMEMBERED, self._compile_grants)
        self._by_name = Memo(MAX_REMEMBERED, self._index_grants)

    def policy(self, arn: str) -> RuleSet:
        """Return the statements of a key policy."""
        return self._policies[arn] if arn in self._access else NO_RULES

    def grants(self, arn: str) -> tuple[GrantRule, ...]:
        """Return the grants of a key."""
        return self._grants[arn] if arn in self._access else ()

    def grants_for(self, caller: Caller, arn: str) -> list[GrantRule]:
        """Return the grants of a key that may name a caller."""
        if not self.grants(arn):
            return []
        index = self._by_name[arn]
        names = [caller.arn, caller.role, caller.account, caller.root if caller.account else None]
        if caller.kind is CallerKind.SESSION:
            names.append(f"{caller.account}:{caller.name}")
        found = [rule for name in dict.fromkeys(names) if name for rule in index.get(name, ())]
        return list(dict.fromkeys(found))

    def _compile_policy(self, arn: str) -> RuleSet:
        return rules_of_one(self._access[arn].policy, Layer.KEY_POLICY)

    def _compile_grants(self, arn: str) -> tuple[GrantRule, ...]:
        return tuple(compile_grants(self._access[arn].grants, generous=self._generous))

    def _index_grants(self, arn: str) -> dict[str, list[GrantRule]]:
        index: dict[str, list[GrantRule]] = {}
        for rule in self.grants(arn):
            names = [rule.grant.grantee, rule.grant.retiring, rule.grant.issuing_account]
            names += [_role_name(name) for name in names[:2] if name]
            for name in dict.fromkeys(name for name in names if name):
                index.setdefault(name, []).append(rule)
        return index


def _role_name(principal: str) -> str | None:
    """Return `ACCOUNT:NAME` of a role ARN, without the path: all that a session ARN tells of its role; None for another ARN."""
    arn = parse_arn(principal)
    return f"{arn.account}:{arn.name.rpartition('/')[2]}" if arn is not None and arn.kind == "role" else None

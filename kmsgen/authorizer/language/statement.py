"""Policies compiled: each statement a rule with a test for its principal, action, resource and conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from kmsgen.authorizer.language import principal as who
from kmsgen.authorizer.language.conditions import ConditionTest, compile_condition, is_multi_valued
from kmsgen.authorizer.language.principal import Caller, Naming
from kmsgen.authorizer.language.variables import Lookup, Missing, Template, parse_template, resolve
from kmsgen.authorizer.language.wildcards import Maybe, Predicate, Wild, any_of, arn_pattern, glob, negate, pieces_of
from kmsgen.catalogue import condition_keys
from kmsgen.policy.document import Document, Effect, Statement


class Layer(StrEnum):
    """The kinds of policy that weigh in a decision, spelled as reasons spell them."""

    KEY_POLICY = "key-policy"
    IDENTITY = "identity-policy"
    GRANT = "grant"
    BOUNDARY = "boundary"
    SESSION = "session-policy"
    SCP = "scp"
    RCP = "rcp"
    ENDPOINT = "vpc-endpoint-policy"


NAMES_PRINCIPALS = frozenset({Layer.KEY_POLICY, Layer.RCP, Layer.ENDPOINT})
MODERN = "2012-10-17"
EVERYTHING = "*"


@lru_cache(maxsize=8192)
def _action_glob(pattern: str) -> Callable[[str], bool]:
    return glob(pieces_of(pattern))


@lru_cache(maxsize=8192)
def _arn_glob(pattern: str) -> Predicate:
    return arn_pattern(pieces_of(pattern), wild_service=False)


@dataclass(frozen=True, slots=True, eq=False)
class ResourceTest:
    """The Resource element. `variables` are the condition keys that it names; `absent` is what a missing element matches."""

    templates: tuple[Template, ...]
    texts: tuple[str, ...]
    negated: bool
    absent: Maybe
    star_only: bool
    variables: tuple[str, ...] = ()

    def check(self, resource: str, lookup: Lookup) -> Maybe:
        """Return whether the element matches an ARN, or `*`; None where that is open."""
        if not self.texts:
            return self.absent
        results = any_of(self._one(i, resource, lookup) for i in range(len(self.texts)))
        return negate(results) if self.negated else results

    def _one(self, index: int, resource: str, lookup: Lookup) -> Maybe:
        text, template = self.texts[index], self.templates[index]
        if text == EVERYTHING:
            return True
        if self.star_only:
            return False
        if template.malformed:
            return None
        if not template.keys:
            return _against(_arn_glob(text), resource) if "${" not in text else self._resolved(template, resource, lookup)
        return self._resolved(template, resource, lookup)

    def _resolved(self, template: Template, resource: str, lookup: Lookup) -> Maybe:
        resolved = resolve(template, lookup, is_multi_valued)
        if resolved is None or isinstance(resolved, Missing):
            return None if resolved is None else False
        strict = _against(arn_pattern(resolved.pieces, wild_service=False), resource)
        if strict or resolved.loose is None:
            return strict
        loose = _against(arn_pattern(resolved.loose, wild_service=False), resource)
        return None if loose is not False else strict


def _against(test: Predicate, resource: str) -> Maybe:
    """Match a pattern with an ARN. With `*`, what an action without resources has, only the pattern `*` surely matches."""
    if resource.startswith("arn:"):
        return test(resource)
    return None if test(EVERYTHING) else False


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A statement that applies somewhere: `source` labels it, `level` is its level of SCPs or RCPs."""

    source: str
    layer: Layer
    level: int
    effect: Effect
    statement: Statement
    resource: ResourceTest = field(repr=False)
    conditions: tuple[ConditionTest, ...] = field(repr=False)
    _names: frozenset[str] = field(repr=False)
    _globs: tuple[Callable[[str], bool], ...] = field(repr=False)

    @property
    def deny(self) -> bool:
        """Whether the statement is a Deny."""
        return self.effect is Effect.DENY

    def names(self, caller: Caller) -> Naming:
        """Return how the statement names the caller; a Deny counts DOUBT as named, an Allow does not."""
        if self.layer not in NAMES_PRINCIPALS:
            return who.DIRECT if self.statement.principals is None else who.DOUBT
        if self.statement.principals is None:
            return who.NOT_NAMED
        if not self.statement.not_principal:
            return who.named(self.statement.principals, caller)
        if not self.deny or self.layer is Layer.RCP:
            return who.DOUBT
        return who.not_spared(self.statement.principals, caller)

    def covers(self, action: str) -> Maybe:
        """Return whether the Action element matches an action, `kms:decrypt` in lower case."""
        if not self.statement.actions:
            return False if self.layer is Layer.KEY_POLICY else None
        return (action in self._names or any(test(action) for test in self._globs)) is not self.statement.not_action


def compile_document(document: Document, layer: Layer, numbers: Iterator[int], level: int = 0) -> list[Rule]:
    """Compile a policy of a layer; `numbers` counts the layer's statements, for those without a Sid."""
    return [_rule(statement, document, layer, next(numbers), level) for statement in document.statements]


def compile_documents(documents: Iterable[Document], layer: Layer, numbers: Iterator[int], level: int = 0) -> list[Rule]:
    """Compile several policies that apply together."""
    return [rule for document in documents for rule in compile_document(document, layer, numbers, level)]


def _rule(statement: Statement, document: Document, layer: Layer, number: int, level: int) -> Rule:
    deny = statement.effect is Effect.DENY
    modern = document.version == MODERN
    sid = statement.sid or f"#{number}"
    actions = [action.lower() for action in statement.actions]
    return Rule(
        source=f"{layer}/{sid}",
        layer=layer,
        level=level,
        effect=statement.effect,
        statement=statement,
        resource=_resource_test(
            statement.resources,
            negated=statement.not_resource,
            # KMS keeps a key-policy statement without Resource, and it does nothing; an IAM policy cannot have one
            absent=False if layer is Layer.KEY_POLICY else None,
            star_only=layer is Layer.SCP and not deny and not statement.not_resource,
            modern=modern,
        ),
        conditions=tuple(
            compile_condition(c, deny=deny, modern=modern, doubtful=_doubtful(c.key, layer)) for c in statement.conditions
        ),
        _names=frozenset(actions),
        _globs=tuple(_action_glob(action) for action in actions if holds_wildcard(action)),
    )


def _doubtful(key: str, layer: Layer) -> bool:
    """Return whether a layer cannot rest on a key: aws:ResourceTag and kms:ResourceAliases in key policies (C4)."""
    return layer is Layer.KEY_POLICY and condition_keys.find(key) is not None and not condition_keys.works_in_key_policy(key)


@lru_cache(maxsize=8192)
def _resource_test(texts: tuple[str, ...], *, negated: bool, absent: Maybe, star_only: bool, modern: bool) -> ResourceTest:
    templates = tuple(parse_template(text, variables=modern, wildcards=True) for text in texts)
    variables = tuple(key for template in templates for key in template.keys)
    return ResourceTest(templates, texts, negated, absent=absent, star_only=star_only, variables=variables)


def holds_wildcard(text: str) -> bool:
    """Return whether a text holds a wildcard."""
    return any(isinstance(piece, Wild) for piece in pieces_of(text))

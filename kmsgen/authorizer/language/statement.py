"""Policy statements compiled: each a rule that tests principal, action, resource and conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from kmsgen.authorizer.language import principal as who
from kmsgen.authorizer.language.comparison import is_multi_valued
from kmsgen.authorizer.language.conditions import UNRELIABLE, ConditionTest, compile_condition
from kmsgen.authorizer.language.open_value import Lookup, OpenValue, Seen, agreed, either_way, worlds
from kmsgen.authorizer.language.principal import Caller, Naming
from kmsgen.authorizer.language.shapes import Shape, covered, covered_by_parts
from kmsgen.authorizer.language.variables import Missing, PolicyText, Variable, parse_policy_text, resolve
from kmsgen.authorizer.language.wildcards import Maybe, Predicate, any_of, glob, negate, pieces_of, resource_pattern
from kmsgen.catalogue.condition_keys import is_for_iam_only
from kmsgen.policy.document import Document, Effect, Statement
from kmsgen.policy.letter_case import folded


class Layer(StrEnum):
    """The kinds of policy in a decision, spelled as reasons spell them."""

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
    return resource_pattern(pieces_of(pattern))


@dataclass(frozen=True, slots=True, eq=False)
class ResourceTest:
    """A Resource or NotResource element compiled. `variables`: the condition keys that it names by `${...}`.

    `unreliable`: those of them that AWS supports in IAM policies only (C4). `absent` is the answer where a statement has no
    Resource.
    """

    parsed: tuple[PolicyText, ...]
    texts: tuple[str, ...]
    negated: bool
    absent: Maybe
    variables: tuple[str, ...] = ()
    unreliable: frozenset[str] = frozenset()

    def check(self, resource: str | Shape, lookup: Lookup) -> Maybe:
        """Whether the element matches an ARN, `*`, or every ARN of a shape; None where that is open."""
        if not self.texts:
            return self.absent
        if not self.variables:
            return self._check(resource, lookup)
        keys = self.seen(lookup)
        found = worlds(keys) if any(isinstance(value, OpenValue) for value in keys.values()) else (keys,)
        return None if found is None else agreed(self._check(resource, world.__getitem__) for world in found)

    def seen(self, lookup: Lookup) -> dict[str, Seen]:
        """Return what the condition keys that its policy variables name hold; unreliable ones may be absent too."""
        keys = {key: lookup(key) for key in self.variables}
        return {key: either_way(keys[key], UNRELIABLE) if key in self.unreliable else keys[key] for key in keys}

    def _check(self, resource: str | Shape, lookup: Lookup) -> Maybe:
        results = any_of(self._one(i, resource, lookup) for i in range(len(self.texts)))
        return negate(results) if self.negated else results

    def _one(self, index: int, resource: str | Shape, lookup: Lookup) -> Maybe:
        text, written = self.texts[index], self.parsed[index]
        if text == EVERYTHING:
            return True
        if written.malformed:
            return None
        if written.early:
            return self._early(written, resource)
        if not isinstance(resource, str):
            return self._covered(written, resource, lookup)
        if not written.keys:
            return _against(_arn_glob(text), resource) if "${" not in text else self._resolved(written, resource, lookup)
        return self._resolved(written, resource, lookup)

    def _early(self, written: PolicyText, resource: str | Shape) -> Maybe:
        """Match a text with a policy variable before the fifth colon: no AWS page says what that does, so a match is open."""
        loose = tuple(one for piece in written.pieces for one in (pieces_of("*") if isinstance(piece, Variable) else (piece,)))
        possible = _against(glob(loose), resource) if isinstance(resource, str) else covered(resource, (loose,))
        return False if possible is False else None

    def _covered(self, written: PolicyText, shape: Shape, lookup: Lookup) -> Maybe:
        """Return whether a text covers every resource of a shape, or none."""
        resolved = resolve(written, lookup, is_multi_valued)
        if resolved is None or isinstance(resolved, Missing):
            return None if resolved is None else False
        if resolved.sure and covered_by_parts(shape, resolved.pieces):
            return True
        return False if covered(shape, (resolved.loose,)) is False else None

    def _resolved(self, written: PolicyText, resource: str, lookup: Lookup) -> Maybe:
        resolved = resolve(written, lookup, is_multi_valued)
        if resolved is None or isinstance(resolved, Missing):
            return None if resolved is None else False
        strict = _against(resource_pattern(resolved.pieces), resource) if resolved.sure else False
        if strict or resolved.loose == resolved.pieces:
            return strict
        loose = _against(resource_pattern(resolved.loose), resource)
        return None if loose is not False else strict


def _against(test: Predicate, resource: str) -> Maybe:
    """Match an ARN with a pattern. Actions without a resource have `*` for an ARN, and only the pattern `*` surely matches it."""
    if resource.startswith("arn:"):
        return test(resource)
    return False if test(EVERYTHING) is False else None


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A policy statement compiled. `source` labels it (`key-policy/Sid`); `level` is its SCP or RCP level, root is 0."""

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
        """Tell how the statement names the caller. DOUBT counts as named in a Deny, and not in an Allow."""
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
    """Compile a policy of one layer to its rules; `numbers` counts the layer's statements, labels for those without a Sid."""
    return [_rule(statement, document, layer, next(numbers), level) for statement in document.statements]


def compile_documents(documents: Iterable[Document], layer: Layer, numbers: Iterator[int], level: int = 0) -> list[Rule]:
    """Compile several policies that apply together."""
    return [rule for document in documents for rule in compile_document(document, layer, numbers, level)]


def _rule(statement: Statement, document: Document, layer: Layer, number: int, level: int) -> Rule:
    deny = statement.effect is Effect.DENY
    modern = document.version == MODERN
    sid = statement.sid or f"#{number}"
    actions = [folded(action) for action in statement.actions]
    return Rule(
        source=f"{layer}/{sid}",
        layer=layer,
        level=level,
        effect=statement.effect,
        statement=statement,
        resource=_resource_test(statement.resources, layer, negated=statement.not_resource, modern=modern),
        conditions=tuple(
            compile_condition(c, deny=deny, modern=modern, key_policy=layer is Layer.KEY_POLICY) for c in statement.conditions
        ),
        _names=frozenset(actions),
        _globs=tuple(_action_glob(action) for action in actions if holds_wildcard(action)),
    )


@lru_cache(maxsize=8192)
def _resource_test(texts: tuple[str, ...], layer: Layer, *, negated: bool, modern: bool) -> ResourceTest:
    key_policy = layer is Layer.KEY_POLICY
    parsed = tuple(parse_policy_text(text, variables=modern, wildcards=True) for text in texts)
    variables = tuple(dict.fromkeys(key for written in parsed for key in written.keys))
    unreliable = frozenset(filter(is_for_iam_only, variables)) if key_policy else frozenset()
    # KMS keeps a key-policy statement without Resource, and it does nothing; an IAM policy cannot have one
    return ResourceTest(parsed, texts, negated, absent=False if key_policy else None, variables=variables, unreliable=unreliable)


def holds_wildcard(text: str) -> bool:
    """Return whether a text holds a wildcard."""
    return "*" in text or "?" in text

"""The tests of statements and grants as the search sees them: which condition keys each reads, and what it wants of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from kmsgen.authorizer.context.lookup import View
from kmsgen.authorizer.evaluation.grants import GrantRule
from kmsgen.authorizer.language.conditions import ConditionTest
from kmsgen.authorizer.language.statement import ResourceTest
from kmsgen.authorizer.language.wildcards import Maybe
from kmsgen.policy.grant import Pairs
from kmsgen.policy.operators import OperatorName, split_operator
from kmsgen.prover.search.search import Known, Test, Values
from kmsgen.prover.values.cells import Wanted

CONTEXT = "kms:encryptioncontext:"
CONTEXT_KEYS = "kms:encryptioncontextkeys"
TAG = "aws:requesttag/"
TAG_KEYS = "aws:tagkeys"
FAMILIES = {CONTEXT: CONTEXT_KEYS, TAG: TAG_KEYS}
"""Families of named pairs, and the key that holds their names."""
FAMILY_OF_KEYS = {keys: family for family, keys in FAMILIES.items()}


_NOTHING = OperatorName("", "StringEquals", if_exists=False)
_EQUALS = OperatorName("", "StringEquals", if_exists=False)


def spelled(key: str) -> str:
    """Return the pseudo key that holds how the name of a pair is spelled."""
    return f"name of {key}"


def others(family: str) -> str:
    """Return the pseudo key that holds the names of a family that no policy names as a condition key."""
    return f"others of {family}"


def names_in(known: Known, family: str) -> Values | None:
    """Return every name of a family in a request; None where there is none."""
    head = spelled(family)
    found = [name for key, values in known.items() if key.startswith(head) for name in values or ()]
    found += known.get(others(family)) or ()
    return tuple(found) or None


class Look(Test, Protocol):
    """A test with what cutting needs of it."""

    def reading(self, known: Known) -> Maybe:
        """Whether the test holds, as `holds`; None where AWS leaves that open."""

    @property
    def ties(self) -> Values:
        """The condition keys whose values it puts into what it wants of another."""

    def own(self, key: str) -> bool:
        """Whether the key alone settles the test, but for its ties."""

    def answer(self, values: Values | None, known: Known) -> bool | None:
        """How its own key with these values meets it, open readings left open."""

    def wishes(self, key: str) -> Sequence[Wanted]:
        """Return what it wants of a condition key."""


class Doubts:
    """Whether a reading that AWS leaves open was met; `generous`: it is read so that there is more access, not less."""

    __slots__ = ("generous", "met")

    def __init__(self, *, generous: bool = False) -> None:
        self.generous = generous
        self.met = False

    def settle(self, result: Maybe, *, deny: bool) -> bool:
        """Return what a test of a Deny, or of an Allow, counts as where its result is open."""
        if result is not None:
            return result
        self.met = True
        return deny is not self.generous


class KeyTest:
    """A condition of a statement. `reads` are pseudo keys where the condition is on the names of pairs.

    `aliases` are those of the key in the bundle of the statement: kms:RequestAlias is not seen with another one's.
    """

    __slots__ = ("aliases", "doubts", "reads", "test", "wanted")

    def __init__(
        self, test: ConditionTest, wanted: tuple[Wanted, ...], reads: frozenset[str], doubts: Doubts, aliases: Values = ()
    ) -> None:
        self.test = test
        self.wanted = wanted
        self.reads = reads
        self.doubts = doubts
        self.aliases = aliases

    @property
    def ties(self) -> Values:
        """The policy variables in its values."""
        return self.test.variables

    def own(self, key: str) -> bool:
        """Whether the condition is on this key."""
        family = FAMILY_OF_KEYS.get(self.test.variable)
        return key == (others(family) if family else self.test.variable)

    def wishes(self, key: str) -> Sequence[Wanted]:
        """Return what the condition wants of its key."""
        return self.wanted if self.own(key) else ()

    def reading(self, known: Known) -> Maybe:
        """Whether the condition holds; None where that is open."""
        return self.test.check(self._values(known), known.get)

    def holds(self, known: Known) -> bool:
        """Whether the condition holds; open readings as the authorizer has them."""
        return self.doubts.settle(self.reading(known), deny=self.test.deny)

    def possible(self, known: Known) -> bool:  # noqa: ARG002 - as of Test
        """Whether the condition can still hold: its one key is not known yet."""
        return True

    def answer(self, values: Values | None, known: Known) -> bool | None:
        """How the condition meets given values, open readings left open."""
        return self.test.check(self._seen(values), known.get)

    def _seen(self, values: Values | None) -> Values | None:
        elsewhere = self.aliases and values and self.test.variable == "kms:requestalias" and values[0] not in self.aliases
        return None if elsewhere else values

    def _values(self, known: Known) -> Values | None:
        family = FAMILY_OF_KEYS.get(self.test.variable)
        if family:
            return names_in(known, family)
        return self._seen(known.get(self.test.variable))


class ResourceLook:
    """A Resource element with policy variables."""

    __slots__ = ("deny", "doubts", "reads", "resource", "test")

    def __init__(self, test: ResourceTest, resource: str, doubts: Doubts, *, deny: bool) -> None:
        self.test = test
        self.resource = resource
        self.doubts = doubts
        self.deny = deny
        self.reads = frozenset(test.variables)

    @property
    def ties(self) -> Values:
        """Nothing that it puts into what it wants of another key."""
        return ()

    def own(self, key: str) -> bool:  # noqa: ARG002 - as of Look
        """Whether one key settles it: the resource is fixed, so each value has to be tried."""
        return False

    def answer(self, values: Values | None, known: Known) -> bool | None:  # noqa: ARG002 - as of Look
        """Tell nothing of a single key."""
        return None

    def wishes(self, key: str) -> Sequence[Wanted]:
        """Return each part of the resource that a variable could stand for."""
        if key not in self.reads:
            return ()
        parts = [part for colon in self.resource.split(":") for part in (colon, *colon.split("/"))]
        return (Wanted(_EQUALS, tuple(dict.fromkeys(parts)), variables=False),)

    def reading(self, known: Known) -> Maybe:
        """Whether the element matches the resource; None where that is open."""
        return self.test.check(self.resource, known.get)

    def holds(self, known: Known) -> bool:
        """Whether the element matches the resource; open readings as the authorizer has them."""
        return self.doubts.settle(self.reading(known), deny=self.deny)

    def possible(self, known: Known) -> bool:  # noqa: ARG002 - as of Test
        """Whether it can still match."""
        return True


MakeView = Callable[[Known], View]
"""Builds the view of a request from what is known, as the authorizer sees it."""


class GrantTest:
    """The constraints of a grant. `pairs` are what its encryption context constraint names."""

    __slots__ = ("pairs", "reads", "rule", "view")

    def __init__(self, rule: GrantRule, view: MakeView, reads: frozenset[str], pairs: Pairs = ()) -> None:
        self.rule = rule
        self.view = view
        self.reads = reads
        self.pairs = pairs

    @property
    def ties(self) -> Values:
        """Nothing that it puts into what it wants of another key."""
        return ()

    def own(self, key: str) -> bool:  # noqa: ARG002 - as of Look
        """Whether one key settles it: a constraint reads several."""
        return False

    def answer(self, values: Values | None, known: Known) -> bool | None:  # noqa: ARG002 - as of Look
        """Tell nothing of a single key."""
        return None

    def wishes(self, key: str) -> Sequence[Wanted]:
        """Return what the constraint wants of the encryption context, or of the grant to create."""
        constants = [value for name, value in self.pairs if key == f"{CONTEXT}{name.lower()}"]
        if key in ("aws:sourcearn", "kms:grantconstraintsourcearn") and self.rule.grant.constraints.source_arn:
            constants.append(self.rule.grant.constraints.source_arn)
        if key == "kms:grantoperations":
            constants += self.rule.grant.operations
        return [Wanted(_EQUALS, (constant,), variables=False) for constant in constants]

    def reading(self, known: Known) -> Maybe:
        """Whether the authorizer's own tests of the grant all pass: nothing about them is open."""
        return self.holds(known)

    def holds(self, known: Known) -> bool:
        """Whether the authorizer's own tests of the grant all pass."""
        return all(element.matched for element in self.rule.tests(self.view(known)))

    def possible(self, known: Known) -> bool:
        """Whether the constraint passes when everything not known yet is as the grant wants it.

        A constraint asks each pair for itself, so nothing else could do better.
        """
        best: dict[str, Values | None] = {}
        for name, value in self.pairs:
            key = f"{CONTEXT}{name.lower()}"
            best |= {key: (value,), spelled(key): (name,)}
        source = self.rule.grant.constraints.source_arn
        if source:
            best |= {"aws:sourcearn": (source,), "kms:grantconstraintsourcearn": (source,)}
        if "kms:grantoperations" in self.reads:
            equals = self.rule.grant.constraints.encryption_context_equals is not None
            best["kms:grantoperations"] = self.rule.grant.operations
            best["kms:grantconstrainttype"] = ("EncryptionContextEquals" if equals else "EncryptionContextSubset",)
        return self.holds({**best, **known})


def key_test(test: ConditionTest, pairs: Mapping[str, Values], doubts: Doubts, aliases: Values = ()) -> KeyTest:
    """Return a condition as a test of the search; one on the names of pairs reads every pair."""
    operator = split_operator(test.condition.operator) or _NOTHING
    values = test.condition.values
    # whether `${*}` is an escape depends on the version of the policy: both readings give candidates, the authorizer decides
    readings = (True, False) if any("${" in value for value in values) else (False,)
    wanted = tuple(Wanted(operator, values, variables) for variables in readings)
    family = FAMILY_OF_KEYS.get(test.variable)
    reads = {test.variable, *test.variables} if family is None else {*pair_keys(pairs, family), others(family), *test.variables}
    return KeyTest(test, wanted, frozenset(reads), doubts, aliases)


def pair_keys(pairs: Mapping[str, Values], family: str) -> Iterator[str]:
    """Yield the key of each pair of a family, and the pseudo key of its spelling."""
    for key in pairs:
        if key.startswith(family):
            yield from (key, spelled(key))

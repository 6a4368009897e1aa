"""Principals that no policy names: all of one kind in one account are asked about at once, their names left open.

A policy sees of such a principal its ARN, of a user the name, of a federated user the id. All follow from what stands after
`:role/`, `:user/` or `:federated-user/`, so that is one variable, cut by the tests of all of them.
Source: IAM User Guide, reference_identifiers; GetFederationToken (API reference).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from kmsgen.prover.problem import Assignment, OutsideError
from kmsgen.prover.requests.constraints import KeyTest
from kmsgen.prover.requests.parts.parts import PartQuestion
from kmsgen.prover.values.cells import every, find
from kmsgen.prover.values.domains import Domain
from kmsgen.prover.values.partition import Count
from kmsgen.prover.values.patterns import IN_NAME, IN_NAME_STAR, NAME, STAR, Pattern, PatternStep, after, literal, run_of
from kmsgen.prover.values.value_tests import Bits, ComparisonKind, ValueTest
from kmsgen.prover.values.wanted import Wanted

PRINCIPAL_ARN, USER_NAME, USER_ID = "aws:principalarn", "aws:username", "aws:userid"


class StandIn(NamedTuple):
    """A principal that stands for all of its kind in its account whom no policy names.

    `head` is its ARN up to the name, `names` what can follow, `id_head` what precedes a federated user's name in aws:userid.
    `asked` are patterns of ARNs that a question asks about, and whether they must match.
    """

    arn: str
    head: str
    names: Domain
    is_user: bool = False
    id_head: str | None = None
    asked: tuple[tuple[Pattern, bool], ...] = ()

    @property
    def is_federated(self) -> bool:
        """Whether it stands for federated users."""
        return self.id_head is not None

    @property
    def keys(self) -> tuple[str, ...]:
        """The condition keys that hang on the name."""
        return (
            PRINCIPAL_ARN,
            *((USER_NAME,) if self.is_user else ()),
            *((USER_ID,) if self.id_head is not None else ()),
        )


class CallerPart(NamedTuple):
    """The name of a stand-in."""

    stand_in: StandIn

    @property
    def rank(self) -> int:
        """Decided first: policy variables can put its values into what other keys are compared with."""
        return 0

    def solutions(self, asked: PartQuestion) -> Iterator[Assignment]:
        """Names of the stand-in with which the literals come out as wanted; nothing only if none does. Raises OutsideError."""
        tied = asked.ties.keys & set(self.stand_in.keys)
        if tied - {USER_NAME}:
            raise OutsideError("the ARN or the id of a principal is compared with a policy variable")
        wanted = [
            *self._wanted(asked),
            *(_asked(pattern, self.stand_in.head, truth=truth) for pattern, truth in self.stand_in.asked),
        ]
        if not tied:
            name = find(self.stand_in.names, wanted, asked.tick, also=(self.stand_in.arn.removeprefix(self.stand_in.head),))
            yield from () if name is None else [self._named(name)]
            return
        for name in self._tied_names(asked):
            found = find(self.stand_in.names, [*wanted, _is_called(name)], asked.tick)
            if found is not None and asked.met(self._named(found)):
                yield self._named(found)

    def _tied_names(self, asked: PartQuestion) -> Iterator[str]:
        told = asked.told(USER_NAME)
        domain = self.stand_in.names._replace(shapes=(NAME_ONLY,), taken=frozenset())
        return every(domain, told.tests, told.following, told.named, asked.tick)

    def _wanted(self, asked: PartQuestion) -> Iterator[Wanted]:
        heads = {PRINCIPAL_ARN: self.stand_in.head, USER_ID: self.stand_in.id_head, USER_NAME: None}
        for key in self.stand_in.keys:
            for look, truth in asked.on(key):
                test = (
                    _of_name(look, heads[key])
                    if not look.variables
                    else _about_name(look.value(asked.decided.values.get), heads[key])
                )
                yield Wanted(test, look.accept(truth=truth))

    def _named(self, name: str) -> Assignment:
        arn = f"{self.stand_in.head}{name}"
        values = {PRINCIPAL_ARN: (arn,)}
        if self.stand_in.is_user:
            values[USER_NAME] = (name.rpartition("/")[2],)
        if self.stand_in.id_head is not None:
            values[USER_ID] = (f"{self.stand_in.id_head}{name}",)
        return Assignment(values, principal=arn)


NAME_ONLY = run_of((NAME,))


@lru_cache(maxsize=8192)
def _of_name(look: KeyTest, head: str | None) -> ValueTest:
    """Test of a name by a condition without variables: the same object for the same condition."""
    return _about_name(look.value(lambda _key: None), head)


def _about_name(test: ValueTest, head: str | None) -> ValueTest:
    """Test of a principal's name from one of its key: it stands behind `head` there, or, without one, is the last of the path."""
    return last_of_path(test) if head is None else behind(test, head)


def behind(test: ValueTest, head: str) -> ValueTest:
    """Return a test of what stands behind a fixed beginning of a value."""
    return test._replace(
        answer=lambda rest: test.answer(head + rest),
        constants=tuple(text.removeprefix(head) for text in test.constants if text.startswith(head)),
        samples=tuple((text.removeprefix(head), (head, written)) for text, written in test.samples if text.startswith(head)),
        patterns=tuple(after(pattern, head) for pattern in test.patterns),
        alternatives=frozenset((head, written) for written in test.alternatives),
    )


_LAST = "/"
"""Marks what is said of the last name of a path: it is another text than the whole."""


def last_of_path(test: ValueTest) -> ValueTest:
    """Return a test of a path and a name of which only the name counts: what stands behind the last slash."""
    size = len(test.patterns)
    alone = [_within_name(pattern) for pattern in test.patterns]
    below = [Pattern([STAR, PatternStep("/"), *pattern.steps]) for pattern in alone]

    def reading(bits: Bits) -> bool | None:
        return test.reading(tuple(one or other for one, other in zip(bits[:size], bits[size:], strict=True)))

    return test._replace(
        answer=lambda rest: test.answer(rest.rpartition("/")[2]),
        patterns=(*alone, *below),
        reading=reading,
        plain=False,
        samples=tuple((text, (_LAST, written)) for text, written in test.samples),
        alternatives=frozenset((_LAST, written) for written in test.alternatives),
    )


def _within_name(pattern: object) -> Pattern:
    if not isinstance(pattern, Pattern):
        raise OutsideError("the name of a user is compared in more than one way")
    if any(step.characters and "/" in step.characters for step in pattern.steps):
        return _NOTHING
    return Pattern([_NARROW.get(step, step) for step in pattern.steps])


_NOTHING = Pattern([PatternStep("")])
_NARROW = {PatternStep(None): IN_NAME, STAR: IN_NAME_STAR}


@lru_cache(maxsize=8192)
def _asked(pattern: Pattern, head: str, *, truth: bool) -> Wanted:
    test = ValueTest(pattern.matches, ComparisonKind.TEXT, (), (pattern,), lambda bits: bits[0], any_of=True)
    return Wanted(behind(test, head), frozenset((truth,)))


def _is_called(name: str) -> Wanted:
    test = ValueTest(name.__eq__, ComparisonKind.TEXT, (name,), (literal(name),), lambda bits: bits[0], any_of=True)
    return Wanted(last_of_path(test), frozenset((True,)))


def narrowed(stand_in: StandIn, asked: Sequence[tuple[Pattern, bool]], tick: Count) -> StandIn | None:
    """Stand-in for those of its principals whose ARNs each pattern matches, or does not; None only if there are none such."""
    every = (*stand_in.asked, *asked)
    wanted = [_asked(pattern, stand_in.head, truth=truth) for pattern, truth in every]
    name = find(stand_in.names, wanted, tick, also=(stand_in.arn.removeprefix(stand_in.head),))
    return None if name is None else stand_in._replace(arn=f"{stand_in.head}{name}", asked=every)

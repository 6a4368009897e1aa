"""Condition keys that policy variables tie together, and what each has to be told apart by for the sake of the others.

`x = ${y}` makes every constant of x matter to y. Variables are decided before what is compared with them. When y is decided, its
values are told apart by the patterns of every key that a chain of ties leads to; through `x = before${y}after` a pattern of x is
asked about what may follow `before`, whatever comes then. Each value decided before is a constant to all keys tied to it, so that
of each cell as many different values are tried as there are keys. This is complete where the ties form no circle with text
around a variable; every other combination raises OutsideError.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from kmsgen.authorizer.language.variables import Variable
from kmsgen.authorizer.language.wildcards import Wild
from kmsgen.policy.letter_case import loosely_folded
from kmsgen.prover.problem import Assignment, OutsideError, Values
from kmsgen.prover.requests.constraints import KeyTest, Look
from kmsgen.prover.requests.tied_texts import Pieces, Tie, depths_of, ties_of
from kmsgen.prover.values.patterns import STAR, Automaton, Pattern, PatternStep, after, in_any_case, literal, nearly
from kmsgen.prover.values.value_tests import AN_ARN, ComparisonKind, ValueTest, steps_of


class Told(NamedTuple):
    """What tells the values of a tied key apart: texts to try each, tests of it, and what follows it in other keys."""

    named: Values
    tests: tuple[ValueTest, ...]
    following: tuple[Automaton, ...]


_HOLDS_WILDCARD = Pattern([STAR, PatternStep("*?"), STAR])


def _apart(pattern: Pattern) -> ValueTest:
    """Return what tells texts apart and asks nothing of them."""
    return ValueTest(lambda _text: None, ComparisonKind.TEXT, (), (pattern,))


class Ties:
    """The ties of one component of keys, with the tests of each key that name no variable."""

    def __init__(self, looks: Sequence[Look]) -> None:
        self.looks = tuple(looks)
        self.ties = tuple(ties_of(looks))
        self._own = tuple(look for look in looks if isinstance(look, KeyTest))

    @property
    def keys(self) -> frozenset[str]:
        """Every key that is tied to another."""
        compared = (tie.key for tie in self.ties if tie.key)
        return frozenset([*compared, *(key for tie in self.ties for key in tie.variables)])

    @cached_property
    def depths(self) -> Mapping[str, int]:
        """How many variables have to be decided before each key; in a circle of bare variables any may be the first."""
        return depths_of(self.ties)

    def told(self, key: str, decided: Assignment) -> Told:
        """Return what tells the values of a key apart, when these others are decided. Raises OutsideError."""
        found = _TieFollower(self, decided)
        found.follow(_TiePath(key))
        named = dict.fromkeys([*found.named, *self._substrings(key, decided)])
        tests = list(found.tests)
        if any(tie.fold for tie in self.ties):
            tests += [_apart(pattern(text)) for text in named for pattern in (in_any_case, nearly)]
        if any(tie.wild and key in tie.variables for tie in self.ties):
            named["*"] = None
            tests.append(_apart(_HOLDS_WILDCARD))
        if any(tie.arn for tie in self.ties):
            tests.append(_apart(AN_ARN))
        return Told(tuple(named), tuple(tests), tuple(found.following))

    def tests_on(self, key: str, decided: Assignment) -> Iterator[ValueTest]:
        """Yield what the tests of a key tell apart in one value, each with those of its texts whose variables are decided."""
        for look in self._own:
            if look.key == key:
                told = look.without(frozenset(name for name in look.variables if name not in decided.values))
                if told is not None:
                    yield told.value(decided.values.get)

    def variables_on(self, key: str, decided: Assignment) -> frozenset[str]:
        """Return the variables in tests of a key that are not decided."""
        return frozenset(name for look in self._own if look.key == key for name in look.variables if name not in decided.values)

    def _substrings(self, key: str, decided: Assignment) -> Iterator[str]:
        """Yield what the key has to be for a text around it to become a decided text."""
        for tie in self.ties:
            if key not in tie.variables:
                continue
            texts = (tie.text,) if tie.key is None else decided.values.get(tie.key) or ()
            for text in texts:
                yield from _inner(tie, key, text, decided)


def _inner(tie: Tie, key: str, text: str, decided: Assignment) -> Iterator[str]:
    at = next(i for i, piece in enumerate(tie.pieces) if isinstance(piece, Variable) and piece.key == key)
    head = _fixed(tie.pieces[:at], decided)
    tail = _fixed(tie.pieces[at + 1 :], decided)
    same = loosely_folded if tie.fold else str
    starts = range(len(text) + 1) if head is None else [len(head)] if same(text).startswith(same(head)) else []
    for start in starts:
        if tail is None:
            yield from (text[start:end] for end in range(start, len(text) + 1))
        elif same(text).endswith(same(tail)) and len(text) - len(tail) >= start:
            yield text[start : len(text) - len(tail)]


def _fixed(pieces: Sequence[str | Wild | Variable], decided: Assignment) -> str | None:
    """Return the text that pieces are; None where a wildcard or an undecided variable leaves it open."""
    texts = []
    for piece in pieces:
        if isinstance(piece, Wild) or (isinstance(piece, Variable) and piece.key not in decided.values):
            return None
        values = decided.values[piece.key] if isinstance(piece, Variable) else (str(piece),)
        default = piece.default if isinstance(piece, Variable) else None
        texts.append(values[0] if values else default or "")
    return "".join(texts)


def _default_of(piece: str | Wild | Variable, decided: Assignment) -> str | Wild | Variable:
    """Return what stands in the place of an undecided variable that is absent; the piece itself where it has no default."""
    if isinstance(piece, Variable) and piece.key not in decided.values and piece.default is not None:
        return piece.default
    return piece


class _TiePath(NamedTuple):
    """How far along the ties: the key that was reached, what stands before the text that is told apart in it, the ties passed.

    `bare`: nothing stands before or after; `fold`: somewhere on the way the case is ignored.
    """

    key: str
    before: str = ""
    bare: bool = True
    fold: bool = False
    path: frozenset[int] = frozenset()


class _TieFollower:
    """Collects what tells the values of one key apart, along the ties."""

    def __init__(self, ties: Ties, decided: Assignment) -> None:
        self._ties = ties
        self._decided = decided
        self._met: dict[str, _TiePath] = {}
        self.named: list[str] = []
        self.tests: list[ValueTest] = []
        self.following: list[Automaton] = []

    def follow(self, way: _TiePath) -> None:
        """Take in what the key of a way is compared with, and follow the ties from it."""
        if way.key in self._decided.values:
            self.named += self._decided.values[way.key] or () if way.bare else ()
            return
        met = self._met.get(way.key)
        if met is not None and (met.before, met.bare) == (way.before, way.bare):
            return
        if met is not None:
            raise OutsideError(f"policy variables tie {way.key} in a circle with text around one of them")
        self._met[way.key] = way
        for test in self._ties.tests_on(way.key, self._decided):
            self._take(test, way)
        for number, tie in enumerate(self._ties.ties):
            if number not in way.path and not all(name in self._decided.values for name in tie.variables):
                self._through(tie, way._replace(path=way.path | {number}, fold=way.fold or tie.fold))

    def _take(self, test: ValueTest, way: _TiePath) -> None:
        if way.fold and not test.plain:
            raise OutsideError("a key compared without its case with a policy variable is compared with patterns too")
        if way.bare:
            self.named += test.constants
            self.tests.append(test)
            return
        if test.family is not ComparisonKind.TEXT:
            raise OutsideError("a key compared with text around a policy variable is compared by order too")
        self.following += [after(pattern, way.before) for pattern in test.patterns]

    def _through(self, tie: Tie, way: _TiePath) -> None:
        if way.key in tie.variables and tie.key is not None:
            self._up(tie, tie.key, way)
        if way.key == tie.key:
            self._take_default(tie, way)
        if way.key == tie.key and tie.is_bare:
            self.follow(way._replace(key=tie.variables[0]))
        elif way.key == tie.key:
            self.following += [after(pattern, way.before) for pattern in self._embedded(tie, way)]

    def _take_default(self, tie: Tie, way: _TiePath) -> None:
        """Take in what the key is compared with where variables that are decided later are absent."""
        text = _fixed([_default_of(piece, self._decided) for piece in tie.pieces], self._decided)
        if text is None:
            return
        if way.fold and not way.bare:
            raise OutsideError(f"{way.key} is compared without its case with text around a policy variable")
        self.named += [text] if way.bare else []
        self.following += [] if way.bare else [after(literal(text), way.before)]

    def _up(self, tie: Tie, compared: str, way: _TiePath) -> None:
        """Go from a variable to the key that is compared with it."""
        if tie.is_bare:
            self.follow(way._replace(key=compared))
            return
        if compared in self._decided.values:
            return  # what the variable has to be then are parts of the decided text
        at = next(i for i, piece in enumerate(tie.pieces) if isinstance(piece, Variable) and piece.key == way.key)
        head = _fixed(tie.pieces[:at], self._decided)
        if head is None or way.fold or tie.variables.count(way.key) > 1:
            raise OutsideError(f"{compared} is compared with a text of which more is open than {way.key}")
        self.follow(way._replace(key=compared, before=head + way.before, bare=False))

    def _embedded(self, tie: Tie, way: _TiePath) -> Iterator[Pattern]:
        """Yield the patterns of a variable that is decided later, within the text around it."""
        (name, *others) = dict.fromkeys(name for name in tie.variables if name not in self._decided.values)
        elsewhere = any(name in (one.key, *one.variables) for one in self._ties.ties if one is not tie)
        if others or elsewhere or way.fold or tie.variables.count(name) > 1:
            raise OutsideError(f"{way.key} is compared with text around a policy variable that is tied to others")
        at = next(i for i, piece in enumerate(tie.pieces) if isinstance(piece, Variable) and piece.key == name)
        head, tail = (steps_of(self._filled(pieces)) for pieces in (tie.pieces[:at], tie.pieces[at + 1 :]))
        yield Pattern([*head, STAR, *tail])
        for test in self._ties.tests_on(name, self._decided):
            for pattern in test.patterns:
                if test.family is not ComparisonKind.TEXT or not isinstance(pattern, Pattern):
                    raise OutsideError(f"{name} stands within a text and is compared otherwise than by patterns")
                yield Pattern([*head, *pattern.steps, *tail])

    def _filled(self, pieces: Pieces) -> Iterator[str | Wild]:
        """Yield pieces with the values of decided variables."""
        for piece in pieces:
            yield _fixed((piece,), self._decided) or "" if isinstance(piece, Variable) else piece

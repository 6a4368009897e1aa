"""Texts with policy variables: which condition keys they tie together, and in which order these are decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from kmsgen.authorizer.language.operators import OPERATORS
from kmsgen.authorizer.language.variables import Variable, parse_policy_text
from kmsgen.authorizer.language.wildcards import Wild
from kmsgen.policy.operators import split_operator
from kmsgen.prover.problem import Values
from kmsgen.prover.requests.constraints import KeyTest, Look, ResourceLook

Pieces = tuple[str | Wild | Variable, ...]


class Tie(NamedTuple):
    """A text with variables that a key, or the resource of a request, is compared with.

    `key` is the key compared, None for the resource; `text` the resource; `fold`: the case is ignored; `wild`: a wildcard in the
    value of a variable may count (P5); `arn`: only what is an ARN compares.
    """

    key: str | None
    pieces: Pieces
    text: str = ""
    fold: bool = False
    wild: bool = False
    arn: bool = False

    @property
    def variables(self) -> Values:
        """The condition keys in the text."""
        return tuple(piece.key for piece in self.pieces if isinstance(piece, Variable))

    @property
    def is_bare(self) -> bool:
        """Whether the text is one variable and nothing else."""
        return len(self.pieces) == 1


def ties_of(looks: Iterable[Look]) -> Iterator[Tie]:
    """Yield each text with policy variables that some tests compare a key, or the resource, with."""
    for look in looks:
        if isinstance(look, ResourceLook):
            for text in look.test.parsed:
                if text.keys:
                    yield Tie(None, text.pieces, look.resource, wild=True)
        elif isinstance(look, KeyTest) and look.variables:
            yield from _of_condition(look)


def _of_condition(look: KeyTest) -> Iterator[Tie]:
    name = split_operator(look.test.condition.operator)
    if name is None:
        return
    wild, fold = OPERATORS[name.base].wildcards, name.base.endswith("IgnoreCase")
    for value in look.test.condition.values:
        text = parse_policy_text(value, variables=look.test.modern, wildcards=wild)
        if text.keys:
            yield Tie(look.key, text.pieces, fold=fold, wild=wild, arn=name.base.startswith("Arn"))


def depths_of(ties: Sequence[Tie]) -> Mapping[str, int]:
    """Return how many variables have to be decided before each key; in a circle of bare variables any may be the first."""
    depths: dict[str, int] = {}

    def depth(key: str, path: frozenset[str]) -> int:
        if key in path:
            return 0
        if key not in depths or path:
            before = [name for tie in ties for name in _before(tie, key)]
            found = max((1 + depth(name, path | {key}) for name in before), default=0)
            if path:
                return found
            depths[key] = found
        return depths[key]

    for key in dict.fromkeys(key for tie in ties for key in (tie.key, *tie.variables) if key):
        depth(key, frozenset())
    return depths


def _before(tie: Tie, key: str) -> Iterator[str]:
    """Yield what is decided before a key: the variables that it is compared with, those that stand before it in a text."""
    if tie.key == key:
        yield from tie.variables
    elif key in tie.variables:
        yield from tie.variables[: tie.variables.index(key)]

"""Patterns of texts as automata over characters: `*` and `?`, the parts of an ARN, and domains such as names of roles.

A state of an automaton is a set of positions, held in one integer; patterns side by side are one automaton.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from kmsgen.policy import letter_case

LETTERS = "xyzabcdefghijklmnopqrstuvwXYZABCDEFGHIJKLMNOPQRSTUVW"
DIGITS = "9876543210"
NAME = LETTERS + DIGITS + "-_+=,.@"
PATH = NAME + "/:"
_FIRST_OTHER = 0xA1


class PatternStep(NamedTuple):
    """One position of a pattern: the characters it takes (None: any), or with `negated` all but these; `loop` repeats it."""

    characters: str | None
    loop: bool = False
    negated: bool = False

    @property
    def is_fixed(self) -> bool:
        """Whether it takes one character, once."""
        return self.characters is not None and len(self.characters) == 1 and not self.loop and not self.negated


ANY = PatternStep(None)
STAR = PatternStep(None, loop=True)
IN_PART = PatternStep(":", negated=True)
IN_PART_STAR = PatternStep(":", loop=True, negated=True)
IN_NAME = PatternStep("/", negated=True)
IN_NAME_STAR = PatternStep("/", loop=True, negated=True)


class Automaton:
    """Patterns side by side. A state is a set of positions as bits, those of each pattern in a range of their own.

    The bit after a pattern's last position means that it matched the whole text: `accepting` has that bit of each, `ends` are
    their places. A state with a bit of `forever` matches that bit's pattern whatever follows.
    """

    # of many patterns states are long: what there is of each pattern is the place of a bit, never a state of its own
    __slots__ = ("accepting", "ends", "first", "forever", "literal", "loops", "refused", "size", "start", "unnamed", "wide")

    def __init__(self, patterns: "Iterable[Automaton]" = ()) -> None:
        self.literal: dict[str, int] = {}
        self.refused: dict[str, int] = {}
        self.first: dict[int, int] = {}  # of the place of each loop over everything, the first place of its pattern
        self.ends: tuple[int, ...] = ()
        self.unnamed = self.loops = self.wide = self.start = self.size = self.accepting = self.forever = 0
        ends: list[int] = []
        for pattern in patterns:
            ends += [end + self.size for end in pattern.ends]
            self._add(pattern, self.size)
        self.ends = tuple(ends)

    def _add(self, other: "Automaton", at: int) -> None:
        for own, others in ((self.literal, other.literal), (self.refused, other.refused)):
            for character, bits in others.items():
                own[character] = own.get(character, 0) | bits << at
        self.first.update({place + at: first + at for place, first in other.first.items()})
        self.accepting |= other.accepting << at
        self.forever |= other.forever << at
        self.unnamed |= other.unnamed << at
        self.loops |= other.loops << at
        self.wide |= other.wide << at
        self.start |= other.start << at
        self.size += other.size

    def _settle(self, state: int) -> int:
        """Add what loops may skip, and drop what lies before a loop over everything: it can do no more than that."""
        skipped = (state & self.loops) << 1
        while skipped & ~state:
            state |= skipped
            skipped = (state & self.loops) << 1
        wide = state & self.wide
        while wide:
            bit = wide & -wide
            state &= ~(bit - (1 << self.first[bit.bit_length() - 1]))
            wide ^= bit
        return state

    def after(self, state: int, character: str) -> int:
        """Return the state after one more character; 0 when nothing can match any more."""
        takes = (self.unnamed & ~self.refused.get(character, 0)) | self.literal.get(character, 0)
        taken = state & takes
        return self._settle(((taken & ~self.loops) << 1) | (taken & self.loops)) if taken else 0

    def run(self, text: str, state: int | None = None) -> int:
        """Return the state after a whole text."""
        state = self.start if state is None else state
        for character in text:
            state = self.after(state, character)
            if not state:
                return 0
        return state

    def matched(self, state: int) -> frozenset[int]:
        """Return the numbers of the patterns that a text matches which ends in a state."""
        return frozenset(map(self._number_of, _bits(state & self.accepting)))

    def _number_of(self, bit: int) -> int:
        return bisect_left(self.ends, bit.bit_length() - 1)

    def span(self, first: int, last: int) -> int:
        """Return the bits of the patterns from one number up to another, without that."""
        begin = self.ends[first - 1] + 1 if first else 0
        return (1 << self.ends[last - 1] + 1) - (1 << begin) if first < last else 0

    def told_apart(self, state: int) -> set[str]:
        """Return the characters that matter at a state."""
        known = {character for character, bits in self.literal.items() if bits & state}
        return known.union(character for character, bits in self.refused.items() if bits & state) if self.refused else known


class Pattern(Automaton):
    """One pattern: an automaton of steps."""

    __slots__ = ("accept", "steps")

    def __init__(self, steps: Sequence[PatternStep]) -> None:
        super().__init__()
        self.steps = tuple(_without_double_stars(steps))
        for position, step in enumerate(self.steps):
            self._place(1 << position, step)
        self.size = len(self.steps) + 1
        self.accept = self.accepting = 1 << len(self.steps)
        self.ends = (len(self.steps),)
        self.forever &= self.accept >> 1
        self.start = self._settle(1)

    def _place(self, bit: int, step: PatternStep) -> None:
        self.loops |= bit if step.loop else 0
        if step.characters is None or step.negated:
            self.unnamed |= bit
            if step.loop and step.characters is None:
                self.forever |= bit
                if bit > 1:
                    self.wide |= bit
                    self.first[bit.bit_length() - 1] = 0
            for character in step.characters or "":
                self.refused[character] = self.refused.get(character, 0) | bit
            return
        for character in step.characters:
            self.literal[character] = self.literal.get(character, 0) | bit

    @property
    def text(self) -> str | None:
        """The one text that a pattern without wildcards matches; None where it matches several."""
        single = [step.characters for step in self.steps if step.characters and step.is_fixed]
        return "".join(single) if len(single) == len(self.steps) else None

    def matches(self, text: str) -> bool:
        """Return whether the pattern takes the whole text."""
        return bool(self.run(text) & self.accept)

    def only_after(self, state: int) -> str:
        """Return the one character that can follow; an empty text where there are several, or none."""
        at = state.bit_length() - 1
        if state != 1 << at or at == len(self.steps):
            return ""
        step = self.steps[at]
        return step.characters if step.characters and step.is_fixed else ""

    def fresh(self, state: int, known: set[str]) -> Iterator[str]:
        """Yield, for each position of a state, one character that it takes and that is not known, and each fixed one."""
        state &= self.accept - 1
        while state:
            step = self.steps[(state & -state).bit_length() - 1]
            state &= state - 1
            if step.characters is not None and len(step.characters) == 1 and not step.negated:
                yield step.characters
                continue
            other = next((character for character in _characters(step) if character not in known), None)
            if other is not None:
                yield other


def _bits(state: int) -> Iterator[int]:
    while state:
        yield state & -state
        state &= state - 1


def _characters(step: PatternStep) -> Iterator[str]:
    if step.characters is not None and not step.negated:
        yield from step.characters
        return
    yield from (character for character in NAME + " /:" if character not in (step.characters or ""))
    yield from (chr(code) for code in range(_FIRST_OTHER, _FIRST_OTHER + 0x4000))


def _without_double_stars(steps: Iterable[PatternStep]) -> Iterator[PatternStep]:
    last = None
    for step in steps:
        if not (step == last and step.loop):
            yield step
        last = step


def literal(text: str) -> Pattern:
    """Return the pattern that matches exactly this text."""
    return Pattern([PatternStep(character) for character in text])


def in_any_case(text: str) -> Pattern:
    """Return the pattern of the texts that are this one but for their case."""
    return Pattern([PatternStep(letter_case.spellings(character)) for character in text])


def nearly(text: str) -> Pattern:
    """Return the pattern of the texts that may be this one but for their case, whatever AWS does beyond ASCII (P15)."""
    return Pattern([PatternStep(letter_case.near(character)) for character in text])


@lru_cache(maxsize=4096)
def glob(text: str) -> Pattern:
    """Return the pattern of a text in which `*` stands for any run and `?` for one character."""
    return Pattern([_wildcard(character) for character in text])


def arn_glob(text: str) -> Pattern:
    """Return the pattern of an ARN whose first five parts are matched one by one: `*` does not cross a colon there."""
    return Pattern(arn_steps([_wildcard(character) if character in "*?" else character for character in text]))


def arn_steps(parts: Iterable[str | PatternStep]) -> list[PatternStep]:
    """Return the steps of an ARN pattern given as literal texts and wildcards."""
    steps: list[PatternStep] = []
    colons = 0
    for part in parts:
        if isinstance(part, PatternStep):
            steps.append(part if colons >= 5 else _NARROW[part])
            continue
        steps += map(PatternStep, part)
        colons += part.count(":")
    return steps


_NARROW = {ANY: IN_PART, STAR: IN_PART_STAR}


def _wildcard(character: str) -> PatternStep:
    return STAR if character == "*" else ANY if character == "?" else PatternStep(character)


def run_of(*pieces: str | tuple[str, int] | tuple[str]) -> Pattern:
    """Return the pattern of a domain: texts as they are, `(characters, n)` n (0: any number), `(characters,)` one or more."""
    steps: list[PatternStep] = []
    for piece in pieces:
        if isinstance(piece, str):
            steps += [PatternStep(character) for character in piece]
        elif len(piece) == 2:
            steps += [PatternStep(piece[0])] * piece[1] or [PatternStep(piece[0], loop=True)]
        else:
            steps += [PatternStep(piece[0]), PatternStep(piece[0], loop=True)]
    return Pattern(steps)


def after(pattern: Automaton, prefix: str) -> Automaton:
    """Return the automaton of what may follow a prefix: it takes a text if the pattern takes both together."""
    rest = Automaton((pattern,))
    rest.start = pattern.run(prefix)
    return rest


ANYTHING = Pattern([STAR])

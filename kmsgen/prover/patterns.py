"""Cut all texts into the classes that a set of patterns tells apart, each with a short witness.

Every pattern is an automaton over characters whose state is a set of positions, held in one integer. The product of the
automata is walked breadth first from the empty text, so the first text that reaches a combination of answers is a
shortest one, and a combination that is never reached is empty. Characters that no pattern tells apart at a state are
tried once. The walk is bounded by a budget of states.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

LETTERS = "xyzabcdefghijklmnopqrstuvwXYZABCDEFGHIJKLMNOPQRSTUVW"
DIGITS = "9876543210"
NAME = LETTERS + DIGITS + "-_+=,.@"
PATH = NAME + "/:"
_FIRST_OTHER = 0xA1


class PatternBudgetError(Exception):
    """The patterns tell more classes apart than the budget of states allows to visit."""


class Step(NamedTuple):
    """One position of a pattern: the characters it takes (None: any), or with `negated` all but these; `loop` repeats it."""

    characters: str | None
    loop: bool = False
    negated: bool = False


ANY = Step(None)
STAR = Step(None, loop=True)
IN_PART = Step(":", negated=True)
IN_PART_STAR = Step(":", loop=True, negated=True)


class Pattern:
    """A pattern as an automaton. A state is a set of positions as bits; bit `size` means that the whole text matched."""

    __slots__ = ("_any", "_closing", "_literal", "_loops", "_not", "accept", "start", "steps", "wide")

    def __init__(self, steps: Sequence[Step], *, ignore_case: bool = False) -> None:
        self.steps = tuple(_without_double_stars(steps))
        self._literal: dict[str, int] = {}
        self._not: dict[str, int] = {}
        self._any = self._loops = self.wide = 0
        for position, step in enumerate(self.steps):
            self._place(1 << position, step, ignore_case=ignore_case)
        self.accept = 1 << len(self.steps)
        self.start = self._settle(1)

    def _place(self, bit: int, step: Step, *, ignore_case: bool) -> None:
        self._loops |= bit if step.loop else 0
        if step.characters is None or step.negated:
            self._any |= bit
            self.wide |= bit if step.loop and step.characters is None else 0
            for character in step.characters or "":
                self._not[character] = self._not.get(character, 0) | bit
            return
        for character in _variants(step.characters) if ignore_case else step.characters:
            self._literal[character] = self._literal.get(character, 0) | bit

    def _settle(self, state: int) -> int:
        """Add what loops may skip, and drop what lies before the last loop over everything: it can do no more than that."""
        skipped = (state & self._loops) << 1
        while skipped & ~state:
            state |= skipped
            skipped = (state & self._loops) << 1
        wide = state & self.wide
        return state & -(1 << (wide.bit_length() - 1)) if wide else state

    def after(self, state: int, character: str) -> int:
        """Return the state after one more character; 0 when nothing can match any more."""
        takes = (self._any & ~self._not.get(character, 0)) | self._literal.get(character, 0)
        taken = state & takes
        return self._settle(((taken & ~self._loops) << 1) | (taken & self._loops)) if taken else 0

    @property
    def text(self) -> str | None:
        """The one text that a pattern without wildcards matches; None where it matches several."""
        single = [step.characters for step in self.steps if step.characters and len(step.characters) == 1 and not step.negated]
        return "".join(single) if len(single) == len(self.steps) and not self._loops else None

    def run(self, text: str, state: int | None = None) -> int:
        """Return the state after a whole text."""
        state = self.start if state is None else state
        for character in text:
            state = self.after(state, character)
            if not state:
                return 0
        return state

    def matches(self, text: str) -> bool:
        """Return whether the pattern takes the whole text."""
        return bool(self.run(text) & self.accept)

    def told_apart(self, state: int) -> Iterator[str]:
        """Yield the characters that matter at a state."""
        for table in (self._literal, self._not):
            for character, bits in table.items():
                if bits & state:
                    yield character

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


def _characters(step: Step) -> Iterator[str]:
    if step.characters is not None and not step.negated:
        yield from step.characters
        return
    yield from (character for character in NAME + " /:" if character not in (step.characters or ""))
    yield from (chr(code) for code in range(_FIRST_OTHER, _FIRST_OTHER + 0x4000))


def _variants(characters: str) -> Iterator[str]:
    for character in characters:
        yield from {character, character.lower()[:1], character.upper()[:1]}


def _without_double_stars(steps: Iterable[Step]) -> Iterator[Step]:
    last = None
    for step in steps:
        if not (step == last and step.loop):
            yield step
        last = step


def literal(text: str, *, ignore_case: bool = False) -> Pattern:
    """Return the pattern that matches exactly this text."""
    return Pattern([Step(character) for character in text], ignore_case=ignore_case)


def glob(text: str, *, ignore_case: bool = False) -> Pattern:
    """Return the pattern of a text in which `*` stands for any run and `?` for one character."""
    return Pattern([_wildcard(character) for character in text], ignore_case=ignore_case)


def arn_glob(text: str) -> Pattern:
    """Return the pattern of an ARN whose first five parts are matched one by one: `*` does not cross a colon there."""
    return Pattern(arn_steps([_wildcard(character) if character in "*?" else character for character in text]))


def arn_steps(parts: Iterable[str | Step]) -> list[Step]:
    """Return the steps of an ARN pattern given as literal texts and wildcards."""
    steps: list[Step] = []
    colons = 0
    for part in parts:
        if isinstance(part, Step):
            steps.append(part if colons >= 5 else _NARROW[part])
            continue
        steps += map(Step, part)
        colons += part.count(":")
    return steps


_NARROW = {ANY: IN_PART, STAR: IN_PART_STAR}


def _wildcard(character: str) -> Step:
    return STAR if character == "*" else ANY if character == "?" else Step(character)


def run_of(*pieces: str | tuple[str, int] | tuple[str]) -> Pattern:
    """Return the pattern of a domain: texts as they are, `(characters, n)` n (0: any number), `(characters,)` one or more."""
    steps: list[Step] = []
    for piece in pieces:
        if isinstance(piece, str):
            steps += [Step(character) for character in piece]
        elif len(piece) == 2:
            steps += [Step(piece[0])] * piece[1] or [Step(piece[0], loop=True)]
        else:
            steps += [Step(piece[0]), Step(piece[0], loop=True)]
    return Pattern(steps)


ANYTHING = Pattern([STAR])


class Class(NamedTuple):
    """The texts of one combination of answers: which patterns match (by index), and one text of the class."""

    text: str
    matched: frozenset[int]


@dataclass(slots=True)
class Cut:
    """What is to be told apart: patterns within a domain, after a fixed start; texts in `taken` are no witnesses.

    `nicer` texts are preferred as witnesses where they fall into the class. `budget` bounds the states visited.
    """

    patterns: Sequence[Pattern]
    domain: Pattern = ANYTHING
    prefix: str = ""
    nicer: Sequence[str] = ()
    taken: frozenset[str] = frozenset()
    budget: int = 20_000
    _found: dict[tuple[bool, ...], str] = field(default_factory=dict)

    def classes(self) -> list[Class]:
        """Return every non-empty class with a witness, shortest first; the witnesses are whole texts, prefix included.

        Raises PatternBudgetError when the product has more states than the budget.
        """
        found = self._walk(self.patterns)
        if any(text in self.taken for text in found.values()):
            found = self._apart_from_taken(found)
        self._prefer(found)
        return [Class(text, frozenset(i for i, yes in enumerate(answers) if yes)) for answers, text in found.items()]

    def _prefer(self, found: dict[tuple[bool, ...], str]) -> None:
        """Put nicer texts of the same classes in the place of the shortest ones; the first of several wins."""
        starts = [pattern.run(self.prefix) for pattern in self.patterns]
        cut = len(self.prefix)
        waiting = set(found)
        for text in self.nicer:
            if not waiting:
                return
            if not text.startswith(self.prefix) or text in self.taken or not self.domain.matches(text):
                continue
            rest = text[cut:]
            ends = [pattern.run(rest, at) if at else 0 for pattern, at in zip(self.patterns, starts, strict=True)]
            answers = tuple(bool(end & pattern.accept) for pattern, end in zip(self.patterns, ends, strict=True))
            if answers in waiting:
                waiting.discard(answers)
                found[answers] = text

    def _apart_from_taken(self, found: dict[tuple[bool, ...], str]) -> dict[tuple[bool, ...], str]:
        """Find other witnesses for the classes whose shortest text is taken; a class of taken texts alone is left out."""
        count = len(self.patterns)
        exact = self._walk([*self.patterns, *map(literal, sorted(self.taken))])
        others = {key[:count]: text for key, text in exact.items() if not any(key[count:])}
        return {key: others[key] for key in found if key in others}

    def _walk(self, patterns: Sequence[Pattern]) -> dict[tuple[bool, ...], str]:
        machines = [self.domain, *patterns]
        start = tuple(machine.run(self.prefix) for machine in machines)
        found: dict[tuple[bool, ...], str] = {}
        seen = {start}
        queue = [(start, self.prefix)]
        for state, text in queue:
            if state[0] & self.domain.accept:
                answers = tuple(bool(s & m.accept) for m, s in zip(patterns, state[1:], strict=True))
                found.setdefault(answers, text)
            for character in self._alphabet(machines, state):
                after = tuple([m.after(s, character) if s else 0 for m, s in zip(machines, state, strict=True)])
                if after[0] and after not in seen:
                    if len(seen) >= self.budget:
                        raise PatternBudgetError
                    seen.add(after)
                    queue.append((after, text + character))
        return found

    def _alphabet(self, machines: Sequence[Pattern], state: tuple[int, ...]) -> list[str]:
        known: set[str] = set()
        for machine, at in zip(machines[1:], state[1:], strict=True):
            if at:
                known.update(machine.told_apart(at))
        return [*dict.fromkeys([*self.domain.fresh(state[0], known), *sorted(known)])]

"""Walk the texts that patterns tell apart: a shortest text of each kind, or the proof that there is none.

The product of the patterns' automaton and of the domain's is walked breadth first from the empty text. Texts that lead to the
same state are told apart by nothing that may follow, and characters that no pattern tells apart at a state are tried once, so a
state that is never reached has no text.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from kmsgen.prover.problem import OutsideError
from kmsgen.prover.values.patterns import ANYTHING, Automaton, Pattern, literal

Count = Callable[[], None]
"""Counts one step; raises what ends the walk."""


def walk(domain: Pattern, together: Automaton, doomed: Callable[[int], bool], count: Count) -> Iterator[tuple[str, int]]:
    """Yield a text of the domain and its state in `together`, for every state that a text of the domain can end in.

    Shortest texts come first. `doomed` states are not entered: nothing that is wanted can follow them.
    """
    start = (domain.start, together.start)
    if doomed(together.start):
        return
    seen = {start}
    queue = [(start, "")]
    for (inside, state), text in queue:
        count()
        if inside & domain.accept:
            yield text, state
        for character in _alphabet(domain, together, inside, state):
            within = domain.after(inside, character)
            after = (within, together.after(state, character) if state else 0)
            if within and after not in seen and not doomed(after[1]):
                seen.add(after)
                queue.append((after, text + character))


def _alphabet(domain: Pattern, together: Automaton, inside: int, state: int) -> list[str]:
    only = domain.only_after(inside)
    if only:
        return [only]
    known = together.told_apart(state)
    return list(dict.fromkeys([*domain.fresh(inside, known), *sorted(known)]))


class Class(NamedTuple):
    """The texts of one combination of answers: which patterns match (by index), and one text of the class."""

    text: str
    matched: frozenset[int]


def _uncounted() -> None:
    """Count nothing."""


class Cut(NamedTuple):
    """What is to be told apart: patterns within a domain; texts in `taken` are no witnesses.

    `nicer` texts are preferred as witnesses where they fall into the class. `limit` bounds the states visited; `tick` counts.
    """

    patterns: Sequence[Pattern]
    domain: Pattern = ANYTHING
    nicer: Sequence[str] = ()
    taken: frozenset[str] = frozenset()
    limit: int = 20_000
    tick: Count = _uncounted

    def classes(self) -> list[Class]:
        """Classes of the domain's texts: every one that holds a text which is not `taken`, with such a text, shortest first.

        Raises OutsideError when the product has more states than the limit, and what `tick` raises.
        """
        together = Automaton(self.patterns)
        found = self._walk(together)
        if any(text in self.taken for text in found.values()):
            found = self._apart_from_taken(found, together)
        self._prefer(found, together)
        return [Class(text, together.matched(answers)) for answers, text in found.items()]

    def _prefer(self, found: dict[int, str], together: Automaton) -> None:
        """Put nicer texts of the same classes in the place of the shortest ones; the first of several wins."""
        waiting = set(found)
        for text in self.nicer:
            if not waiting:
                return
            if text in self.taken or not self.domain.matches(text):
                continue
            answers = together.run(text) & together.accepting
            if answers in waiting:
                waiting.discard(answers)
                found[answers] = text

    def _apart_from_taken(self, found: dict[int, str], together: Automaton) -> dict[int, str]:
        """Find other witnesses for the classes whose shortest text is taken; a class of taken texts alone is left out."""
        exact = self._walk(Automaton([*self.patterns, *map(literal, sorted(self.taken))]))
        others = {key: text for key, text in reversed(exact.items()) if not key >> together.size}
        return {key: others[key] for key in found if key in others}

    def _walk(self, together: Automaton) -> dict[int, str]:
        """Return a text of each combination of patterns that match, told by the bits of `together.accepting`."""
        visited = 0

        def count() -> None:
            nonlocal visited
            visited += 1
            self.tick()
            if visited > self.limit:
                raise OutsideError("the patterns of principals tell more of them apart than are tried")

        found: dict[int, str] = {}
        for text, state in walk(self.domain, together, lambda _state: False, count):
            found.setdefault(state & together.accepting, text)
        return found

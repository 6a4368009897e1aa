"""Cut all texts into the classes that a set of patterns tells apart, each with a short witness.

The product of the patterns' automaton and of the domain's is walked breadth first from the empty text, so the first text that
reaches a combination of answers is a shortest one, and a combination that is never reached is empty. Characters that no
pattern tells apart at a state are tried once. The walk is bounded by a budget of states.
"""

from collections.abc import Sequence
from typing import NamedTuple

from kmsgen.prover.values.patterns import ANYTHING, Automaton, Pattern, literal


class PatternBudgetError(Exception):
    """The patterns tell more classes apart than the budget of states allows to visit."""


class Class(NamedTuple):
    """The texts of one combination of answers: which patterns match (by index), and one text of the class."""

    text: str
    matched: frozenset[int]


class Cut(NamedTuple):
    """What is to be told apart: patterns within a domain, after a fixed start; texts in `taken` are no witnesses.

    `nicer` texts are preferred as witnesses where they fall into the class. `budget` bounds the states visited.
    """

    patterns: Sequence[Pattern]
    domain: Pattern = ANYTHING
    prefix: str = ""
    nicer: Sequence[str] = ()
    taken: frozenset[str] = frozenset()
    budget: int = 20_000

    def classes(self) -> list[Class]:
        """Return every non-empty class with a witness, shortest first; the witnesses are whole texts, prefix included.

        Raises PatternBudgetError when the product has more states than the budget.
        """
        together = Automaton(self.patterns)
        found = self._walk(together)
        if any(text in self.taken for text in found.values()):
            found = self._apart_from_taken(found)
        self._prefer(found, together)
        return [Class(text, frozenset(i for i, yes in enumerate(answers) if yes)) for answers, text in found.items()]

    def _prefer(self, found: dict[tuple[bool, ...], str], together: Automaton) -> None:
        """Put nicer texts of the same classes in the place of the shortest ones; the first of several wins."""
        start = together.run(self.prefix)
        cut = len(self.prefix)
        waiting = set(found)
        for text in self.nicer:
            if not waiting:
                return
            if not text.startswith(self.prefix) or text in self.taken or not self.domain.matches(text):
                continue
            answers = together.answers(together.run(text[cut:], start) if start else 0)
            if answers in waiting:
                waiting.discard(answers)
                found[answers] = text

    def _apart_from_taken(self, found: dict[tuple[bool, ...], str]) -> dict[tuple[bool, ...], str]:
        """Find other witnesses for the classes whose shortest text is taken; a class of taken texts alone is left out."""
        count = len(self.patterns)
        exact = self._walk(Automaton([*self.patterns, *map(literal, sorted(self.taken))]))
        others = {key[:count]: text for key, text in exact.items() if not any(key[count:])}
        return {key: others[key] for key in found if key in others}

    def _walk(self, together: Automaton) -> dict[tuple[bool, ...], str]:
        start = (self.domain.run(self.prefix), together.run(self.prefix))
        found: dict[tuple[bool, ...], str] = {}
        seen = {start}
        queue = [(start, self.prefix)]
        for start, text in queue:
            inside, state, text = self._ahead(together, *start, text)  # noqa: PLW2901
            if inside & self.domain.accept:
                found.setdefault(together.answers(state), text)
            for character in self._alphabet(together, inside, state):
                within = self.domain.after(inside, character)
                if not within:
                    continue
                after = (within, together.after(state, character) if state else 0)
                if after not in seen:
                    if len(seen) >= self.budget:
                        raise PatternBudgetError
                    seen.add(after)
                    queue.append((after, text + character))
        return found

    def _ahead(self, together: Automaton, inside: int, state: int, text: str) -> tuple[int, int, str]:
        """Go on as long as the domain leaves no choice."""
        while character := self.domain.only_after(inside):
            inside = self.domain.after(inside, character)
            state = together.after(state, character) if state else 0
            text += character
        return inside, state, text

    def _alphabet(self, together: Automaton, inside: int, state: int) -> list[str]:
        known = together.told_apart(state)
        return list(dict.fromkeys([*self.domain.fresh(inside, known), *sorted(known)]))

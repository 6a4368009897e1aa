"""Terms of the SMT solver: formulas, texts, numbers and regular languages, and the solver itself.

What is certain stays a plain bool, and a text that is known stays a str, so that nothing is asked of the solver that needs none.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from kmsgen.prover.problem import OutsideError

Term = Any
"""A term of the solver."""
Solver = Any
"""The solver with what was told to it."""
Formula = Any
"""A bool, or a term of the solver that is true or false."""
Text = Any
"""A str, or a term of the solver that is a text."""
Number = Any
"""An int, or a term of the solver that is a whole number."""
Language = Any
"""A term of the solver that is a regular language."""

HIGHEST = "\U0002ffff"
"""The last character that SMT-LIB has. Those above are like others that no policy names."""
Of = ParamSpec("Of")


def once(make: Callable[Concatenate[Terms, Of], Language]) -> Callable[Concatenate[Terms, Of], Language]:
    """Build a language once for the same terms."""

    @wraps(make)
    def built(terms: Terms, /, *args: Of.args, **keywords: Of.kwargs) -> Language:
        key = (make, args, tuple(keywords.items()))
        found = terms.made.get(key)
        if found is None:
            found = terms.made[key] = make(terms, *args, **keywords)
        return found

    return built


class Terms:
    """Builds terms. `made` are languages that were built before."""

    def __init__(self) -> None:
        self._cvc5 = importlib.import_module("cvc5")
        self.kinds = self._cvc5.Kind
        self.manager = self._cvc5.TermManager()
        self._rewriter: Solver = None
        self._fresh = 0
        self.made: dict[object, Language] = {}

    def solver(self, options: dict[str, str]) -> Solver:
        """Return a solver of texts, numbers and regular languages."""
        solver = self._cvc5.Solver(self.manager)
        solver.setLogic("QF_SLIRA")
        for name, value in options.items():
            solver.setOption(name, value)
        return solver

    def _term(self, kind: str, *terms: Term) -> Term:
        return self.manager.mkTerm(getattr(self.kinds, kind), *terms)

    # --- formulas ---------------------------------------------------------------------------------------------------------

    def every(self, formulas: Iterable[Formula]) -> Formula:
        """Say that all hold."""
        return self._join("AND", formulas, neutral=True)

    def some(self, formulas: Iterable[Formula]) -> Formula:
        """Say that one holds."""
        return self._join("OR", formulas, neutral=False)

    def _join(self, kind: str, formulas: Iterable[Formula], *, neutral: bool) -> Formula:
        left = []
        for one in formulas:
            if one is (not neutral):
                return one
            if one is not neutral:
                left.append(one)
        if not left:
            return neutral
        return left[0] if len(left) == 1 else self._term(kind, *left)

    def negate(self, formula: Formula) -> Formula:
        """Say that it does not hold."""
        return (not formula) if isinstance(formula, bool) else formula.notTerm()

    def same(self, one: Formula, other: Formula) -> Formula:
        """Say that both hold or neither."""
        if isinstance(one, bool):
            return other if one else self.negate(other)
        if isinstance(other, bool):
            return one if other else self.negate(one)
        return self._term("EQUAL", one, other)

    def flag(self, name: str) -> Formula:
        """Return a formula of which nothing is known."""
        return self.manager.mkConst(self.manager.getBooleanSort(), self._name(name))

    def asserted(self, formula: Formula) -> Term:
        """Return a formula as a term."""
        return self.manager.mkBoolean(formula) if isinstance(formula, bool) else formula

    def _name(self, name: str) -> str:
        self._fresh += 1
        return f"{name} #{self._fresh}"

    # --- texts ------------------------------------------------------------------------------------------------------------

    def text(self, name: str) -> Text:
        """Return a text of which nothing is known."""
        return self.manager.mkConst(self.manager.getStringSort(), self._name(name))

    def written(self, text: Text) -> Term:
        """Return a text as a term. Raises OutsideError for characters that the solver does not have."""
        if not isinstance(text, str):
            return text
        if any(character > HIGHEST or "\ud800" <= character <= "\udfff" for character in text):
            raise OutsideError("a character that the solver does not have")
        return self.manager.mkString(text)

    def joined(self, parts: Iterable[Text]) -> Text:
        """Return texts one behind the other."""
        runs: list[Text] = []
        for part in parts:
            if isinstance(part, str) and runs and isinstance(runs[-1], str):
                runs[-1] += part
            elif not (isinstance(part, str) and not part):
                runs.append(part)
        if len(runs) > 1:
            return self._term("STRING_CONCAT", *map(self.written, runs))
        return runs[0] if runs else ""

    def choice(self, formula: Formula, one: Text, other: Text) -> Text:
        """Return one text where a formula holds, else the other."""
        if isinstance(formula, bool):
            return one if formula else other
        return self._term("ITE", formula, self.written(one), self.written(other))

    def equal(self, one: Text, other: Text) -> Formula:
        """Say that two texts are the same."""
        if isinstance(one, str) and isinstance(other, str):
            return one == other
        return True if one is other else self._term("EQUAL", self.written(one), self.written(other))

    def is_one_of(self, text: Text, texts: Iterable[Text]) -> Formula:
        """Say that a text is one of some."""
        return self.some(self.equal(text, one) for one in texts)

    def starts(self, text: Text, head: Text) -> Formula:
        """Say that a text starts with another."""
        return self._settled("STRING_PREFIX", head, text)

    def ends(self, text: Text, tail: Text) -> Formula:
        """Say that a text ends with another."""
        return self._settled("STRING_SUFFIX", tail, text)

    def lower(self, text: Text) -> Text:
        """Return a text of ASCII in lower case; other characters stay as they are."""
        return text.lower() if isinstance(text, str) and text.isascii() else self._term("STRING_TO_LOWER", self.written(text))

    def _settled(self, kind: str, *texts: Text) -> Formula:
        term = self._term(kind, *map(self.written, texts))
        return self._simple(term) if all(isinstance(text, str) for text in texts) else term

    def _simple(self, term: Term) -> Formula:
        """Return what the solver's own rewriting makes of a formula without variables."""
        self._rewriter = self._rewriter or self.solver({})
        simple = self._rewriter.simplify(term)
        return simple.getBooleanValue() if simple.isBooleanValue() else simple

    # --- numbers ----------------------------------------------------------------------------------------------------------

    def length(self, text: Text) -> Number:
        """Return how many characters a text has."""
        return len(text) if isinstance(text, str) else self._term("STRING_LENGTH", text)

    def counted(self, number: Number) -> Term:
        """Return a number as a term."""
        return self.manager.mkInteger(str(number)) if isinstance(number, int) else number

    def sum(self, numbers: Iterable[Number]) -> Number:
        """Return the sum of numbers."""
        numbers = list(numbers)
        known = sum(number for number in numbers if isinstance(number, int))
        others = [number for number in numbers if not isinstance(number, int)]
        if not others:
            return known
        terms = [*others, *([self.counted(known)] if known else [])]
        return terms[0] if len(terms) == 1 else self._term("ADD", *terms)

    def less(self, one: Number, other: Number) -> Number:
        """Return what is left of a number."""
        return one - other if isinstance(one, int) and isinstance(other, int) else self._of_two("SUB", one, other)

    def quantity(self, name: str, *, whole: bool = False) -> Number:
        """Return a number of which nothing is known."""
        sort = self.manager.getIntegerSort() if whole else self.manager.getRealSort()
        return self.manager.mkConst(sort, self._name(name))

    def compared(self, number: Number, constant: Decimal | int) -> tuple[Formula, Formula]:
        """Say that a number is less than a constant, and that it is the same."""
        if number.getSort().isInteger():
            floor = int(Decimal(constant).to_integral_value(rounding="ROUND_FLOOR"))
            if floor != constant:
                return self._term("LEQ", number, self.manager.mkInteger(str(floor))), False
            whole = self.manager.mkInteger(str(floor))
            return self._term("LT", number, whole), self._term("EQUAL", number, whole)
        real = self.manager.mkReal(str(Fraction(constant)))
        return self._term("LT", number, real), self._term("EQUAL", number, real)

    def at_most(self, one: Number, other: Number) -> Formula:
        """Say that a number is not greater than another."""
        return one <= other if isinstance(one, int) and isinstance(other, int) else self._of_two("LEQ", one, other)

    def as_many(self, one: Number, other: Number) -> Formula:
        """Say that two numbers are the same."""
        return one == other if isinstance(one, int) and isinstance(other, int) else self._of_two("EQUAL", one, other)

    def _of_two(self, kind: str, one: Number, other: Number) -> Term:
        return self._term(kind, self.counted(one), self.counted(other))

    def part(self, text: Text, start: Number, length: Number) -> Text:
        """Return the part of a text from a place on; nothing where it has none."""
        return self._term("STRING_SUBSTR", self.written(text), self.counted(start), self.counted(length))

    def find(self, text: Text, part: Text, start: Number) -> Number:
        """Return the first place from a place on at which a text holds another; -1 where there is none."""
        return self._term("STRING_INDEXOF", self.written(text), self.written(part), self.counted(start))

    # --- languages --------------------------------------------------------------------------------------------------------

    def inside(self, text: Text, language: Language) -> Formula:
        """Say that a text is in a language."""
        term = self._term("STRING_IN_REGEXP", self.written(text), language)
        return self._simple(term) if isinstance(text, str) else term

    def exactly(self, text: str) -> Language:
        """Return the language of one text."""
        return self._term("STRING_TO_REGEXP", self.written(text))

    def sequence(self, languages: Sequence[Language]) -> Language:
        """Return the texts that are made of one of each, in their order."""
        if len(languages) > 1:
            return self._term("REGEXP_CONCAT", *languages)
        return languages[0] if languages else self.exactly("")

    def either(self, languages: Iterable[Language]) -> Language:
        """Return the texts of all of them."""
        listed = list(dict.fromkeys(languages))
        if len(listed) > 1:
            return self._term("REGEXP_UNION", *listed)
        return listed[0] if listed else self._term("REGEXP_NONE")

    def repeated(self, language: Language) -> Language:
        """Return any number of texts of a language, one behind the other."""
        return self._term("REGEXP_STAR", language)

    def up_to(self, language: Language, times: int) -> Language:
        """Return one text of a language up to so many of them."""
        found = language
        for _ in range(times - 1):
            found = self.sequence([language, self.perhaps(found)])
        return found

    def perhaps(self, language: Language) -> Language:
        """Return the texts of a language and the empty one."""
        return self._term("REGEXP_OPT", language)

    def complement(self, language: Language) -> Language:
        """Return the texts that are not in a language."""
        return self._term("REGEXP_COMPLEMENT", language)

    def any_character(self) -> Language:
        """Return every text of one character."""
        return self._term("REGEXP_ALLCHAR")

    def anything(self) -> Language:
        """Return every text."""
        return self._term("REGEXP_ALL")

    def characters(self, first: str, last: str) -> Language:
        """Return the characters from one to another."""
        if first == last:
            return self.exactly(first)
        return self._term("REGEXP_RANGE", self.manager.mkString(first), self.manager.mkString(last))

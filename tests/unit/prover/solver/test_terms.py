"""Terms of the solver: what is certain stays plain, and what is not means what its name says."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from kmsgen.prover.problem import OutsideError
from kmsgen.prover.solver.terms import HIGHEST, Formula, Language, Terms

terms = Terms()
YES, NO = True, False


def holds(formula: Formula) -> bool:
    """Return whether a formula without variables holds, as the solver says."""
    solver = terms.solver({})
    solver.assertFormula(terms.asserted(formula))
    return bool(solver.checkSat().isSat())


def known(text: str) -> Any:
    """Return a text as a variable that can be nothing else, with the formula that says so."""
    variable = terms.text("known")
    return variable, terms.equal(variable, text)


CERTAIN: list[tuple[str, Callable[[], object], object]] = [
    ("nothing to hold", lambda: terms.every([]), True),
    ("nothing that holds", lambda: terms.some([]), False),
    ("all certain", lambda: terms.every([True, True]), True),
    ("one that fails", lambda: terms.every([terms.flag("a"), False]), False),
    ("one that holds", lambda: terms.some([terms.flag("a"), True]), True),
    ("not so", lambda: terms.negate(YES), False),
    ("the same of two known", lambda: terms.same(YES, NO), False),
    ("a choice that is made", lambda: terms.choice(NO, "a", "b"), "b"),
    ("texts one behind the other", lambda: terms.joined(["a", "", "b"]), "ab"),
    ("no texts", lambda: terms.joined([]), ""),
    ("two known texts", lambda: terms.equal("a", "b"), False),
    ("one of some", lambda: terms.is_one_of("a", ["b", "a"]), True),
    ("how a known text starts", lambda: terms.starts("abc", "ab"), True),
    ("how it does not end", lambda: terms.ends("abc", "ab"), False),
    ("a known text in lower case", lambda: terms.lower("AbC"), "abc"),
    ("how long it is", lambda: terms.length("abc"), 3),
    ("a sum of known numbers", lambda: terms.sum([1, 2, 3]), 6),
    ("what is left", lambda: terms.less(5, 2), 3),
    ("at most", lambda: terms.at_most(2, 2), True),
    ("as many", lambda: terms.as_many(2, 3), False),
    ("a known text in a language", lambda: terms.inside("aaa", terms.repeated(terms.exactly("a"))), True),
    ("one that is outside", lambda: terms.inside("ab", terms.repeated(terms.exactly("a"))), False),
]


@pytest.mark.parametrize(("note", "made", "wanted"), CERTAIN)
def test_what_is_certain_is_no_term(note: str, made: Callable[[], object], wanted: object) -> None:
    """The solver is asked nothing of which the answer is known."""
    found = made()
    assert (type(found), found) == (type(wanted), wanted), note


VARIABLE = [
    ("it starts so", lambda text: terms.starts(text, "ab"), True),
    ("it does not end so", lambda text: terms.ends(text, "bc"), False),
    ("in lower case", lambda text: terms.equal(terms.lower(text), "abcab"), True),
    ("so long", lambda text: terms.as_many(terms.length(text), 5), True),
    ("longer than that", lambda text: terms.at_most(6, terms.length(text)), False),
    ("with something behind it", lambda text: terms.equal(terms.joined([text, "!"]), "abCab!"), True),
    ("a sum with its length", lambda text: terms.as_many(terms.sum([1, terms.length(text), 2]), 8), True),
    ("what is left of its length", lambda text: terms.as_many(terms.less(terms.length(text), 2), 3), True),
    ("a part of it", lambda text: terms.equal(terms.part(text, 1, 2), "bC"), True),
    ("where a part stands from a place on", lambda text: terms.as_many(terms.find(text, "ab", 1), 3), True),
    ("where none stands", lambda text: terms.as_many(terms.find(text, "ab", 4), -1), True),
    ("a choice that hangs on it", lambda text: terms.equal(terms.choice(terms.starts(text, "a"), "x", "y"), "y"), False),
    ("the same as a formula of it", lambda text: terms.same(terms.starts(text, "a"), terms.ends(text, "a")), False),
    ("the same as one that holds", lambda text: terms.same(YES, terms.starts(text, "a")), True),
    ("the same as one that does not", lambda text: terms.same(terms.starts(text, "b"), NO), True),
]


@pytest.mark.parametrize(("note", "said", "wanted"), VARIABLE)
def test_what_is_said_of_an_open_text_is_so_of_what_it_is(note: str, said: Callable[[Any], Formula], *, wanted: bool) -> None:
    """Of a text that can be only `abCab` the solver says what is so of `abCab`."""
    text, is_known = known("abCab")
    assert holds(terms.every([is_known, said(text)])) is wanted, note
    assert holds(terms.every([is_known, terms.negate(said(text))])) is not wanted, note


A, B = terms.exactly("a"), terms.exactly("b")
LANGUAGES = [
    ("none in a row", terms.sequence([]), [""], ["a"]),
    ("one behind the other", terms.sequence([A, B]), ["ab"], ["a", "ba", ""]),
    ("either", terms.either([A, B, A]), ["a", "b"], ["ab", ""]),
    ("none of them", terms.either([]), [], ["", "a"]),
    ("up to so many", terms.up_to(A, 3), ["a", "aa", "aaa"], ["", "aaaa", "ab"]),
    ("perhaps", terms.perhaps(A), ["", "a"], ["aa"]),
    ("all others", terms.complement(A), ["", "b", "aa"], ["a"]),
    ("one character", terms.any_character(), ["a", "\u20ac", HIGHEST], ["", "ab"]),
    ("anything", terms.anything(), ["", "ab\n\0"], []),
    ("a range", terms.characters("b", "d"), ["b", "c", "d"], ["a", "e", "bb"]),
    ("a range of one", terms.characters("b", "b"), ["b"], ["a"]),
]


@pytest.mark.parametrize(("note", "language", "within", "outside"), LANGUAGES)
def test_a_language_holds_its_texts_and_no_others(note: str, language: Language, within: list[str], outside: list[str]) -> None:
    """Each way to make a language has the texts that its name says."""
    assert [text for text in within if terms.inside(text, language) is not True] == [], note
    assert [text for text in outside if terms.inside(text, language) is not False] == [], note


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("constant", ["7", "6.5", "-0.5"])
def test_a_number_is_less_the_same_or_more(constant: str, *, whole: bool) -> None:
    """Exactly one of the three, and a whole number is never a fraction."""
    number = terms.quantity("number", whole=whole)
    less, same = terms.compared(number, Decimal(constant))
    assert not holds(terms.every([less, same]))
    assert holds(less)
    assert holds(terms.negate(terms.some([less, same])))
    assert holds(same) is (not whole or constant == "7")


@pytest.mark.parametrize("text", ["\U00030000", "\ud800"])
def test_a_character_that_smt_lib_lacks_is_refused(text: str) -> None:
    """It would be read as another text."""
    with pytest.raises(OutsideError, match="does not have"):
        terms.written(text)

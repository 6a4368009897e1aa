"""Accounts to ask about: every named one, and one of each class of others that tests of what follows from an account tell apart.

What follows from it: the account, of an account's root and of federated users aws:userid, the principal's ARN. A policy variable
ties these to other keys, whose tests then tell accounts apart too: as the variable may stand within a text, by what can follow at
each place of a pattern. Ties by which a key holds a piece of such a text, or what a wildcard stands for, raise OutsideError.
Source: IAM User Guide, reference_policies_variables, reference_policies_condition-keys.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import takewhile
from types import MappingProxyType
from typing import NamedTuple

from kmsgen.authorizer.language.operators import OPERATORS, parse_date
from kmsgen.authorizer.language.variables import Variable, parse_policy_text
from kmsgen.authorizer.language.wildcards import Wild
from kmsgen.policy.letter_case import folded
from kmsgen.prover.problem import Meter, OutsideError, Values
from kmsgen.prover.requests.named.vocabulary import Vocabulary
from kmsgen.prover.requests.named.wanted_texts import patterns_of
from kmsgen.prover.values.partition import walk
from kmsgen.prover.values.patterns import DIGITS, STAR, Automaton, Pattern, PatternStep, after, glob, literal, run_of

STRANGER = "999999999999"
_ARN = "aws:principalarn"
_IDS = ("kms:calleraccount", "aws:principalaccount", "aws:userid")
_OF_ACCOUNT = frozenset((*_IDS, _ARN))
_ACCOUNT = run_of((DIGITS, 12))
_TWELVE_DIGITS = re.compile(r"(?=([0-9]{12}))")
_BEHIND_ACCOUNT = {
    _ARN: (":role/", ":user/", ":assumed-role/", ":federated-user/"),
    "aws:userid": (":",),
}
"""What stands between the account in a key's value and a name, and nowhere else in it."""
_OF_ANY_TEXT = ("aws:principaltag/", "aws:sourceidentity", "aws:username")
_BY_ORDER = ("Numeric", "Date")


def accounts(vocabulary: Vocabulary, partition: str, asked: Iterable[str], told: object, meter: Meter) -> Iterator[str]:
    """Accounts to ask about, an account's tests taken all together; `told` is whatever else holds values of keys.

    Raises OutsideError and BudgetError.
    """
    tied = tied_to(_OF_ACCOUNT, vocabulary, _BEHIND_ACCOUNT)
    if not tied.bare and any(_is_by_order(vocabulary, key) for key in tied.keys - _OF_ACCOUNT):
        raise OutsideError("a text that holds an account is compared by order")
    named = [*vocabulary.accounts, *(sorted(_TWELVE_DIGITS.findall(repr(told))) if tied.keys else ())]
    together = Automaton([*map(literal, dict.fromkeys(named)), *_tests(vocabulary, partition, asked, tied)])
    seen: set[int] = set()
    nicer = [*named, STRANGER, *(digit * 12 for digit in "87654321")]
    for text, state in [*((text, together.run(text)) for text in nicer), *_walked(together, meter)]:
        if state not in seen:
            seen.add(state)
            yield text


def _walked(together: Automaton, meter: Meter) -> Iterator[tuple[str, int]]:
    yield from walk(_ACCOUNT, together, lambda _state: False, meter.count)


def _tests(vocabulary: Vocabulary, partition: str, asked: Iterable[str], tied: "Tied") -> Iterator[Automaton]:
    yield from (pattern for key in _IDS for want in vocabulary.wanted_of(key) for pattern in patterns_of(want))
    arns = [pattern for want in vocabulary.wanted_of(_ARN) for pattern in patterns_of(want)]
    arns += map(glob, (*vocabulary.principal_patterns, *(text for text in asked if {"*", "?"} & set(text))))
    yield from (after(pattern, f"arn:{partition}:{service}::") for pattern in arns for service in ("iam", "sts"))
    for key in sorted({*_IDS, *tied.keys}):
        yield from _thresholds(vocabulary, key)
    of_tied = [pattern for key in sorted(tied.keys) for want in vocabulary.wanted_of(key) for pattern in patterns_of(want)]
    of_tied += map(glob, asked) if tied.keys else ()
    yield from (Pattern(pattern.steps[at:]) for pattern in of_tied for at in range(len(pattern.steps)))


# --- comparisons by order -----------------------------------------------------------------------------------------------


def _thresholds(vocabulary: Vocabulary, key: str) -> Iterator[Pattern]:
    """Yield what tells accounts apart that are compared with numbers: as one, or as an instant (seconds since 1970)."""
    for want in vocabulary.wanted_of(key):
        for value in want.values if want.operator.base.startswith(_BY_ORDER) else ():
            for number in parse_date(value):
                yield from _around(number)


def _around(number: Decimal) -> Iterator[Pattern]:
    if not 0 <= number < 10**12:
        return
    floor = int(number)
    for first in {floor + (floor != number), floor + 1}:
        if first < 10**12:
            yield from _below(f"{first:012}")


def _below(bound: str) -> Iterator[Pattern]:
    """Yield patterns of which one matches every account below a bound, and none another: the first digit to differ is less."""
    for at, digit in enumerate(bound):
        less = "".join(one for one in DIGITS if one < digit)
        if less:
            yield Pattern([*map(PatternStep, bound[:at]), PatternStep(less), STAR])


# --- keys that variables tie to an account ------------------------------------------------------------------------------


_Pieces = tuple[str | Wild | Variable, ...]
_NOTHING: Mapping[str, Values] = MappingProxyType({})


class _AccountTie(NamedTuple):
    """A text with variables that a key, or a Resource (None), is compared with; `bare`: one variable, with no wildcards."""

    key: str | None
    variables: frozenset[str]
    bare: bool


class Tied(NamedTuple):
    """Keys whose values can be those of some keys, or hold them, those among them; `bare`: none holds more than one of theirs.

    Without a tie there are none.
    """

    keys: frozenset[str]
    bare: bool


def tied_to(keys: Iterable[str], vocabulary: Vocabulary, behind: Mapping[str, Values] = _NOTHING) -> Tied:
    """Follow the ties from some keys that follow from the caller. Raises OutsideError where another one holds a piece of them.

    `behind`: by key, after what text nothing stands that is asked about; a variable there is no tie.
    """
    own = frozenset(keys)
    ties = list(dict.fromkeys(_ties(vocabulary, behind)))
    reached, size = set(own), 0
    meeting: list[_AccountTie] = []
    while len(reached) > size:
        size = len(reached)
        meeting = [tie for tie in ties if tie.key in reached or tie.variables & reached]
        reached |= {key for tie in meeting for key in (tie.key, *(tie.variables if tie.key in reached else ())) if key}
    for tie in meeting:
        if tie.key in reached and not tie.bare and not all(_is_alone(key, ties, vocabulary) for key in tie.variables - own):
            raise OutsideError("what follows from the caller is compared with a text that holds a policy variable")
    return Tied(frozenset(reached if meeting else ()), all(tie.bare for tie in meeting))


def _is_alone(key: str, ties: list[_AccountTie], vocabulary: Vocabulary) -> bool:
    """Whether a key can hold any text and nothing else is asked of it; where its value is known the account is named."""
    return key.startswith(_OF_ANY_TEXT) and not vocabulary.wanted_of(key) and sum(key in tie.variables for tie in ties) == 1


def _is_by_order(vocabulary: Vocabulary, key: str) -> bool:
    return any(want.operator.base.startswith(_BY_ORDER) for want in vocabulary.wanted_of(key))


def _ties(vocabulary: Vocabulary, behind: Mapping[str, Values]) -> Iterator[_AccountTie]:
    for key, wants in vocabulary.by_key.items():
        for want in wants:
            operator = OPERATORS.get(want.operator.base)
            if operator is not None and operator.variables and want.variables:
                texts = (_pieces(value, wildcards=operator.wildcards) for value in want.values if "${" in value)
                yield from (
                    _tie(key, pieces, wildcards=operator.wildcards)
                    for pieces in texts
                    if not _is_behind(pieces, behind.get(key, ()))
                )
    yield from (_tie(None, _pieces(text, wildcards=True), wildcards=True) for text in vocabulary.resources if "${" in text)


def _pieces(text: str, *, wildcards: bool) -> _Pieces:
    return parse_policy_text(text, variables=True, wildcards=wildcards).pieces


def _is_behind(pieces: _Pieces, marks: Values) -> bool:
    """Return whether every variable stands after one of these texts."""
    before = takewhile(lambda piece: not isinstance(piece, Variable), pieces)
    written = folded("".join(piece if isinstance(piece, str) else "*" for piece in before))
    return any(mark in written for mark in marks)


def _tie(key: str | None, pieces: _Pieces, *, wildcards: bool) -> _AccountTie:
    variables = frozenset(piece.key for piece in pieces if isinstance(piece, Variable))
    return _AccountTie(key, variables, bare=len(pieces) == 1 and not wildcards)

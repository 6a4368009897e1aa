"""Permits that say the same become one."""

from __future__ import annotations

from kmsgen.compiler.permit import Conditions, Permit, canonical, gives_alternatives, without_repetition
from kmsgen.errors import Location
from kmsgen.policy.document import Condition, Principal

APP = Principal("AWS", "arn:aws:iam::111122223333:role/app")
A, B = Condition("StringEquals", "aws:PrincipalTag/x", ("a",)), Condition("StringEquals", "aws:PrincipalTag/x", ("b",))
FROM, MFA = Condition("IpAddress", "aws:SourceIp", ("192.0.2.0/24",)), Condition("Bool", "aws:MultiFactorAuthPresent", ("true",))


def permit(line: int, *conditions: Condition, action: str = "kms:Decrypt", purpose: str = "use", explicit: bool = True) -> Permit:
    """Return a permit of a line."""
    return Permit(APP, action, "key", conditions, purpose, (Location("a.yaml", line, 1),), explicit=explicit)


def kept(*permits: Permit) -> list[tuple[Conditions, list[int | None]]]:
    """Return the conditions of each permit that stays, with its lines."""
    return [(one.conditions, [place.line for place in one.origins]) for one in without_repetition(permits)]


def test_conditions_are_sorted_and_each_stands_once() -> None:
    """So are their values, in the order that they have."""
    assert canonical([MFA, A, MFA, A._replace(values=("a", "a"))]) == (MFA, A)
    assert canonical([A._replace(values=("b", "a", "b"))]) == (A._replace(values=("b", "a")),)


def test_a_permit_with_more_conditions_is_covered_by_one_with_fewer() -> None:
    """Its line is one of the permit that stays."""
    assert kept(permit(1, MFA, A), permit(2, MFA)) == [((MFA,), [2, 1])]


def test_permits_of_other_actions_or_conditions_stay() -> None:
    """Neither covers the other."""
    assert len(kept(permit(1, MFA), permit(2, FROM))) == 2
    assert len(kept(permit(1), permit(2, action="kms:Encrypt"))) == 2


def test_what_is_said_in_so_many_words_once_is_so() -> None:
    """No guard rail may take from it, though a set that the compiler chose covers it."""
    assert [one.explicit for one in without_repetition([permit(1, explicit=False), permit(2, MFA)])] == [True]


def test_lines_that_differ_in_the_values_of_one_condition_become_a_list() -> None:
    """In two conditions they do not: that would allow pairs that nobody asked for."""
    assert kept(permit(1, MFA, A), permit(2, MFA, B)) == [((MFA, A._replace(values=("a", "b"))), [1, 2])]
    other = FROM._replace(values=("198.51.100.0/24",))
    assert len(kept(permit(1, FROM, A), permit(2, other, B))) == 2


def test_statements_of_services_stay_as_their_pages_print_them() -> None:
    """A list over several would be another statement."""
    assert len(kept(permit(1, A, purpose="serve"), permit(2, B, purpose="serve"))) == 2


def test_a_list_gives_alternatives_where_any_value_is_enough() -> None:
    """Not of a negated operator, nor where every value must fit."""
    assert gives_alternatives("ForAnyValue:StringLikeIfExists")
    assert not any(map(gives_alternatives, ("StringNotEquals", "ForAllValues:StringEquals", "NumericLessThan", "nothing")))

"""Conditions of templates, asked both ways where the template does not decide them."""

from __future__ import annotations

from typing import Any

import pytest

from kmsgen.sources.unknown.unknown import OneOf, Unknown, has_unknown
from tests.unit.sources.cloudformation.stacks import value

TEMPLATE = """
Parameters:
  Env: {Type: String, Default: dev, AllowedValues: [dev, test, prod]}
  Name: {Type: String, Default: ''}
Conditions:
  Prod: !Equals [!Ref Env, prod]
  Test: !Equals [test, !Ref Env]
  Careful: !Or [!Condition Prod, !Condition Test]
  Both: !And [!Condition Prod, !Condition Test]
  Careless: !Not [!Condition Careful]
  Named: !Not [!Equals [!Ref Name, '']]
  Always: !Equals [a, a]
  Here: !Equals [!Ref AWS::Region, eu-west-1]
  Joined: !Equals [!Join ['', [!Ref Name, x]], x]
  Circle: !Condition Circle
"""


def options(expression: str, **parameters: str) -> tuple[Any, ...]:
    """Return what an expression may come to."""
    found = value(expression, TEMPLATE, **parameters)
    return found.options if isinstance(found, OneOf) else (found,)


@pytest.mark.parametrize("name", ["Prod", "Careful", "Careless", "Named", "Here", "Joined", "Circle", "Nowhere"])
def test_a_condition_that_the_template_does_not_decide_is_asked_both_ways(name: str) -> None:
    """A default decides nothing, and neither does a Region that is not told."""
    assert set(options(f"!If [{name}, 'yes', 'no']")) == {"yes", "no"}


@pytest.mark.parametrize(
    ("name", "told", "expected"),
    [
        ("Always", {}, "yes"),
        ("Both", {}, "no"),
        ("Prod", {"Env": "prod"}, "yes"),
        ("Careful", {"Env": "dev"}, "no"),
        ("Named", {"Name": "x"}, "yes"),
        ("Here", {"AWS__Region": "eu-west-1"}, "yes"),
        ("Here", {"sure": True}, "yes"),
    ],
)
def test_a_condition_on_what_is_told_is_decided(name: str, told: dict[str, Any], expected: str) -> None:
    """By texts of the template, by --parameter, by where the stack is told to live, or because two cannot hold at once."""
    assert options(f"!If [{name}, 'yes', 'no']", **told) == (expected,)


def test_conditions_on_one_parameter_agree() -> None:
    """No case has the parameter two values."""
    both = "[!If [Prod, 'p', '-'], !If [Test, 't', '-'], !If [Careful, 'c', '-']]"
    assert sorted(map("".join, options(both))) == ["---", "-tc", "p-c"]


def test_a_parameter_has_the_value_that_its_case_assumes() -> None:
    """Where a condition holds, the parameter is what it is compared with."""
    assert options("!If [Prod, !Sub 'is-${Env}', other]") == ("other", "is-prod")


@pytest.mark.parametrize("name", ["Named", "Joined"])
def test_a_default_does_not_stand_in_a_case_that_speaks_against_it(name: str) -> None:
    """Where the parameter cannot have its default, its value is unknown."""
    found = options(f"!If [{name}, !Ref Name, !Ref Name]")
    assert "" in found
    assert any(isinstance(one, Unknown) for one in found)


def test_too_many_cases_make_each_choice_open() -> None:
    """Then no parameter of a condition is taken to have its default, and every branch is kept."""
    names = [f"P{number}" for number in range(6)]
    parameters = "".join(f"  {name}: {{Type: String, Default: d}}\n" for name in names)
    conditions = "".join(f"  C{name}: !Equals [!Ref {name}, x]\n" for name in names)
    template = f"Parameters:\n{parameters}Conditions:\n{conditions}"
    found = value("[" + ", ".join(f"!If [C{name}, a, !Ref {name}]" for name in names) + "]", template)
    assert [isinstance(one, OneOf) and one.options[0] == "a" and has_unknown(one.options[1]) for one in found] == [True] * 6

"""The values that a condition key can have, as formulas."""

from __future__ import annotations

from collections.abc import Sequence

from kmsgen.prover.solver.notation.languages import shape
from kmsgen.prover.solver.script import Script
from kmsgen.prover.solver.terms import Formula, Text
from kmsgen.prover.values.domains import Domain, Kind
from kmsgen.prover.values.patterns import PatternStep


def admitted(script: Script, domain: Domain, text: Text, named: Sequence[Text] = (), *, any_text: bool = False) -> Formula:
    """Say that a request can have a value.

    `named` are texts that policies name, which are taken as possible whatever their shape unless the shapes are strict;
    `any_text`: every text is. What numbers, instants and addresses can be is said of what they mean.
    """
    terms = script.terms
    if domain.values:
        return terms.is_one_of(text, (one for one in domain.values if one not in domain.taken))
    never = [terms.is_one_of(text, sorted(domain.taken)), *(terms.inside(text, shape(terms, one)) for one in domain.never)]
    shaped = [terms.inside(text, shape(terms, one)) for one in domain.shapes]
    others = [] if domain.strict else [any_text, *(terms.equal(text, one) for one in named)]
    possible = terms.some([*shaped, *others]) if domain.kind is Kind.TEXT else True
    short = True if domain.longest is None else terms.at_most(terms.length(text), domain.longest)
    return terms.every([possible, short, *map(terms.negate, never)])


def can_hold_wildcard(domain: Domain) -> bool:
    """Return whether a value can hold a `*` or a `?`, as far as the shapes of the key tell."""
    if domain.values:
        return any({"*", "?"} & set(value) for value in domain.values)
    return not domain.strict or any(_takes(step, character) for one in domain.shapes for step in one.steps for character in "*?")


def _takes(step: PatternStep, character: str) -> bool:
    return step.characters is None or (character in step.characters) is not step.negated

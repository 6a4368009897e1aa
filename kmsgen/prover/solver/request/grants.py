"""Constraints of grants, and the parameters of the grant that a CreateGrant asks for, as formulas.

Source: KMS Developer Guide, create-grant-overview, grants (grant constraints); CreateGrant (API reference).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kmsgen.catalogue.grants import MAX_CONTEXT_PAIRS
from kmsgen.policy.grant import GrantConstraints
from kmsgen.prover.problem import Assignment, OutsideError, Values
from kmsgen.prover.requests.components import Free
from kmsgen.prover.requests.constraints import ConstraintTest
from kmsgen.prover.requests.parts.grant_request import CONSTRAINT_TYPE, CREATE, EQUALS, OPERATIONS, SUBSET
from kmsgen.prover.solver.request.families import Family, holds, holds_nothing_but
from kmsgen.prover.solver.request.slots import Slot, Slots
from kmsgen.prover.solver.script import Script
from kmsgen.prover.solver.terms import Formula, Terms

_REQUEST_SOURCE = "aws:sourcearn"


class GrantTerms:
    """The kind of constraint and the operations of the grant to create. Its constraint holds the pairs of the request.

    A constraint without pairs counts as one in one reading only (S14). KMS refuses a grant of CreateGrant alone.
    """

    def __init__(self, script: Script, operations: Iterable[str], context: Family, free: Free) -> None:
        terms = script.terms
        self.equals = terms.flag(EQUALS) if free.takes_context else False
        self.subset = terms.flag(SUBSET) if free.takes_context else False
        script.say(terms.negate(terms.every([self.equals, self.subset])))
        self.has_constraint = terms.some([self.equals, self.subset])
        for pair in context.pairs:
            script.say(terms.some([terms.negate(pair.there), self.has_constraint]))
        if len(context.pairs) > MAX_CONTEXT_PAIRS:
            there = (terms.length(terms.choice(pair.there, "x", "")) for pair in context.pairs)
            script.say(terms.at_most(terms.sum(there), MAX_CONTEXT_PAIRS))
        if not free.generous:
            script.say(terms.some([terms.negate(self.has_constraint), *(pair.there for pair in context.pairs)]))
        self.operations = {name: terms.flag(name) for name in operations}
        script.say(terms.some(chosen for name, chosen in self.operations.items() if name != CREATE))
        self.slots: Mapping[str, Slots] = {
            OPERATIONS: [Slot(chosen, name) for name, chosen in self.operations.items()],
            CONSTRAINT_TYPE: [Slot(self.has_constraint, terms.choice(self.equals, EQUALS, SUBSET))],
        }


def is_about_source(look: ConstraintTest) -> bool:
    """Return whether a test is the SourceArn of a grant that is used."""
    return look.reads == {_REQUEST_SOURCE}


def is_about_child(look: ConstraintTest) -> bool:
    """Return whether a test is what a grant of CreateGrant asks of the grant to create."""
    return OPERATIONS in look.reads


def of_source(terms: Terms, look: ConstraintTest, slots: Slots) -> Formula:
    """Say when a grant's SourceArn is met: the authorizer answers for aws:SourceArn absent, as wanted, and another."""
    wanted = str(look.rule.grant.constraints.source_arn)
    (slot,) = slots or [Slot(there=False, text="")]
    same = terms.equal(slot.text, wanted)
    cases: list[tuple[Values | None, Formula]] = [
        (None, terms.negate(slot.there)),
        ((wanted,), terms.every([slot.there, same])),
        ((f"{wanted}/other",), terms.every([slot.there, terms.negate(same)])),
    ]
    return terms.some(here for values, here in cases if look.reading(Assignment({_REQUEST_SOURCE: values})))


def of_context(terms: Terms, look: ConstraintTest, context: Family) -> Formula:
    """Say when the encryption context of a request meets a grant's constraint."""
    constraints, any_case = look.rule.grant.constraints, look.rule.generous
    found = []
    if constraints.encryption_context_equals is not None:
        found.append(_is_exactly(terms, context, dict(constraints.encryption_context_equals), any_case=any_case))
    if constraints.encryption_context_subset is not None:
        found.append(holds(terms, context, dict(constraints.encryption_context_subset), any_case=any_case))
    return terms.every(found)


def _is_exactly(terms: Terms, context: Family, wanted: Mapping[str, str], *, any_case: bool) -> Formula:
    found = (holds(terms, context, wanted, any_case=any_case), holds_nothing_but(terms, context, wanted, any_case=any_case))
    return terms.every(found)


def of_child(terms: Terms, look: ConstraintTest, child: GrantTerms, context: Family, source: Slots) -> Formula:
    """Say when a grant to create stays within the grant by which it is created. Raises OutsideError."""
    parent = look.rule.grant
    if not parent.propagated:
        raise OutsideError("a grant that needs its token")
    within = [terms.negate(chosen) for name, chosen in child.operations.items() if name not in parent.operations]
    if (wanted := parent.constraints.source_arn) is not None and not look.rule.generous:
        within.append(terms.some(terms.every([slot.there, terms.equal(slot.text, wanted)]) for slot in source))
    return terms.every([*within, *_stricter(terms, parent.constraints, child, context, any_case=look.rule.generous)])


def _stricter(terms: Terms, parent: GrantConstraints, child: GrantTerms, context: Family, *, any_case: bool) -> Iterable[Formula]:
    if parent.encryption_context_equals is not None:
        yield child.equals
        yield _is_exactly(terms, context, dict(parent.encryption_context_equals), any_case=any_case)
    elif parent.encryption_context_subset is not None:
        yield child.has_constraint
        yield holds(terms, context, dict(parent.encryption_context_subset), any_case=any_case)

"""The tests of clauses as formulas over the variables of a request."""

from __future__ import annotations

from kmsgen.prover.problem import OutsideError
from kmsgen.prover.requests.constraints import CONTEXT, ConstraintTest, KeyTest, Look, ResourceLook
from kmsgen.prover.requests.parts.grant_request import SOURCE_ARN
from kmsgen.prover.solver import readings
from kmsgen.prover.solver.readings import TestAnswer
from kmsgen.prover.solver.request import conditions, grants, resources
from kmsgen.prover.solver.request.request_terms import RequestTerms
from kmsgen.prover.solver.request.slots import Slots
from kmsgen.prover.solver.terms import Formula


def holds(request: RequestTerms, look: Look) -> Formula:
    """Say that a test counts as met: exactly so, but for what the script tells roughly. Raises OutsideError."""
    if isinstance(look, ConstraintTest):
        return _constraint(request, look)
    if isinstance(look, ResourceLook):
        answer = resources.resource(request.script, look.test, look.resource, request.value_of)
    else:
        answer = _condition(request, look)
    accept = frozenset(result for result in (True, False, None) if look.settled(result))
    return readings.accepted(request.script.terms, answer, accept)


def _condition(request: RequestTerms, look: KeyTest) -> TestAnswer:
    slots = _seen(request, look, request.slots(look.key))
    return conditions.condition(request.script, look.test, slots, request.value_of, look.unsettled | look.test.unreliable)


def _seen(request: RequestTerms, look: KeyTest, slots: Slots) -> Slots:
    """Return what a condition on kms:RequestAlias sees: an alias of the key in its own bundle, and no other."""
    if not look.aliases or not slots:
        return slots
    terms = request.script.terms
    first = slots[0]
    return [first._replace(there=terms.every([first.there, terms.is_one_of(first.text, look.aliases)]))]


def _constraint(request: RequestTerms, look: ConstraintTest) -> Formula:
    terms = request.script.terms
    if grants.is_about_source(look):
        (key,) = look.reads
        return grants.of_source(terms, look, request.slots(key))
    context = request.families.get(CONTEXT)
    if context is None:
        raise OutsideError("a constraint of a grant where there is no encryption context")
    if not grants.is_about_child(look):
        return grants.of_context(terms, look, context)
    if request.grant is None:
        raise OutsideError("what a grant asks of a grant to create, where none is created")
    return grants.of_child(terms, look, request.grant, context, request.slots(SOURCE_ARN) if SOURCE_ARN in look.reads else ())

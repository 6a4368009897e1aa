"""Resource elements with policy variables as formulas, compared with the ARN of what a request is about.

Source: IAM User Guide, reference_policies_elements_resource.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kmsgen.authorizer.language.statement import ResourceTest
from kmsgen.authorizer.language.wildcards import Wild, glob, resource_pattern
from kmsgen.prover.solver import readings
from kmsgen.prover.solver.notation import templates
from kmsgen.prover.solver.notation.arns import PARTS, split
from kmsgen.prover.solver.notation.globs import Piece, is_fixed, takes
from kmsgen.prover.solver.notation.templates import ValueOf
from kmsgen.prover.solver.readings import TestAnswer
from kmsgen.prover.solver.request.conditions import absences, without
from kmsgen.prover.solver.script import Script
from kmsgen.prover.solver.terms import Formula

_ALWAYS: Formula = True
_WITHOUT_RESOURCE = "a policy variable stands in the Resource element, and the action has no resource"
_REACHING = "a wildcard beside a policy variable in a Resource may reach across colons"


def resource(script: Script, test: ResourceTest, arn: str, value_of: ValueOf) -> TestAnswer:
    """Return when a Resource element matches an ARN. Raises OutsideError."""
    if not test.texts:
        return readings.certain(test.absent)
    worlds = [_in_world(script, test, arn, without(value_of, absent)) for absent in absences(test.unreliable)]
    return readings.agreed(script.terms, worlds)


def _in_world(script: Script, test: ResourceTest, arn: str, value_of: ValueOf) -> TestAnswer:
    answer = readings.some(script.terms, (_entry(script, test, index, arn, value_of) for index in range(len(test.texts))))
    return readings.negated(answer) if test.negated else answer


def _entry(script: Script, test: ResourceTest, index: int, arn: str, value_of: ValueOf) -> TestAnswer:
    written = test.parsed[index]
    if not written.keys:
        alone = replace(test, parsed=(written,), texts=(test.texts[index],), negated=False, variables=(), unreliable=frozenset())
        return readings.certain(alone.check(arn, lambda _key: None))
    if not arn.startswith("arn:"):
        return TestAnswer(yes=False, no=script.roughly(_ALWAYS, _WITHOUT_RESOURCE).no)
    return templates.compared(script, written, value_of, lambda pieces: _matched(script, pieces, arn), wild=True)


def _matched(script: Script, pieces: Sequence[Piece], arn: str) -> TestAnswer:
    """Compare a text, of which all or a part is undecided, with a known ARN: it never matches but as a whole."""
    terms = script.terms
    if is_fixed(pieces):
        return readings.certain(resource_pattern(tuple(pieces))(arn))
    whole = takes(terms, pieces, arn)
    if not any(isinstance(piece, Wild) for piece in pieces):
        return readings.of(terms, whole)
    by_parts = _by_parts(script, pieces, arn)
    rest = terms.every([whole, terms.negate(by_parts)])
    perhaps = script.roughly(rest, _REACHING)
    return TestAnswer(terms.some([by_parts, terms.every([rest, perhaps.yes])]), terms.negate(whole))


def _by_parts(script: Script, pieces: Sequence[Piece], arn: str) -> Formula:
    """Say that a text surely matches part by part: where what is undecided stands in its last part, the others as written."""
    terms = script.terms
    *before, last = split(pieces)
    values = arn.split(":", PARTS - 1)
    if len(before) != PARTS - 1 or len(values) != PARTS or any(isinstance(piece, Wild) for piece in before[2]):
        return False
    if not all(is_fixed(part) and glob(tuple(part))(value) for part, value in zip(before, values, strict=False)):
        return False
    return takes(terms, last, values[-1])

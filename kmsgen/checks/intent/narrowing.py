"""Policies that exist and allow less than an intent means: what its examples do not meet is looked for by a proof.

What the intent compiles to is what it means, guard rails included; what that gives and the policies that exist do not is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kmsgen.authorizer.authorizer import Authorizer
from kmsgen.authorizer.decision import Outcome
from kmsgen.checks.finding import Finding
from kmsgen.checks.intent.denies import beside
from kmsgen.checks.intent.missing_access import why
from kmsgen.errors import Location
from kmsgen.intent.intent import Intent
from kmsgen.policy.bundle import Bundle
from kmsgen.prover.difference import Assumptions, differences
from kmsgen.prover.question import Group
from kmsgen.prover.witness import witness_of

Origins = Mapping[str, tuple[Location, ...]]


def narrowed(intent: Intent, compiled: Bundle, existing: Bundle, origins: Origins) -> Iterator[Finding]:
    """Yield a finding for each kind of access that the compiled bundle gives and the existing one does not.

    `origins`: the lines of the intent behind the compiled statements. One finding without a witness where that is not known.
    """
    meant = compiled._replace(keys=tuple(wanted for wanted, _ in beside(compiled, existing)))
    if meant == existing:
        return
    asked = Assumptions(described_only=not intent.governed, whole=(True, False), gains=False)
    found = differences(meant, existing, assumptions=asked)
    for group in found.lost:
        yield _finding(group, existing, next(_lines(group, origins), Location(intent.path)))
    if found.reason and not found.lost:
        message = f"whether all is allowed that the intent means is not known: {found.reason}"
        yield Finding("unproved", "error", message, Location(intent.path))


def _lines(group: Group, origins: Origins) -> Iterator[Location]:
    return (line for label in group.reason for line in origins.get(label, ()))


def _finding(group: Group, existing: Bundle, place: Location) -> Finding:
    """Return the finding of a group, with its call as the existing policies decide it."""
    request, meant, _ = group.witness
    asked = {access.key.arn: access.key for access in meant.keys}
    keys = tuple(one._replace(key=asked.get(one.key.arn, one.key)) for one in existing.keys)
    held = Bundle(keys, {**meant.principals, **existing.principals}, existing.rcps, existing.vpc_endpoint_policies)
    decision = Authorizer(held).decide(request, whole=False, trace=True)
    message = f"{group}: allowed by the intent, and not here: {why(decision)}"
    witness = witness_of(request, held, str(decision.outcome)) if decision.outcome is not Outcome.ALLOWED else None
    return Finding("intended-not-allowed", "error", message, place, witness, decision.reason)

"""Nothing in a compiled policy is without need, and the proof notices what the enumeration notices."""

from __future__ import annotations

import os

import pytest

from kmsgen.checks.intent.excess_access import beyond
from kmsgen.checks.intent.missing_access import not_allowed
from kmsgen.checks.intent.specification import specify
from kmsgen.checks.intent.verification import ask
from kmsgen.policy.document import Effect
from tests.unit.checks.intent.judging import EXAMPLE, case, rewrite
from tests.unit.checks.intent.test_mutations import BUNDLES, MUTATIONS
from tests.unit.prover.needed import minimality

FOUND = case(EXAMPLE)
# What Terraform and CloudFormation may come to call is not all needed to read and put the policy.
NEEDED = [
    (statement.sid or "", action)
    for statement in FOUND.bundle.keys[0].policy.statements
    if statement.effect is Effect.ALLOW and not (statement.sid or "").startswith("Deploy by ci")
    for action in statement.actions
]


@pytest.mark.parametrize(("sid", "action"), NEEDED)
def test_every_action_of_every_statement_is_needed(sid: str, action: str) -> None:
    """Without it an intended access is denied."""
    broken = FOUND.mutated(
        lambda bundle: rewrite(
            bundle, sid, lambda s: s._replace(actions=tuple(a for a in s.actions if a != action) or ("kms:GenerateRandom",))
        )
    )
    specification = specify(FOUND.intent, [access.key for access in broken.bundle.keys])
    assert any(not_allowed(FOUND.intent, specification, broken.bundle, {}))


WIDER = {**{name: (lambda bundle, row=row: rewrite(bundle, *row)) for name, row in MUTATIONS.items()}, **BUNDLES}


# Each proof takes a while: some always, all of them where time is given.
LONG = (pytest.mark.long, pytest.mark.skipif(not os.environ.get("KMSGEN_LONG"), reason="opt-in: KMSGEN_LONG=1"))
CROSS_CHECKED = [name if number % 4 == 0 else pytest.param(name, marks=LONG) for number, name in enumerate(WIDER)]


@pytest.mark.parametrize("name", CROSS_CHECKED)
def test_the_proof_finds_what_the_enumeration_finds(name: str) -> None:
    """Two ways to the same answer, which share the authorizer and nothing else."""
    broken = FOUND.mutated(WIDER[name])
    specification = specify(FOUND.intent, [access.key for access in broken.bundle.keys])
    enumerated = [
        finding
        for finding in beyond(FOUND.intent, specification, broken.bundle, {}, kinds=frozenset({"key"}))
        if finding.witness is not None and finding.witness.request.resources == (broken.bundle.keys[0].key.arn,)
    ]
    proved = ask(FOUND.intent, broken.bundle, {})[1].findings
    if enumerated:
        assert [finding for finding in proved if finding.code in ("excess-access", "unproved")]


@pytest.mark.parametrize("delegation", ["key-policy", "iam"])
def test_no_allow_of_a_compiled_bundle_is_dead(delegation: str) -> None:
    """A Deny may deny nothing: a guard rail is there for what somebody adds later. Every Allow is needed."""
    bundle = case(f"{EXAMPLE}delegation: {delegation}\n").bundle
    found = minimality(bundle)
    assert found.reason == ""
    assert [dead.source for dead in found.dead if not dead.source.startswith("key-policy/Deny")] == []

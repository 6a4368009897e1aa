"""Bundle to classes of access with witnesses: proof and difference; what a bundle could do without is in `minimality`.

prove(bundle, question, budget, described_only=False) -> Proof, prove_each for several questions
differences(old, new, budget, assumptions=Assumptions()) -> Differences
"""

from kmsgen.prover.difference import differences
from kmsgen.prover.problem import Budget
from kmsgen.prover.prove import prove, prove_each
from kmsgen.prover.question import (
    Beyond,
    Differences,
    Group,
    Never,
    NeverInside,
    NoCrossAccount,
    NoEscalation,
    NoLockout,
    NoPublic,
    Only,
    Proof,
    Question,
    Result,
)

__all__ = [
    "Beyond",
    "Budget",
    "Differences",
    "Group",
    "Never",
    "NeverInside",
    "NoCrossAccount",
    "NoEscalation",
    "NoLockout",
    "NoPublic",
    "Only",
    "Proof",
    "Question",
    "Result",
    "differences",
    "prove",
    "prove_each",
]

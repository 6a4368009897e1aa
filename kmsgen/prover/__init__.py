"""Bundle to classes of access with witnesses: proof and difference; what a bundle could do without is in `minimality`.

prove(bundle, question, budget, described_only=False) -> Proof, prove_each for several questions
differences(old, new, budget, described_only=False) -> Differences
"""

from kmsgen.prover.proof import Budget, Differences, Group, Proof, Result
from kmsgen.prover.prove import differences, prove, prove_each
from kmsgen.prover.question import Beyond, Never, NoCrossAccount, NoEscalation, NoLockout, NoPublic, Only, Question

__all__ = [
    "Beyond",
    "Budget",
    "Differences",
    "Group",
    "Never",
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

"""Bundle to classes of access with witnesses; proof, difference, minimality.

prove(bundle, question, budget, described_only=False) -> Proof
differences(old, new, budget, described_only=False) -> Differences
"""

from kmsgen.prover.minimality import Dead, Minimality, minimality
from kmsgen.prover.proof import Budget, Differences, Group, Proof, Result
from kmsgen.prover.prove import differences, prove, prove_each
from kmsgen.prover.question import Beyond, Never, NoCrossAccount, NoEscalation, NoLockout, NoPublic, Only, Question

__all__ = [
    "Beyond",
    "Budget",
    "Dead",
    "Differences",
    "Group",
    "Minimality",
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
    "minimality",
    "prove",
    "prove_each",
]

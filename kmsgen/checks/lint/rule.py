"""A lint rule as a row: its id, how grave it is, what it means, why it matters, how to mend it, and what finds it."""

from collections.abc import Callable, Iterator
from typing import Generic, NamedTuple, TypeVar

from kmsgen.checks.finding import Finding
from kmsgen.errors import Location
from kmsgen.prover.witness import Witness

KMS_GUIDE = "https://docs.aws.amazon.com/kms/latest/developerguide/{}.html"
IAM_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/{}.html"

Looked = TypeVar("Looked")


class Problem(NamedTuple):
    """One place where a rule does not hold; `key` is what a file with several keys calls the one that it is about.

    `mend` says better than the rule's own how to mend this one, `severity` how grave this one is.
    """

    location: Location
    message: str
    mend: str = ""
    statements: tuple[str, ...] = ()
    witness: Witness | None = None
    key: str = ""
    severity: str = ""


class LintRule(NamedTuple, Generic[Looked]):
    """One row of the table of lint rules; `Looked` is what it looks at: a statement, a policy, a key with all that bears on it.

    `severity` is that of most findings, `meaning` and `why` are sentences for readers of a page, `mend` is the hint of a finding,
    `source` the page of AWS it stands on.
    """

    id: str
    severity: str
    meaning: str
    why: str
    mend: str
    source: str
    find: Callable[[Looked], Iterator[Problem]]

    def findings(self, looked: Looked) -> Iterator[Finding]:
        """Yield a finding for each place where the rule does not hold."""
        for one in self.find(looked):
            severity, hint = one.severity or self.severity, one.mend or self.mend
            yield Finding(self.id, severity, one.message, one.location, one.witness, one.statements, hint=hint, key=one.key)

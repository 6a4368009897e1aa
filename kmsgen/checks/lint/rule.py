"""A lint rule, one row: id, severity, meaning, why it matters, how to mend it, and the function that finds it."""

from collections.abc import Callable, Iterator
from typing import Generic, NamedTuple, TypeVar

from kmsgen.checks.finding import Concern, Finding
from kmsgen.errors import Location
from kmsgen.prover.witness import Witness

KMS_GUIDE = "https://docs.aws.amazon.com/kms/latest/developerguide/{}.html"
IAM_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/{}.html"

Looked = TypeVar("Looked")


class Violation(NamedTuple):
    """One place that breaks a lint rule; `key` is the name of the key in a file with several.

    `mend` and `severity` replace the rule's own for this place, if set.
    """

    location: Location
    message: str
    mend: str = ""
    statements: tuple[str, ...] = ()
    witness: Witness | None = None
    key: str = ""
    severity: str = ""


class LintRule(NamedTuple, Generic[Looked]):
    """One row of the table of lint rules; `Looked` is what it checks: statement, policy, key, or a file read twice.

    `severity` holds unless a problem has its own; `meaning` and `why` are sentences for docs/lint.md; `mend` is the hint;
    `source` an AWS page.
    """

    id: str
    severity: str
    meaning: str
    why: str
    mend: str
    source: str
    find: Callable[[Looked], Iterator[Violation]]
    concern: Concern | None = None

    def findings(self, looked: Looked) -> Iterator[Finding]:
        """Yield a finding for each place that breaks the rule."""
        for one in self.find(looked):
            severity, hint = one.severity or self.severity, one.mend or self.mend
            found = Finding(self.id, severity, one.message, one.location, one.witness, one.statements, hint=hint, key=one.key)
            yield found._replace(concern=self.concern)

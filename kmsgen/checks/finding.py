"""What a check has to say."""

from typing import NamedTuple

from kmsgen.errors import Diagnostic, Location
from kmsgen.prover.witness import Witness

SEVERITIES = ("error", "warning", "note")
"""How grave a finding is, the gravest first."""
ERROR, WARNING, NOTE = SEVERITIES


class Finding(NamedTuple):
    """One thing that a check found: a code for machines, a message, a place, and a call that shows it.

    `statements` are the labels of the statements or grants responsible, or the layers that had to allow and did not;
    `origins` the lines of the intent that those serve. `key` is what a file with several keys calls the one that it is about.
    """

    code: str
    severity: str
    message: str
    location: Location
    witness: Witness | None = None
    statements: tuple[str, ...] = ()
    origins: tuple[Location, ...] = ()
    hint: str = ""
    key: str = ""

    @property
    def diagnostic(self) -> Diagnostic:
        """The finding as a diagnostic, with what is responsible in its message."""
        message = self.message
        if self.statements:
            lines = ", ".join(map(str, self.origins))
            message += f" ({', '.join(f'`{label}`' for label in self.statements)}{f', from {lines}' if lines else ''})"
        return Diagnostic(self.location, self.code, message, self.hint)

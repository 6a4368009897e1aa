"""A finding of a check: code, severity, message, place and witness."""

from enum import Enum, auto
from typing import NamedTuple

from kmsgen.errors import Diagnostic, Location
from kmsgen.prover.witness import Witness

SEVERITIES = ("error", "warning", "note")
"""The severities of findings, worst first."""
ERROR, WARNING, NOTE = SEVERITIES


class Concern(Enum):
    """What a finding is about, where it depends on that what else is looked at: other readings, other kinds of key."""

    PUBLIC = auto()
    LOCKOUT = auto()
    UNFINISHED = auto()  # a proof without an answer
    UNMET = auto()  # a part of a policy that no request meets
    REMOVABLE = auto()  # a part that changes nothing as things are


class Finding(NamedTuple):
    """One finding: a code for machines, a message, a place, and a request (`witness`) that shows it.

    `statements`: labels of the statements or grants responsible, or layers that lack an Allow; `origins`: the lines of the intent
    behind them. `key`: the name of the key in a file with several.
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
    concern: Concern | None = None

    @property
    def diagnostic(self) -> Diagnostic:
        """The finding as a diagnostic; its message names the statements and lines responsible."""
        message = self.message
        if self.statements:
            lines = ", ".join(map(str, self.origins))
            message += f" ({', '.join(f'`{label}`' for label in self.statements)}{f', from {lines}' if lines else ''})"
        return Diagnostic(self.location, self.code, message, self.hint)

"""KMS refusals: the exception with which KMS answers a call that is authorized."""

from typing import NamedTuple

VALIDATION = "ValidationException"
# the name that the guide and the API Reference print; recorded answers have the other one
_DOCUMENTED = "ValidationError"


class Refusal(NamedTuple):
    """KMS's exception, kmsgen's name of the rule behind it (`key-state`), a sentence, and the silence that it rests on.

    `also` are other exceptions that AWS documents in its place.
    """

    error: str
    rule: str
    because: str
    note: str | None = None
    also: tuple[str, ...] = ()


DRY_RUN = Refusal("DryRunOperationException", "dry-run", "DryRun asks whether the call would succeed: it would, and is not made")
"""KMS's answer to an authorized call with DryRun (KMS Developer Guide, testing-permissions)."""


def invalid(rule: str, because: str, note: str | None = None) -> Refusal:
    """Refuse an invalid request with ValidationException, as it is named on the wire (KMS API Reference, CommonErrors)."""
    return Refusal(VALIDATION, rule, because, note, (_DOCUMENTED,))

"""A refusal: what KMS answers to a call that authorization lets through."""

from typing import NamedTuple

VALIDATION = "ValidationException"
# the name that the guide and the API Reference print; recorded answers have the other one
_DOCUMENTED = "ValidationError"


class Refusal(NamedTuple):
    """KMS's exception, the rule behind it (`key-state`, `key-type` ...), what it says, and a silence that it rests on.

    `also` are further exceptions that the documentation allows for in the same place.
    """

    error: str
    rule: str
    because: str
    note: str | None = None
    also: tuple[str, ...] = ()


DRY_RUN = Refusal("DryRunOperationException", "dry-run", "DryRun asks whether the call would succeed: it would, and is not made")
"""What KMS answers to a call that would succeed, where the request has DryRun (KMS Developer Guide, testing-permissions)."""


def invalid(rule: str, because: str, note: str | None = None) -> Refusal:
    """Return the refusal of a request that is not valid, by its name on the wire (KMS API Reference, CommonErrors)."""
    return Refusal(VALIDATION, rule, because, note, (_DOCUMENTED,))

"""What a call needs: a permission on a resource. A call is allowed when all that it needs is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.reference.held import OPEN, Held, known
from tests.reference.patterns import Pattern, text_of

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Need:
    """One permission.

    `access` is the key with its policy and grants, where there is one that the scenario describes; `half` tells what the
    resource is: a `key`, a key that is still to be made (`new-key`), an `alias`, `nothing` (an action without a resource type),
    or a key or alias of which the scenario does not tell enough (`untold`).
    """

    action: str  # Decrypt; iam:CreateServiceLinkedRole
    half: str
    resource: Pattern
    region: Held
    access: Data | None = None
    alias: str | None = None  # the alias by which the request names the key
    same_key: bool | None = None  # of a ReEncrypt, where both keys are told
    encryption_context: Mapping[str, str] = field(default_factory=dict)

    @property
    def iam_action(self) -> str:
        """The action as policies spell it."""
        return self.action if ":" in self.action else f"kms:{self.action}"

    @property
    def key(self) -> Data | None:
        """The key, where this is about one that the scenario describes."""
        return self.access["key"] if self.access is not None and self.half == "key" else None

    @property
    def account(self) -> str:
        """The account that owns the resource; empty where there is none."""
        text = text_of(self.resource)
        return text.split(":")[4] if text.startswith("arn:") else ""


def region_of(arn: str) -> Held:
    """Return the Region of an ARN as what aws:RequestedRegion holds."""
    region = arn.split(":")[3]
    return known(region) if region not in ("", "~") else OPEN

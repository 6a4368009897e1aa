"""One need of one request, as the rules of condition keys look at it: caller, key, parameters, route, and what is told.

Source: IAM User Guide, reference_policies_condition-keys, access_forward_access_sessions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.reference import tables
from tests.reference.caller import Caller, Kind
from tests.reference.held import ABSENT, OPEN, Held, known
from tests.reference.need import Need
from tests.reference.patterns import lower

Data = Mapping[str, Any]
ENDPOINT_KEYS = (
    "aws:sourcevpce", "aws:sourcevpc", "aws:sourcevpcarn", "aws:vpceaccount", "aws:vpcsourceip", "aws:vpceorgid",
    "aws:vpceorgpaths",
)  # fmt: skip
KINDS = {Kind.USER: "user", Kind.ROLE: "role", Kind.FEDERATED: "federated", Kind.ROOT: "root"}


def texts(value: object) -> tuple[str, ...]:
    """Return a value of a scenario as texts."""
    items = value if isinstance(value, list | tuple) else [value]
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in items)


def of_pairs(name: str, pairs: Mapping[str, Any]) -> Held:
    """Return what a key of a family holds: names are compared without case; of two such names either may be meant (U8)."""
    values = [str(value) for written, value in pairs.items() if lower(written) == lower(name)]
    return Held(tuple(way for value in values for way in known(value).ways)) if values else ABSENT


@dataclass(frozen=True)
class View:
    """One need of one request, with all that its context follows from."""

    scenario: Data
    request: Data
    caller: Caller
    need: Need

    def as_tabulated(self, name: str) -> Held:
        """Return what the request tells, or what the table says of a key that is not told.

        What AWS always sends is open; what a request may or may not carry is absent; what a caller never has is not believed.
        """
        word = tables.untold(name, self.kind)
        told = self.told(name)
        if told is not None and (word != "absent" or tables.key_row(name) is None):
            return told
        return OPEN if word == "open" else ABSENT

    def told(self, name: str) -> Held | None:
        """Return what the request tells of a key."""
        values = self.says.get(name)
        return None if values is None else known(*values)

    @cached_property
    def says(self) -> dict[str, tuple[str, ...]]:
        """What the request tells, by key in lower case."""
        return {lower(name): texts(value) for name, value in (self.request.get("context") or {}).items()}

    @cached_property
    def kind(self) -> str:
        """The kind of caller as the table of condition keys names it."""
        return "linked" if self.caller.service_linked else KINDS.get(self.caller.kind, "service")

    @property
    def is_service(self) -> bool:
        """Whether a service calls with its own credentials."""
        return self.caller.kind is Kind.SERVICE

    @property
    def through_service(self) -> bool:
        """Whether a service calls with the caller's credentials (a forward access session)."""
        via = self.says.get("kms:viaservice") or self.says.get("aws:calledvia")
        if not self.may_be_forwarded:  # it may call a service that calls KMS for it
            return bool(self.says.get("kms:viaservice"))
        return bool(via or self.says.get("aws:viaawsservice") == ("true",))

    @property
    def may_be_forwarded(self) -> bool:
        """Whether services may call with the caller's credentials: with their own and their own roles they call themselves."""
        return self.kind not in ("service", "linked")

    @property
    def through_endpoint(self) -> bool:
        """Whether the request tells of a VPC endpoint."""
        return not self.is_service and any(self.says.get(name) for name in ENDPOINT_KEYS)

    @property
    def parameters(self) -> Data:
        """The parameters of the request."""
        found: Data = self.request.get("parameters") or {}
        return found

    def organization(self, account: str) -> Data | None:
        """Return the organization of an account: the caller's own description first, else the one of its principals."""
        principals = self.scenario.get("principals") or {}
        described = [entry for arn, entry in principals.items() if arn.split(":")[4:5] == [account]]
        mine = [self.caller.beside] if self.caller.account == account else []
        own = next((entry["organization"] for entry in mine if entry.get("organization")), None)
        told = [entry["organization"] for entry in described if entry.get("organization")]
        return own or (told[0] if len({one["id"] for one in told}) == 1 else None)

    def request_is(self, operation: str) -> bool:
        """Whether the call as a whole is this operation."""
        return tables.canonical(self.request["action"]) == operation

    def retired_grant(self) -> Data | None:
        """Return the grant that a request is to retire."""
        grants = (self.need.access or {}).get("grants") or ()
        return next((grant for grant in grants if grant.get("GrantId") == self.request.get("grant_id")), None)

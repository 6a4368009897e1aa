"""Who asks: the kinds of callers, and what a scenario says of them.

Source: IAM User Guide, reference_policies_elements_principal, reference_identifiers, id_session-tags,
id_credentials_temp_control-access_getfederationtoken; KMS Developer Guide, using-service-linked-roles.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from tests.reference.patterns import Pattern, literal, wild
from tests.reference.three import Answer

Data = Mapping[str, Any]


class Kind(Enum):
    """The kinds of callers; the value is what aws:PrincipalType says, where it is documented."""

    ROOT = "Account"
    USER = "User"
    ROLE = "AssumedRole"
    FEDERATED = "FederatedUser"
    SERVICE = "service"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True)
class Caller:
    """A caller taken apart. `beside` is what a scenario says of it; `role` is the ARN of its role, where the path is known."""

    arn: str
    kind: Kind
    partition: str
    account: str
    name: str
    session: str | None
    role: str | None
    beside: Data
    described: str | None  # the entry of the scenario: the caller's own ARN, that of its role, or none

    @property
    def is_session(self) -> bool:
        """Whether the request names one session, and not only its role."""
        return self.session is not None

    @property
    def role_shapes(self) -> tuple[Pattern, ...]:
        """The shapes of the ARN that the caller's role may have: the one known, else without a path and with one."""
        if self.role is not None:
            return (literal(self.role),)
        if self.kind is not Kind.ROLE:
            return ()
        head = f"arn:{self.partition}:iam::{self.account}:role/"
        if self.name.startswith("AWSReservedSSO_"):
            head += "aws-reserved/sso.amazonaws.com/"
        return literal(head + self.name), wild(f"{head}*/{self.name}")

    @property
    def is_named_by_aws(self) -> bool:
        """Whether the role's name is one that AWS gives to roles under a path."""
        return self.name.startswith(("AWSReservedSSO_", "AWSServiceRoleFor"))

    @property
    def service_linked(self) -> Answer:
        """Whether this is a service-linked role; open where only the name of the role says so."""
        if self.beside.get("service_linked") or (self.role and ":role/aws-service-role/" in self.role):
            return True
        return None if self.kind is Kind.ROLE and self.role is None and self.name.startswith("AWSServiceRoleFor") else False

    def names_role(self, arn: str) -> bool:
        """Tell whether an ARN is that of this caller's role.

        Role names are unique in an account whatever their path, and KMS refuses principals that do not exist: so each
        `role/PATH/app` is the role of `assumed-role/app/s`, whether the scenario describes it or not.
        """
        if self.kind is not Kind.ROLE:
            return False
        if not self.is_session:
            return arn == self.role
        return bool(re.fullmatch(rf"arn:{self.partition}:iam::{self.account}:role/(.*/)?{re.escape(self.name)}", arn))

    def is_account(self, arn: str) -> bool:
        """Tell whether an entry of a policy or grant stands for this caller's account: its id, or its root ARN."""
        return self.account != "" and arn in (self.account, f"arn:{self.partition}:iam::{self.account}:root")


def caller_of(principal: str, scenario: Data) -> Caller:
    """Take a principal apart and find what stands beside it: under its own ARN, else under that of its role."""
    if not principal.startswith("arn:"):
        kind = Kind.ANONYMOUS if principal == "*" else Kind.SERVICE
        return Caller(principal, kind, "", "", principal, None, None, {}, None)
    _, partition, _service, _region, account, resource = principal.split(":", 5)
    described = scenario.get("principals") or {}
    own = principal if principal in described else None
    beside = described.get(principal) or {}
    if resource == "root":
        return Caller(principal, Kind.ROOT, partition, account, "root", None, None, beside, own)
    head, _, rest = resource.partition("/")
    if head == "assumed-role":
        name, _, session = rest.partition("/")
        known = next(_described_roles(name, partition, account, described), None)
        role = known or _linked_role(name, partition, account, scenario)
        entry = own or known
        found = described.get(entry) if entry else None
        return Caller(principal, Kind.ROLE, partition, account, name, session, role, found or {}, entry)
    name = rest.rpartition("/")[2]
    kinds = {"role": Kind.ROLE, "federated-user": Kind.FEDERATED, "user": Kind.USER}
    role = principal if head == "role" else None
    return Caller(principal, kinds[head], partition, account, name, None, role, beside, own)


def of_request(request: Data, scenario: Data) -> Caller:
    """Take the caller of a request apart: a role that tells aws:userid calls as that session, where policies know it by name."""
    caller = caller_of(request["principal"], scenario)
    told = next((value for key, value in request.get("context", {}).items() if key.lower() == "aws:userid" and value), None)
    if caller.kind is not Kind.ROLE or caller.is_session or told is None:
        return caller
    unique, _, session = (told if isinstance(told, str) else told[0]).partition(":")
    arn = f"arn:{caller.partition}:sts::{caller.account}:assumed-role/{caller.name}/{session}"
    if not unique.startswith("AROA") or json.dumps(arn) not in json.dumps(scenario):
        return caller
    itself = caller_of(arn, scenario)
    own = itself if itself.described == arn else caller
    return replace(itself, role=caller.role, beside=own.beside, described=own.described)


def _described_roles(name: str, partition: str, account: str, described: Mapping[str, Any]) -> Iterator[str]:
    pattern = rf"arn:{partition}:iam::{account}:role/(.*/)?{re.escape(name)}"
    return (arn for arn in described if re.fullmatch(pattern, arn))


def _linked_role(name: str, partition: str, account: str, scenario: Data) -> str | None:
    """Return the service-linked role of this name that a key gives access to: it exists, and no other role has its name."""
    pattern = rf"arn:{partition}:iam::{account}:role/(.*/)?{re.escape(name)}"
    known = {arn for arn in _given_access(scenario) if re.fullmatch(pattern, arn)}
    found = known.pop() if len(known) == 1 else ""
    return found if ":role/aws-service-role/" in found else None


def _given_access(scenario: Data) -> Iterator[str]:
    for access in (scenario, *(scenario.get("keys") or ())):
        statements = (access.get("policy") or {}).get("Statement") or ()
        for statement in [statements] if isinstance(statements, Mapping) else statements:
            principal = statement.get("Principal")
            named = principal.get("AWS", ()) if statement["Effect"] == "Allow" and isinstance(principal, Mapping) else ()
            yield from [named] if isinstance(named, str) else named
        yield from (grant["GranteePrincipal"] for grant in access.get("grants") or () if "GranteePrincipal" in grant)

"""Who asks: the kinds of principals, what stands beside them, and which Principal elements mean them.

Source: IAM User Guide, reference_policies_elements_principal, reference_policies_elements_notprincipal;
reference_policies_evaluation-logic_policy-eval-denyallow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from kmsgen.policy.bundle import Bundle, PrincipalPolicies
from kmsgen.policy.document import Principal, Statement


class Kind(Enum):
    """The kinds of principals; the value is what aws:PrincipalType says."""

    ROOT = "Account"
    USER = "User"
    ROLE = "AssumedRole"
    FEDERATED = "FederatedUser"
    SERVICE = "Service"


class Named(Enum):
    """How a Principal element means a principal."""

    NOT = "not at all"
    DIRECTLY = "by its own name"
    BY_ROLE = "by the name of its role"
    BY_ACCOUNT = "by its account"
    AS_ANYONE = "as anyone"


@dataclass(frozen=True)
class Person:
    """A principal of a request, taken apart. `role` is the ARN of its role as far as it is known."""

    arn: str
    kind: Kind
    account: str
    name: str
    role: str
    beside: PrincipalPolicies
    role_is_known: bool = True

    @property
    def service_linked(self) -> bool:
        """Whether this is a service-linked role: said so, or named so."""
        return self.beside.service_linked or ":role/aws-service-role/" in self.role

    @property
    def condition_arn(self) -> str:
        """What aws:PrincipalArn says: the role of a session."""
        return self.role or self.arn


def look_up(arn: str, bundle: Bundle) -> Person:
    """Take a principal apart and find what stands beside it: under its own name, else under that of its role."""
    if not arn.startswith("arn:"):
        return Person(arn, Kind.SERVICE, "", arn, "", PrincipalPolicies())
    _, _partition, _service, _, account, resource = arn.split(":", 5)
    own = bundle.principals.get(arn)
    if resource == "root":
        return Person(arn, Kind.ROOT, account, "root", "", own or PrincipalPolicies())
    head, _, rest = resource.partition("/")
    if head == "role":
        return Person(arn, Kind.ROLE, account, rest.rpartition("/")[2], arn, own or PrincipalPolicies())
    if head == "assumed-role":
        name = rest.partition("/")[0]
        role = _role_of(name, arn, bundle)
        beside = own or bundle.principals.get(role) or PrincipalPolicies()
        return Person(arn, Kind.ROLE, account, name, role, beside, role in bundle.principals)
    kind = Kind.FEDERATED if head == "federated-user" else Kind.USER
    return Person(arn, kind, account, rest.rpartition("/")[2], "", own or PrincipalPolicies())


def _role_of(name: str, session: str, bundle: Bundle) -> str:
    partition, account = session.split(":")[1], session.split(":")[4]
    for arn in bundle.principals:
        if re.fullmatch(rf"arn:{partition}:iam::{account}:role/(.*/)?{re.escape(name)}", arn):
            return arn
    return f"arn:{partition}:iam::{account}:role/{name}"


def meaning(element: Principal, person: Person) -> Named:
    """Tell how one entry of a Principal element means a person."""
    if element.value == "*" and element.kind in ("*", "AWS"):
        return Named.AS_ANYONE
    if element.kind == "Service":
        return Named.DIRECTLY if person.kind is Kind.SERVICE and element.value == person.arn else Named.NOT
    if element.kind != "AWS" or person.kind is Kind.SERVICE:
        return Named.NOT
    if element.value == person.account or re.fullmatch(rf"arn:[^:]+:iam::{person.account}:root", element.value):
        return Named.BY_ACCOUNT
    if person.kind is Kind.ROLE and is_role_of(element.value, person):
        return Named.BY_ROLE
    return Named.DIRECTLY if element.value == person.arn else Named.NOT


def is_role_of(arn: str, person: Person) -> bool:
    """Tell whether an ARN names the role of a person."""
    return person.kind is Kind.ROLE and arn == person.role


def may_be_role_of(arn: str, person: Person) -> bool:
    """P1: a session's ARN does not tell the path of its role; tell whether an ARN may name it all the same."""
    name = re.escape(person.name)
    return ":assumed-role/" in person.arn and bool(re.fullmatch(rf"arn:[^:]+:iam::{person.account}:role/.*/{name}", arn))


def meanings(statement: Statement, person: Person) -> set[Named]:
    """Tell all the ways in which a Principal element means a person."""
    return {meaning(element, person) for element in statement.principals or ()} - {Named.NOT}


def denied_by_exclusion(statement: Statement, person: Person) -> bool:
    """Tell whether a Deny with NotPrincipal hits a person.

    To be spared, its own ARN, that of its role if it is a session, and that of its account must all be listed, and it
    must have no permissions boundary.
    """
    if person.beside.boundary is not None:
        return True
    listed = {element.value for element in statement.principals or () if element.kind in ("AWS", "Service")}
    if person.kind is Kind.SERVICE:
        return person.arn not in listed
    account = any(re.fullmatch(rf"arn:[^:]+:iam::{person.account}:root|{person.account}", value) for value in listed)
    role = person.kind is not Kind.ROLE or any(is_role_of(value, person) for value in listed)
    return not (account and role and person.arn in listed | ({person.account} if person.kind is Kind.ROOT else set()))

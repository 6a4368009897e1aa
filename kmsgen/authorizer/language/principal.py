"""The caller's ARN taken apart, and how a Principal or NotPrincipal element names the caller.

Source: IAM User Guide, reference_policies_elements_principal, reference_policies_elements_notprincipal, reference-arns.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from kmsgen.arn import ACCOUNT_ID, Arn, is_service_principal, parse_arn
from kmsgen.authorizer.language.wildcards import glob, pieces_of
from kmsgen.policy.bundle import Organization, PrincipalPolicies
from kmsgen.policy.document import Principal

NO_POLICIES = PrincipalPolicies()
SERVICE_LINKED_PATH = "aws-service-role/"
_SERVICE_LINKED_NAME = "AWSServiceRoleFor"
# how names of roles begin that AWS makes, and the paths that such a role can have: x is any text. No page says that nobody else
# gives a role a name like that of a service-linked role. Source: IAM Identity Center User Guide, identity-center-and-iam-roles,
# referencingpermissionsets; IAM User Guide, create-service-linked-role
_PATHS_OF_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "AWSReservedSSO_": ("aws-reserved/sso.amazonaws.com/", "aws-reserved/sso.amazonaws.com/x/"),
        _SERVICE_LINKED_NAME: ("", f"{SERVICE_LINKED_PATH}x/"),
    }
)


class CallerKind(StrEnum):
    """The kinds of principal that sign requests. `ROLE`: a session of the role whose name no policy knows."""

    USER = "user"
    ROLE = "role"
    SESSION = "session"
    FEDERATED = "federated user"
    ROOT = "root user"
    SERVICE = "service"
    ANONYMOUS = "anonymous"
    UNKNOWN = "unknown"


# how a statement or grant names the caller, as flags; DOUBT: only where a silence of AWS is read so
Naming = int
NOT_NAMED, ACCOUNT, ROLE, DIRECT, DOUBT = 0, 1, 2, 4, 8


def at_most(naming: Naming) -> Naming:
    """Return how a naming is read where silences of AWS count as access: a doubt names the caller itself."""
    return naming & ~DOUBT | DIRECT if naming & DOUBT else naming


def may_be_more(naming: Naming) -> bool:
    """Return whether a statement surely names a caller's account or role, and the caller itself perhaps."""
    return bool(naming & DOUBT and naming & (ACCOUNT | ROLE) and not naming & DIRECT)


class Caller(NamedTuple):
    """The principal of a request, with the IAM policies and guard rails on it."""

    arn: str
    kind: CallerKind
    partition: str = ""
    account: str | None = None  # None for services and anonymous callers
    name: str = ""
    session: str = ""
    role: str | None = None  # the ARN of its role
    path_known: bool = True  # False: a session ARN drops the path of a role that is not described
    policies: PrincipalPolicies = NO_POLICIES
    described: bool = False
    service_linked: bool = False
    described_itself: bool = False  # its own ARN is described, not just that of its role
    organization: Organization | None = None  # None if untold

    def __hash__(self) -> int:
        """Hash the ARN alone: the rest follows from it, and hashing policies would be slow."""
        return hash(self.arn)

    @property
    def root(self) -> str:
        """The ARN of the caller's account."""
        return f"arn:{self.partition}:iam::{self.account}:root"

    @property
    def maybe_service_linked(self) -> bool:
        """Whether nothing but the name of its role says that a session is a service-linked role's."""
        return not self.path_known and not self.service_linked and self.name.startswith(_SERVICE_LINKED_NAME)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths that the role of a session has if none is told: none, unless its name tells otherwise."""
        return next((paths for begin, paths in _PATHS_OF_NAMES.items() if self.name.startswith(begin)), ("",))


def caller_of(principal: str, described: Mapping[str, PrincipalPolicies]) -> Caller:
    """Read a principal (ARN, account id, service principal or `*`); `described` maps ARNs to the policies on them.

    A text of no known form gives a caller of kind UNKNOWN.
    """
    if principal == "*":
        return Caller(principal, CallerKind.ANONYMOUS)
    if is_service_principal(principal):
        return Caller(principal, CallerKind.SERVICE, name=principal)
    if ACCOUNT_ID.match(principal):
        principal = f"arn:aws:iam::{principal}:root"
    arn = parse_arn(principal)
    if arn is None or not ACCOUNT_ID.match(arn.account) or arn.region:
        return Caller(principal, CallerKind.UNKNOWN)
    build = _FORMS.get((arn.service, arn.kind))
    caller = build(arn, described) if build else None
    if caller is None:
        return Caller(principal, CallerKind.UNKNOWN, arn.partition, arn.account)
    itself = caller.kind is not CallerKind.ROLE and caller.arn in described
    return caller._replace(described_itself=itself, organization=caller.policies.organization)


def _root(arn: Arn, described: Mapping[str, PrincipalPolicies]) -> Caller | None:
    text = str(arn)
    policies = described.get(text)
    if arn.resource != "root":
        return None
    return Caller(
        text, CallerKind.ROOT, arn.partition, arn.account, policies=policies or NO_POLICIES, described=policies is not None
    )


def _user(arn: Arn, described: Mapping[str, PrincipalPolicies]) -> Caller | None:
    text, name = str(arn), arn.name.rpartition("/")[2]
    policies = described.get(text)
    if not name:
        return None
    return Caller(
        text, CallerKind.USER, arn.partition, arn.account, name, policies=policies or NO_POLICIES, described=policies is not None
    )


def _role(arn: Arn, described: Mapping[str, PrincipalPolicies]) -> Caller | None:
    text, name = str(arn), arn.name.rpartition("/")[2]
    policies = described.get(text)
    if not name:
        return None
    return Caller(
        text, CallerKind.ROLE, arn.partition, arn.account, name, role=text,
        policies=policies or NO_POLICIES, described=policies is not None,
        service_linked=arn.name.startswith(SERVICE_LINKED_PATH) or bool(policies and policies.service_linked),
    )  # fmt: skip


def _session(arn: Arn, described: Mapping[str, PrincipalPolicies]) -> Caller | None:
    text = str(arn)
    name, _, session = arn.name.partition("/")
    if not name or not session or "/" in session:
        return None
    roles = _described_roles(arn, name, described)
    role = roles[0] if len(roles) == 1 else f"arn:{arn.partition}:iam::{arn.account}:role/{name}"
    policies = described.get(text, described.get(role))
    service_linked = len(roles) == 1 and role.partition(":role/")[2].startswith(SERVICE_LINKED_PATH)
    return Caller(
        text, CallerKind.SESSION, arn.partition, arn.account, name, session, role, len(roles) == 1,
        policies or NO_POLICIES, policies is not None, service_linked or bool(policies and policies.service_linked),
    )  # fmt: skip


def _described_roles(arn: Arn, name: str, described: Mapping[str, PrincipalPolicies]) -> list[str]:
    """Return the described roles that a session ARN can belong to; names of roles are unique in an account."""
    head = f"arn:{arn.partition}:iam::{arn.account}:role/"
    return [role for role in described if role.startswith(head) and role.rpartition("/")[2] == name]


def _federated(arn: Arn, described: Mapping[str, PrincipalPolicies]) -> Caller | None:
    text = str(arn)
    policies = described.get(text)
    if not arn.name:
        return None
    return Caller(
        text, CallerKind.FEDERATED, arn.partition, arn.account, arn.name,
        policies=policies or NO_POLICIES, described=policies is not None,
    )  # fmt: skip


_FORMS = {
    ("iam", "root"): _root,
    ("iam", "user"): _user,
    ("iam", "role"): _role,
    ("sts", "assumed-role"): _session,
    ("sts", "federated-user"): _federated,
}


def names(principal: Principal, caller: Caller) -> Naming:
    """Tell how one entry of a Principal element names the caller.

    `*` names a federated user as a role names its session: IAM pages say only of roles that nothing limits what `*` gives (S16).
    """
    if principal.kind == "*" or (principal.kind == "AWS" and principal.value == "*"):
        return ROLE if caller.kind is CallerKind.FEDERATED else DIRECT
    if principal.kind == "AWS":
        return names_aws(principal.value, caller)
    if principal.kind == "Service":
        if caller.kind is not CallerKind.SERVICE:
            return NOT_NAMED
        return _literally(principal.value, caller.arn)
    return DOUBT if principal.kind == "CanonicalUser" else NOT_NAMED


def _literally(pattern: str, text: str) -> Naming:
    """Compare names as they are; AWS takes no wildcard within a principal, so one that fits is a DOUBT (P2)."""
    if "*" in pattern or "?" in pattern:
        return DOUBT if glob(pieces_of(pattern))(text) else NOT_NAMED
    return DIRECT if pattern == text else NOT_NAMED


def names_aws(value: str, caller: Caller) -> Naming:
    """Tell how an account id or an ARN under `AWS` in a Principal element, or of a grant, names the caller."""
    if caller.account is None:
        return NOT_NAMED
    if value == caller.account or (value.endswith(":root") and value == caller.root):
        return DIRECT if caller.kind is CallerKind.ROOT else ACCOUNT
    own = _literally(value, caller.arn)
    if caller.role is None:
        return own or _its_user(value, caller)
    role = _literally(value, caller.role)
    if role == DIRECT or (caller.kind is CallerKind.SESSION and _is_role_of(value, caller)):
        return ROLE
    return role if caller.kind is CallerKind.ROLE else own or role


def _its_user(value: str, caller: Caller) -> Naming:
    """Tell whether a user's ARN may name a federated user's session: DOUBT for any user of the account, as none is told (P7)."""
    head = f"arn:{caller.partition}:iam::{caller.account}:user/"
    return DOUBT if caller.kind is CallerKind.FEDERATED and value.startswith(head) else NOT_NAMED


def _is_role_of(value: str, caller: Caller) -> bool:
    """Whether an ARN is that of a session's role, under any path: names of roles are unique in an account.

    KMS refuses principals that do not exist, so a role of that name under another path is the same role.
    """
    head = f"arn:{caller.partition}:iam::{caller.account}:role/"
    return value.startswith(head) and value.rpartition("/")[2] == caller.name and not set("*?") & set(value)


def named(principals: Iterable[Principal], caller: Caller) -> Naming:
    """Tell how a Principal element names the caller: the flags of all its entries together."""
    found = NOT_NAMED
    for principal in principals:
        found |= names(principal, caller)
    return found


def not_spared(principals: Iterable[Principal], caller: Caller) -> Naming:
    """Tell whom a NotPrincipal statement applies to: NOT_NAMED if the caller is surely exempt, DOUBT if it may be, else DIRECT.

    Surely exempt is a caller that is listed together with its account, a session with its role too.
    Source: IAM User Guide, reference_policies_elements_notprincipal; of a role without its sessions no page tells (S11).
    """
    # nobody with a permissions boundary is (same page)
    if caller.policies.boundary is not None:
        return DIRECT
    listed = tuple(principals)
    found = named((principal for principal in listed if principal.value != "*"), caller)
    needed = DIRECT if caller.role is None else DIRECT | ROLE
    needed |= NOT_NAMED if caller.kind in (CallerKind.ROOT, CallerKind.SERVICE) else ACCOUNT
    if found & needed == needed:
        return NOT_NAMED
    # an account that is listed beside others of it stands there for their sake
    if found == ACCOUNT == named(listed, caller) and any(_is_another(principal.value, caller) for principal in listed):
        return DIRECT
    return DOUBT if named(listed, caller) else DIRECT


def _is_another(value: str, caller: Caller) -> bool:
    """Whether an ARN is of a user, a role or a session in the caller's account, and not of a session of its role."""
    arn = parse_arn(value)
    if arn is None or arn.account != caller.account or arn.kind not in _WITHIN_ACCOUNTS:
        return False
    return arn.kind != "assumed-role" or arn.name.partition("/")[0] != caller.name


_WITHIN_ACCOUNTS = frozenset({"user", "role", "assumed-role", "federated-user"})


def arns_under_paths(caller: Caller, patterns: Iterable[str]) -> tuple[str, ...]:
    """Return the role ARNs worth trying where the path is unknown: under the likely paths, and under each that patterns name."""
    head = f"arn:{caller.partition}:iam::{caller.account}:role/"
    paths = set(caller.paths)
    within = min(paths, key=len)
    for pattern in patterns:
        written = pattern.rpartition(":role/")[2] if ":role/" in pattern else pattern
        for text in (written.rpartition("/")[0], *(written.split("*") if "*" in written else ())):
            path = f"{text.replace('*', 'x').replace('?', 'x').strip('/')}/".removeprefix("/")
            paths |= {path} if path.startswith(within) else set()
    return tuple(f"{head}{path}{caller.name}" for path in sorted(paths))

"""Routes to access: which are open to a caller, and whether SCPs and RCPs apply to the call.

Source: KMS Developer Guide, policy-evaluation, key-policy-modifying-external-accounts, grant-delete, resource-control-policies;
Organizations User Guide, orgs_manage_policies_scps, orgs_manage_policies_rcps.
"""

from typing import NamedTuple

from kmsgen.authorizer.context.permissions import Permission
from kmsgen.authorizer.evaluation.grants import RETIRE
from kmsgen.authorizer.evaluation.outcome import (
    CROSS_ACCOUNT,
    FEDERATED,
    IAM_ONLY,
    NOBODY,
    RETIRING,
    ROOT_ONLY,
    SAME_ACCOUNT,
    SERVICE,
    AccessRoute,
)
from kmsgen.authorizer.language.principal import Caller, CallerKind
from kmsgen.policy.bundle import Organization, PrincipalPolicies

# the routes; the layers to name where no route is open; whether caller and key are in two accounts
Ways = tuple[tuple[AccessRoute, ...], tuple[str, ...], bool]


class Standing(NamedTuple):
    """What of a caller decides its routes, without its name: many callers share one standing."""

    kind: CallerKind
    partition: str
    account: str | None
    policies: PrincipalPolicies
    described: bool
    service_linked: bool
    organization: Organization | None
    maybe_service_linked: bool

    def __hash__(self) -> int:
        """Hash the policies by identity: fast, and principals of an account often share one object."""
        return hash((self.kind, self.account, self.service_linked, id(self.policies)))


def standing_of(caller: Caller) -> Standing:
    """Return the standing of a caller."""
    return Standing(
        caller.kind,
        caller.partition,
        caller.account,
        caller.policies,
        caller.described,
        caller.service_linked,
        caller.organization,
        caller.maybe_service_linked,
    )


def held_by_scps(caller: Standing, *, generous: bool) -> bool:
    """Whether SCPs limit the caller: they do in member accounts, root users included, but not for service-linked roles."""
    organization = caller.organization
    exempt = _spared(caller, generous=generous) or (organization is not None and organization.management_account)
    return bool(caller.policies.scps) and not exempt


def reached_by_rcps(caller: Standing, permission: Permission, *, generous: bool) -> bool:
    """Whether RCPs apply to a call: not for service-linked roles, nor on an AWS managed or a management account's key."""
    key = permission.target.key
    exempt = key is not None and (key.management_account or key.manager == "AWS")
    return permission.target.kind in ("key", "alias", "new key") and not _spared(caller, generous=generous) and not exempt


def _spared(caller: Standing, *, generous: bool) -> bool:
    """Whether a caller is a service-linked role's; `generous`: also where only the name of its role says so."""
    return caller.service_linked or (generous and caller.maybe_service_linked)


def routes(caller: Standing, permission: Permission) -> Ways:
    """Return the routes to access, the layers to name where none is open, and whether caller and key are in two accounts."""
    target = permission.target
    if target.kind == "unknown" or caller.kind in _NOBODIES:
        return NOBODY, ("resource",) if target.kind == "unknown" else _NOBODIES[caller.kind], False
    if caller.kind is CallerKind.SERVICE:
        return _service_routes(permission)
    if target.kind in _WITHOUT_KEY_POLICY:
        # without a key, the root user is exempt from the default deny (IAM User Guide, policy-eval-denyallow; C1)
        return ROOT_ONLY if caller.kind is CallerKind.ROOT else IAM_ONLY, ("identity-policy",), False
    cross = target.account != caller.account
    if target.arn.split(":", 2)[1] != caller.partition or (permission.action.policy_types is None and not caller.service_linked):
        return NOBODY, ("principal",), cross
    if permission.action.name == RETIRE:
        return RETIRING, ("grant",), cross
    within = FEDERATED if caller.kind is CallerKind.FEDERATED else SAME_ACCOUNT
    return CROSS_ACCOUNT if cross else within, ("key-policy",), cross


# KMS takes signed requests only, and without an account there are no IAM policies
_NOBODIES = {CallerKind.UNKNOWN: ("principal",), CallerKind.ANONYMOUS: ("principal",)}
_WITHOUT_KEY_POLICY = frozenset({"*", "alias", "new key"})


def _service_routes(permission: Permission) -> Ways:
    if permission.target.kind != "key":
        return NOBODY, ("identity-policy",), False
    return SERVICE, ("grant",) if permission.action.name == RETIRE else ("key-policy",), False

"""Which ways to access are open to a caller at all, and which guard rails of an organization reach the call.

Source: KMS Developer Guide, policy-evaluation, key-policy-modifying-external-accounts, grant-delete, resource-control-policies;
Organizations User Guide, orgs_manage_policies_scps, orgs_manage_policies_rcps.
"""

from __future__ import annotations

from kmsgen.authorizer.context.permissions import Part
from kmsgen.authorizer.evaluation.grants import RETIRE
from kmsgen.authorizer.evaluation.outcome import CROSS_ACCOUNT, IAM_ONLY, NOBODY, RETIRING, SAME_ACCOUNT, SERVICE, Route
from kmsgen.authorizer.language.principal import Caller, CallerKind

# the routes, the layers that a reason names where none is open, and whether caller and key are of two accounts
Ways = tuple[tuple[Route, ...], tuple[str, ...], bool]


def held_by_scps(caller: Caller) -> bool:
    """Return whether SCPs hold the caller: users, roles and root users of member accounts, not service-linked roles."""
    organization = caller.policies.organization
    return bool(caller.policies.scps) and not caller.service_linked and not (organization and organization.management_account)


def reached_by_rcps(caller: Caller, part: Part) -> bool:
    """Return whether RCPs reach a call; not one by a service-linked role, nor on an AWS managed or a management account's key."""
    key = part.target.key
    exempt = key is not None and (key.management_account or key.manager == "AWS")
    return part.target.kind in ("key", "alias") and not caller.service_linked and not exempt


def routes(caller: Caller, part: Part) -> Ways:
    """Return the ways to access, the layers to name where none is open, and whether caller and key are of two accounts."""
    target = part.target
    if target.kind == "unknown" or caller.kind in _NOBODIES:
        return NOBODY, ("resource",) if target.kind == "unknown" else _NOBODIES[caller.kind], False
    if caller.kind is CallerKind.SERVICE:
        return _service_routes(part)
    if target.kind in ("*", "alias"):
        return IAM_ONLY, ("identity-policy",), False
    cross = target.account != caller.account
    if target.arn.split(":")[1] != caller.partition or (part.action.policy_types is None and not caller.service_linked):
        return NOBODY, ("principal",), cross
    if part.action.name == RETIRE:
        return RETIRING, ("grant",), cross
    return CROSS_ACCOUNT if cross else SAME_ACCOUNT, ("key-policy",), cross


# who has no account has no IAM policy to vouch for it
_NOBODIES = {CallerKind.UNKNOWN: ("principal",), CallerKind.ANONYMOUS: ("identity-policy",)}


def _service_routes(part: Part) -> Ways:
    if part.target.kind != "key":
        return NOBODY, ("identity-policy",), False
    return SERVICE, ("grant",) if part.action.name == RETIRE else ("key-policy",), False

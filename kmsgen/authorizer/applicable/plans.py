"""Plans for a request, one per permission that it needs: which policies, grants and guard rails of a bundle apply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from kmsgen.arn import account_of
from kmsgen.authorizer.applicable.linked_roles import service_linked_roles, with_role_of
from kmsgen.authorizer.applicable.plan import Plan
from kmsgen.authorizer.applicable.rule_set import (
    NO_RULES,
    DeniesOfSomeUser,
    KeyRules,
    Reaching,
    RuleSet,
    rules_of,
    rules_of_levels,
    rules_of_one,
)
from kmsgen.authorizer.context.permissions import Permission, Permissions, needed_beside
from kmsgen.authorizer.context.view import THROUGH_ENDPOINT
from kmsgen.authorizer.evaluation.access_paths import Standing, held_by_scps, reached_by_rcps, routes, standing_of
from kmsgen.authorizer.evaluation.grants import RETIRE, GrantRule
from kmsgen.authorizer.evaluation.kms_errors import refusal_of_key
from kmsgen.authorizer.evaluation.outcome import GENEROUS, Facts
from kmsgen.authorizer.evaluation.refusal import Refusal
from kmsgen.authorizer.language.principal import Caller, CallerKind, caller_of
from kmsgen.authorizer.language.statement import Layer
from kmsgen.authorizer.memo import Memo
from kmsgen.authorizer.request import Request
from kmsgen.policy.bundle import Bundle, Organization, PrincipalPolicies
from kmsgen.policy.letter_case import folded

MAX_REMEMBERED = 65536
# parameters that tell what permissions a request needs
ADDING = frozenset({"Tags", "ReplicaRegion", "MultiRegion", "PrimaryRegion", "DestinationKeyId"})
ENDPOINT = "aws:sourcevpce"
UNTOLD = "some VPC endpoint"
"""Stands for a VPC endpoint that the request does not name: no endpoint policy surely allows it."""
# what of a request decides on its plans: principal, action, resources, VPC endpoint with a known policy, and whether the whole
# call is asked about
_Asked = tuple[str, str, tuple[str, ...], str | None, bool]


class _Needed(NamedTuple):
    """The permissions that a request needs; `beside` says what the call needs besides them, None if nothing."""

    permissions: tuple[Permission, ...]
    beside: str | None


class Reach(NamedTuple):
    """What reaches every request of a caller for a permission: facts, compiled layers."""

    permission: Permission
    facts: Facts
    sets: tuple[RuleSet, ...]


class _Common(NamedTuple):
    """What applies to a permission for every caller of one standing: facts, KMS's refusal, compiled layers.

    `reaching`: of each layer the statements whose Action and Resource elements match, or may match.
    """

    facts: Facts
    refusal: Refusal | None
    sets: tuple[RuleSet, ...]
    reaching: tuple[tuple[RuleSet, Reaching], ...]


class Plans:
    """Makes and keeps the plans for requests on the keys of a bundle."""

    def __init__(self, bundle: Bundle, *, generous: bool) -> None:
        self.bundle = bundle
        self.generous = generous
        self._organizations = organizations(bundle.principals)
        self._linked = service_linked_roles(bundle.keys)
        self._permissions = Permissions(bundle.keys, self._organizations)
        self._keys = KeyRules(bundle.keys, generous=generous)
        self._rcps = rules_of_levels(bundle.rcps, Layer.RCP) if bundle.rcps else NO_RULES
        self._endpoints = {name: rules_of_one(policy, Layer.ENDPOINT) for name, policy in bundle.vpc_endpoint_policies.items()}
        # by id(), as principals may share one object; the object is kept too, so that its id is not used again
        self._beside: dict[tuple[int, bool], tuple[PrincipalPolicies, tuple[RuleSet, ...]]] = {}
        self._callers = Memo(MAX_REMEMBERED, self._caller)
        self._standings = Memo(MAX_REMEMBERED, standing_of)
        self._facts = Memo(MAX_REMEMBERED, self._facts_of)
        self._common = Memo(MAX_REMEMBERED, self._common_of)
        self._plain = Memo(MAX_REMEMBERED, self._plain_needed)
        self._of_users = Memo(MAX_REMEMBERED, self._denies_of_users)
        self._refusals = Memo(MAX_REMEMBERED, _refusal)
        self._plans = Memo(MAX_REMEMBERED, self._plain_plans)

    def of(self, request: Request, *, whole: bool = False) -> tuple[Plan, ...]:
        """Return a plan for each permission that a request names; empty for an action that KMS does not have.

        `whole`: also for those that the call needs and the request leaves out.
        """
        endpoint = self._endpoint(request) if self._endpoints else None
        session = self._session_told(request) if request.context else None
        if session is not None or (request.parameters and not ADDING.isdisjoint(request.parameters)):
            caller = session or self.caller(request.principal)
            return self._plans_for(caller, self._needed(request, whole=whole), endpoint)
        return self._plans[request.principal, request.action, request.resources, endpoint, whole]

    def caller(self, principal: str) -> Caller:
        """Return the caller that a principal (ARN, account id, service principal, `*`) stands for."""
        return self._callers[principal]

    def grants(self, arn: str) -> tuple[GrantRule, ...]:
        """Return the grants of a key."""
        return self._keys.grants(arn)

    def facts(self, request: Request) -> Iterator[tuple[Facts, Refusal | None]]:
        """Yield the facts and KMS's refusal for each permission of a request, without any statement; through no VPC endpoint."""
        caller = self._standings[self.caller(request.principal)]
        needed = self._needed(request) if request.parameters else self._plain[request.action, request.resources, False]
        for permission in needed.permissions:
            yield self._facts[caller, permission, False], self._refusals[permission, caller.account]

    def reach(self, principal: str, action: str) -> Reach:
        """Return what reaches the requests of a principal for an action on one resource, if they come through no VPC endpoint."""
        caller = self._standings[self.caller(principal)]
        (permission,) = self._plain[action, (), False].permissions
        return Reach(permission, self._facts[caller, permission, False], tuple(self._layers(caller, permission, None)))

    def _caller(self, principal: str) -> Caller:
        caller = with_role_of(caller_of(principal, self.bundle.principals), self._linked)
        return caller._replace(organization=caller.organization or self._organizations.get(caller.account))

    def _session_told(self, request: Request) -> Caller | None:
        """Return the session that a role calls as by its aws:userid, where policies know it by name; None for others.

        Source: IAM User Guide, reference_identifiers; reference_policies_elements_principal, role session principals.
        """
        told = next((values for name, values in request.context.items() if folded(name) == "aws:userid" and values), None)
        role = self.caller(request.principal) if told else None
        if not told or role is None or role.kind is not CallerKind.ROLE or not told[0].startswith("AROA"):
            return None
        text = f"arn:{role.partition}:sts::{role.account}:assumed-role/{role.name}/{told[0].partition(':')[2]}"
        if text not in self._sessions:
            return None
        session = self.caller(text)
        own = session if session.described_itself else role
        return session._replace(
            role=role.arn, path_known=True, policies=own.policies, described=own.described, service_linked=role.service_linked
        )

    @cached_property
    def _sessions(self) -> frozenset[str]:
        """The ARNs of sessions that Principal elements, grants or descriptions name."""
        documents = [*(access.policy for access in self.bundle.keys), *self.bundle.vpc_endpoint_policies.values()]
        statements = (statement for document in documents for statement in document.statements)
        named = {principal.value for statement in statements for principal in statement.principals or ()}
        named |= {
            name for access in self.bundle.keys for grant in access.grants for name in (grant.grantee, grant.retiring) if name
        }
        return frozenset(text for text in (*named, *self.bundle.principals) if ":assumed-role/" in text)

    def _endpoint(self, request: Request) -> str | None:
        """Return the VPC endpoint with a known policy by which the request came, or None; UNTOLD if it may be any endpoint."""
        told = {folded(name): values for name, values in request.context.items()}
        if ENDPOINT not in told and not self.generous and any(told.get(key) for key in THROUGH_ENDPOINT):
            return UNTOLD
        return next((value for value in told.get(ENDPOINT, ()) if value in self._endpoints), None)

    def _needed(self, request: Request, *, whole: bool = False) -> _Needed:
        named = self._permissions.of(request)
        permissions = (*named, *self._permissions.left_out(request, named)) if whole else named
        return _Needed(permissions, needed_beside(permissions))

    def _plain_needed(self, key: tuple[str, tuple[str, ...], bool]) -> _Needed:
        action, resources, whole = key
        return self._needed(Request("", action, resources), whole=whole)

    def _plain_plans(self, asked: _Asked) -> tuple[Plan, ...]:
        principal, action, resources, endpoint, whole = asked
        return self._plans_for(self.caller(principal), self._plain[action, resources, whole], endpoint)

    def _plans_for(self, caller: Caller, needed: _Needed, endpoint: str | None) -> tuple[Plan, ...]:
        return tuple([self._plan(caller, permission, endpoint, needed.beside) for permission in needed.permissions])

    def _plan(self, caller: Caller, permission: Permission, endpoint: str | None, beside: str | None) -> Plan:
        common = self._common[self._standings[caller], permission, endpoint]
        plan = Plan(caller, permission, common.facts, generous=self.generous)
        plan.beside = beside if not permission.left_out else None
        plan.refusal = common.refusal
        plan.sets = common.sets
        plan.add(common.reaching)
        if permission.target.access is not None:
            plan.add_grants(self._keys.grants_for(caller, permission.target.arn))
        return plan

    def _common_of(self, key: tuple[Standing, Permission, str | None]) -> _Common:
        caller, permission, endpoint = key
        facts = self._facts[caller, permission, endpoint is not None]
        sets = tuple(self._layers(caller, permission, endpoint))
        reaching = [(rules, rules.reaching(permission)) for rules in sets]
        refusal = self._refusals[permission, caller.account]
        return _Common(facts, refusal, sets, tuple(one for one in reaching if one[1]))

    def _facts_of(self, key: tuple[Standing, Permission, bool]) -> Facts:
        caller, permission, endpoint = key
        ways, wanted, cross = routes(caller, permission)
        policies = caller.policies
        boundary, session = policies.boundary is not None, bool(policies.session_policies)
        levels = len(policies.scps) if held_by_scps(caller, generous=self.generous) else 0
        ways = GENEROUS.get(ways, ways) if self.generous else ways
        sessionless = caller.kind is CallerKind.FEDERATED and not session
        return Facts(ways, wanted, boundary, session, levels, endpoint, cross, caller.kind is CallerKind.ROOT, sessionless)

    def _layers(self, caller: Standing, permission: Permission, endpoint: str | None) -> Iterator[RuleSet]:
        retiring = permission.action.name == RETIRE
        if permission.target.kind == "key" and not retiring:
            yield self._keys.policy(permission.target.arn)
        if caller.account is not None and caller.described:
            yield from self._policies_beside(caller.policies, scps=held_by_scps(caller, generous=self.generous))
        if caller.kind is CallerKind.FEDERATED:
            yield self._of_users[f"arn:{caller.partition}:iam::{caller.account}:user/"]
        if not retiring and reached_by_rcps(caller, permission, generous=self.generous):
            yield self._rcps
        if endpoint is not None and endpoint != UNTOLD:
            yield self._endpoints[endpoint]

    def _policies_beside(self, policies: PrincipalPolicies, *, scps: bool) -> tuple[RuleSet, ...]:
        """Compile a caller's identity policies, boundary, session policies and SCPs."""
        key = (id(policies), scps)
        if key not in self._beside:
            self._beside[key] = (policies, tuple(_beside(policies, scps=scps)))
        return self._beside[key][1]

    def _denies_of_users(self, head: str) -> DeniesOfSomeUser:
        return DeniesOfSomeUser(held for principal, held in self.bundle.principals.items() if principal.startswith(head))


def organizations(described: Mapping[str, PrincipalPolicies]) -> Mapping[str | None, Organization]:
    """Return each account's organization, as described for its principals; none where they are told to be in two."""
    found: dict[str, dict[str, Organization]] = {}
    for principal, policies in described.items():
        account = account_of(principal)
        if account and policies.organization is not None and policies.organization.id:
            found.setdefault(account, {}).setdefault(policies.organization.id, policies.organization)
    return {account: next(iter(told.values())) for account, told in found.items() if len(told) == 1}


def _beside(policies: PrincipalPolicies, *, scps: bool) -> Iterator[RuleSet]:
    yield rules_of(policies.identity_policies, Layer.IDENTITY)
    if policies.boundary is not None:
        yield rules_of_one(policies.boundary, Layer.BOUNDARY)
    if policies.session_policies:
        yield rules_of(policies.session_policies, Layer.SESSION)
    if scps:
        yield rules_of_levels(policies.scps, Layer.SCP)


def _refusal(key: tuple[Permission, str | None]) -> Refusal | None:
    permission, account = key
    return refusal_of_key(permission.action, account, permission.target)

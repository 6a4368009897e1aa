"""One permission: explicit denies, the gates that must all be open, and what gives access.

Source: KMS Developer Guide, policy-evaluation, key-policies, grants, resource-control-policies, kms-vpc-endpoint; IAM User Guide,
reference_policies_evaluation-logic_policy-eval-denyallow, access_policies_boundaries; Organizations User Guide,
orgs_manage_policies_scps, orgs_manage_policies_rcps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.reference import grants, tables
from tests.reference.caller import Kind
from tests.reference.context import in_iam_policies, in_key_policies
from tests.reference.held import Lookup
from tests.reference.principals import Named, meanings, reaches
from tests.reference.statements import Statement, statements
from tests.reference.three import Answer, agreed, all_of, any_of
from tests.reference.view import View

Data = Mapping[str, Any]
Gate = tuple[str, Answer]  # the layer that must allow, and whether it does


@dataclass(frozen=True)
class Way:
    """One way to access: the layers that must allow it, and the statements and grants that it rests on."""

    gates: tuple[Gate, ...]
    reasons: tuple[str, ...]

    @property
    def answer(self) -> Answer:
        """Whether this way is open."""
        return all_of(answer for _layer, answer in self.gates)


@dataclass(frozen=True)
class Permission:
    """A permission of one caller, to be asked about."""

    view: View

    @cached_property
    def lookup(self) -> Lookup:
        """The condition keys for all policies but key policies."""
        return in_iam_policies(self.view)

    # --- explicit denies --------------------------------------------------------------------------------------------------

    def denies(self) -> Iterator[tuple[str, Answer]]:
        """Yield every Deny that may apply, with whether it surely does."""
        for statement, applies in self._denies_of_the_caller():
            yield statement.label, all_of([applies, statement.fits(self.view.need, self.lookup)])
        for statement, applies in self._denies_with_principal():
            in_key_policy = statement.label.startswith("key-policy/")
            lookup = in_key_policies(self.view) if in_key_policy else self.lookup
            reached = reaches(statement.data, self.view.caller)
            yield statement.label, all_of([applies, reached, statement.fits(self.view.need, lookup)])

    def _denies_of_the_caller(self) -> Iterator[tuple[Statement, Answer]]:
        beside = self.view.caller.beside
        boundary = [beside["boundary"]] if beside.get("boundary") else []
        session = beside.get("session_policies") or ()
        layers: list[tuple[str, Iterable[Data], Answer]] = [
            *self._of_users(),
            ("identity-policy", beside.get("identity_policies") or (), True),
            ("boundary", boundary, True),
            ("session-policy", session, True),
            ("scp", [document for level in self._scps() for document in level], self._scps_hold()),
        ]
        for layer, documents, applies in layers:
            yield from ((one, applies) for one in statements(layer, documents) if not one.allows)

    def _of_users(self) -> Iterator[tuple[str, Iterable[Data], Answer]]:
        """Yield what stands beside the users of whom a federated session may be: any of its account (U11)."""
        caller = self.view.caller
        described = (self.view.scenario.get("principals") or {}) if caller.kind is Kind.FEDERATED else {}
        for arn, beside in described.items():
            if arn.startswith(f"arn:{caller.partition}:iam::{caller.account}:user/") and beside:
                yield "identity-policy", beside.get("identity_policies") or (), None
                yield "boundary", [beside["boundary"]] if beside.get("boundary") else [], None

    def _denies_with_principal(self) -> Iterator[tuple[Statement, Answer]]:
        need, scenario = self.view.need, self.view.scenario
        levels = scenario.get("rcps") or ()
        access = need.access if need.half == "key" and need.action != "RetireGrant" else None
        layers: list[tuple[str, Iterable[Data], Answer]] = [
            ("rcp", [document for level in levels for document in level], self._rcps_hold()),
            ("vpc-endpoint-policy", [policy for policy, _sure in self._endpoints()], self._through_known_endpoint()),
            ("key-policy", [access["policy"]] if access and access.get("policy") else [], True),
        ]
        for layer, documents, applies in layers:
            if applies is not False:
                yield from ((one, applies) for one in statements(layer, documents) if not one.allows)

    # --- gates ------------------------------------------------------------------------------------------------------------

    def gates(self) -> Iterator[Gate]:
        """Yield what must allow whatever gives access: the levels of SCPs, the endpoint's policy."""
        for level in self._scps():
            yield "scp", agreed([True, self._allowed(level)]) if self._scps_hold() is None else self._allowed(level)
        for policy, sure in self._endpoints():
            answer = any_of(
                all_of([any_of(found for _named, found in meanings(one.data, self.view.caller)), self._fits(one)])
                for one in statements("vpc-endpoint-policy", [policy])
                if one.allows and "NotPrincipal" not in one.data
            )
            yield "vpc-endpoint-policy", answer if sure else agreed([True, answer])

    def _fits(self, statement: Statement) -> Answer:
        return statement.fits(self.view.need, self.lookup)

    def _allowed(self, documents: Iterable[Data]) -> Answer:
        return any_of(self._fits(one) for one in statements("", documents) if one.allows)

    def _scps(self) -> list[list[Data]]:
        """SCPs are for users and roles of member accounts, the root user among them; not for services."""
        caller = self.view.caller
        organization = self.view.organization(caller.account) or {}
        if caller.kind is Kind.SERVICE or organization.get("management_account") or caller.service_linked is True:
            return []
        return [list(level) for level in caller.beside.get("scps") or ()]

    def _scps_hold(self) -> Answer:
        return None if self.view.caller.service_linked is None else True

    def _rcps_hold(self) -> Answer:
        """RCPs are for actions that name a resource of the organization; not for RetireGrant nor service-linked roles."""
        need, caller = self.view.need, self.view.caller
        first = self.view.scenario["key"]
        key = need.key or first
        untouched = ":" in need.action or need.action == "RetireGrant" or caller.service_linked is True
        if untouched or not tables.action_row(need.action)["resources"] or need.half == "nothing":
            return False
        if key.get("management_account") or key.get("manager") == "AWS":
            return False
        if need.half == "new-key" and caller.account != first["arn"].split(":")[4]:
            return False
        return None if caller.service_linked is None else True

    def _endpoints(self) -> list[tuple[Data, bool]]:
        """Return the policies of the endpoint that the request comes through; of each that it may be, where it is not told."""
        held = self.lookup("aws:sourcevpce")
        policies = self.view.scenario.get("vpc_endpoint_policies") or {}
        if held.texts is not None:
            return [(policies[name], True) for name in held.texts if name in policies]
        told = self.view.says.get("aws:sourcevpce")
        return [(policy, False) for name, policy in policies.items() if told is None or name in told]

    def _through_known_endpoint(self) -> Answer:
        return True if all(sure for _policy, sure in self._endpoints()) else None

    # --- what gives access ------------------------------------------------------------------------------------------------

    def ways(self) -> list[Way]:
        """Return the ways to access that there are, open or not."""
        need, caller = self.view.need, self.view.caller
        if caller.kind is Kind.ANONYMOUS:
            return []  # requests to KMS are signed (KMS Developer Guide, infrastructure-security)
        if need.half == "untold":
            return [Way((("not-told", None),), ())]
        if need.half != "key":
            return self._without_key()
        return list(self._retiring() if need.action == "RetireGrant" else [*self._by_key_policy(), *self._by_grant()])

    def _without_key(self) -> list[Way]:
        """IAM policies alone decide. Of no key the root user may do everything: only to keys it has nothing by default (C1)."""
        caller = self.view.caller
        if caller.kind is Kind.ROOT:
            return [Way((), ())]
        return [] if caller.kind is Kind.SERVICE else self._identity()

    def _identity(self) -> list[Way]:
        """Return what the caller's own account gives: identity policies, within boundary and session policies."""
        documents = self.view.caller.beside.get("identity_policies") or ()
        found = [(one, self._fits(one)) for one in statements("identity-policy", documents) if one.allows]
        given = [Way((("identity-policy", answer), *self.limits()), (one.label,)) for one, answer in found if answer is not False]
        return given or [Way((("identity-policy", False), *self.limits()), ())]

    def limits(self) -> tuple[Gate, ...]:
        """Boundary and session policies, where there are any; a federated session has nothing without a session policy."""
        beside = self.view.caller.beside
        boundary, session = beside.get("boundary"), beside.get("session_policies") or ()
        found: list[Gate] = [("boundary", self._allowed([boundary]))] if boundary else []
        if session or self.view.caller.kind is Kind.FEDERATED:
            found.append(("session-policy", self._allowed(session)))
        return tuple(found)

    @property
    def foreign(self) -> bool:
        """Whether the key is in another account than the caller."""
        return self.view.caller.kind is not Kind.SERVICE and self.view.caller.account != self.view.need.account

    def _by_key_policy(self) -> Iterator[Way]:
        access = self.view.need.access or {}
        lookup = in_key_policies(self.view)
        for statement in statements("key-policy", [access["policy"]] if access.get("policy") else []):
            if not statement.allows:
                continue
            if "NotPrincipal" in statement.data:
                # Allow with NotPrincipal is not allowed: what one does is not said (S11).
                yield Way((("key-policy", None if statement.fits(self.view.need, lookup) is not False else False),), ())
                continue
            for named, sure in meanings(statement.data, self.view.caller):
                gate = ("key-policy", all_of([sure, statement.fits(self.view.need, lookup)]))
                if gate[1] is not False:
                    yield from self._behind(gate, statement.label, named)

    def _behind(self, gate: Gate, label: str, named: Named) -> Iterator[Way]:
        """Yield what a statement of the key policy gives, by how it means the caller."""
        caller = self.view.caller
        if self.foreign:
            yield from self._with_other_account(gate, label)
        elif named is Named.BY_ACCOUNT:
            yield from (Way((gate, *way.gates), (label, *way.reasons)) for way in self._identity())
        elif named in (Named.BY_ROLE, Named.BY_USER):
            yield Way((gate, *self.limits()), (label,))
        elif named is Named.AS_ANYONE and caller.kind is Kind.FEDERATED:
            # That a session policy does not limit what everyone is given is said of roles only (U14).
            yield Way((gate, *((layer, agreed([True, answer])) for layer, answer in self.limits())), (label,))
        else:
            yield Way((gate,), (label,))

    def _with_other_account(self, gate: Gate, label: str) -> Iterator[Way]:
        if self.view.caller.kind is Kind.ROOT and not self.view.caller.beside.get("identity_policies"):
            # Whether the root user needs an allow of its own account for a key of another is not said (U15).
            yield Way((gate, ("identity-policy", None)), (label,))
            return
        yield from (Way((gate, *way.gates), (label, *way.reasons)) for way in self._identity())

    def _by_grant(self) -> Iterator[Way]:
        caller, request = self.view.caller, self.view.request
        for grant in (self.view.need.access or {}).get("grants") or ():
            label = f"grant/{grant.get('GrantId')}"
            name, service = grants.grantee(grant)
            covered = grants.covers(grant, self.view) if grants.usable(grant, request) else False
            if covered is False:
                continue
            if grants.serves(name, caller, service=service):
                # S1: boundary and session policies limit a grant; S2: in another account too the grant is enough.
                yield Way((("key-policy", covered), *self._limits_of_grants()), (label,))
            elif not service and caller.is_account(name):
                yield from self._through_account(("key-policy", covered), label)

    def _limits_of_grants(self) -> tuple[Gate, ...]:
        beside = self.view.caller.beside
        return tuple((layer, answer) for layer, answer in self.limits() if layer == "boundary" or beside.get("session_policies"))

    def _through_account(self, gate: Gate, label: str) -> Iterator[Way]:
        """S6: an account as grantee gives its root user the operations, its other principals with an IAM policy."""
        if self.view.caller.kind is Kind.ROOT:
            yield Way((gate,), (label,))
            return
        yield from (Way((gate, *way.gates), (label, *way.reasons)) for way in self._identity())

    def _retiring(self) -> Iterator[Way]:
        """RetireGrant: the grant itself says who may, or whose account may let its principals; no key policy does."""
        grant, caller = self.view.retired_grant(), self.view.caller
        if grant is None or not grants.usable(grant, self.view.request):
            return
        label = f"grant/{grant.get('GrantId')}"
        retirers = [grants.retiring(grant)]
        retirers += [grants.grantee(grant)] if "RetireGrant" in grants.operations(grant) else []
        if any(name and grants.serves(name, caller, service=service) for name, service in retirers):
            yield Way((("grant", True), *self._limits_of_grants()), (label,))
        accounts = [name for name, service in retirers if not service] + [str(grant.get("IssuingAccount") or "")]
        if any(caller.is_account(name) for name in accounts):
            yield from self._through_account(("grant", True), label)

"""What the prover assumes where a bundle is silent.

A principal that the bundle does not describe is taken to have every identity policy it could have, or none, no boundary, and the
SCPs that all described principals of its account have (Organizations User Guide, orgs_manage_policies_scps). Whoever asks for a
federated session passes the policy that allows most (GetFederationToken, API reference); its name tells nothing of the user who
asked. The key is taken to be enabled and its grants to be usable: both change without any policy.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import UTC, datetime

from kmsgen.arn import parse_arn
from kmsgen.authorizer.applicable.plans import organizations
from kmsgen.authorizer.language.wildcards import glob, pieces_of
from kmsgen.policy.bundle import Bundle, Levels, Organization, PrincipalPolicies
from kmsgen.policy.document import EVERYONE, Condition, Document, Effect, Statement

ANY_IAM_POLICY = "any IAM policy"
"""What a reader is told in the place of the assumed policy."""
ANYTHING = Document((Statement(Effect.ALLOW, ("kms:*",), ("*",), sid="AnyIamPolicy"),))
ASSUMED_SOURCE = "identity-policy/AnyIamPolicy"
UNDESCRIBED = PrincipalPolicies((ANYTHING,))


class AssumedPrincipals(Mapping[str, PrincipalPolicies]):
    """What stands beside every principal there could be: as described, else as assumed. It lists the described ones alone.

    A session is described with its role. `without_iam`: whom nobody describes has nothing beside it; `bounded`: a permissions
    boundary that allows nothing. `user`: federated sessions are this user's.
    """

    def __init__(
        self, described: Mapping[str, PrincipalPolicies], *, without_iam: bool, user: str | None = None, bounded: bool = False
    ) -> None:
        self._described = described
        self._undescribed = UNDESCRIBED._replace(boundary=Document(())) if bounded else UNDESCRIBED
        self._user = user
        self._without_iam = without_iam
        self._organizations = _organizations(described)
        self._scps = _scps(described)
        self._found: dict[str, PrincipalPolicies | None] = {}

    def __getitem__(self, principal: str) -> PrincipalPolicies:
        if principal not in self._found:
            self._found[principal] = self._described.get(principal) or self._assumed(principal)
        found = self._found[principal]
        if found is None:
            raise KeyError(principal)
        return found

    def __contains__(self, principal: object) -> bool:
        """Return whether a principal is described itself: a federated session may have tags beside those of its user."""
        return principal in self._described

    def __iter__(self) -> Iterator[str]:
        return iter(self._described)

    def __len__(self) -> int:
        return len(self._described)

    def _assumed(self, principal: str) -> PrincipalPolicies | None:
        arn = parse_arn(principal)
        if arn is None or arn.kind not in _ASSUMED.get(arn.service, ()):
            return None
        federated = arn.kind == "federated-user"
        user = self._described.get(self._user) if federated and self._user else None
        if user is None and self._without_iam:
            return None
        beside = user or self._of_account(arn.account)
        return beside._replace(session_policies=(ANYTHING,)) if federated else beside

    def _of_account(self, account: str) -> PrincipalPolicies:
        """Return one object an account: principals that share what stands beside them share what is computed from it."""
        key = f"of {account}"
        if key not in self._found:
            organization, scps = self._organizations.get(account), self._scps.get(account, ())
            self._found[key] = self._undescribed._replace(organization=organization, scps=scps)
        return self._found[key] or self._undescribed


_ASSUMED = {"iam": ("user", "role", "root"), "sts": ("federated-user",)}


def assumed(bundle: Bundle, *, without_iam: bool = False, user: str | None = None, bounded: bool = False) -> Bundle:
    """Return the bundle with what the prover assumes about everybody, the keys and their grants.

    With a `user` federated sessions are this user's; who is not described is `bounded` by a boundary that allows nothing.
    """
    keys = tuple(
        access._replace(
            key=access.key._replace(state="Enabled"),
            grants=tuple(grant._replace(propagated=True) for grant in access.grants),
        )
        for access in bundle.keys
    )
    beside = AssumedPrincipals(bundle.principals, without_iam=without_iam, user=user, bounded=bounded)
    return bundle._replace(keys=keys, principals=beside)


def _organizations(described: Mapping[str, PrincipalPolicies]) -> Mapping[str | None, Organization]:
    """Tell the organization of each account of which one is told; every principal of the account is in it."""
    return {account: told._replace(management_account=False) for account, told in organizations(described).items()}


def _scps(described: Mapping[str, PrincipalPolicies]) -> Mapping[str, Levels]:
    """Tell the SCPs of an account from its principals: they hold for all of it, unless it is the one that manages them."""
    found: dict[str, set[Levels]] = {}
    for principal, beside in described.items():
        arn = parse_arn(principal)
        managing = beside.organization is not None and beside.organization.management_account
        if arn is not None and not beside.service_linked:
            found.setdefault(arn.account, set()).add(() if managing else beside.scps)
    return {account: next(iter(told)) for account, told in found.items() if len(told) == 1}


_TIMES = ("aws:currenttime", "aws:epochtime")


def from_now_on(bundle: Bundle, action: str) -> Bundle:
    """Return the bundle whose first key denies an action in the past, so that a request of it is one that can still be made."""
    first, *others = bundle.keys
    past = Condition("DateLessThan", "aws:CurrentTime", (datetime.now(UTC).isoformat(timespec="seconds"),))
    denied = Statement(Effect.DENY, (action,), ("*",), principals=(EVERYONE,), conditions=(past,), sid="Past")
    policy = first.policy._replace(statements=(*first.policy.statements, denied))
    return bundle._replace(keys=(first._replace(policy=policy), *others))


def tells_time(keys: Container[str]) -> bool:
    """Return whether policies that read some condition keys tell one time from another."""
    return any(key in keys for key in _TIMES)


def without_users(bundle: Bundle, patterns: Iterable[str], *, others: bool = False) -> Bundle:
    """Return a bundle whose key policies and grants name no users of some patterns in an Allow, or none but those.

    So nothing that is meant for such a user speaks of federated sessions, which may be anybody's (P7).
    """
    fits = [glob(pieces_of(pattern)) for pattern in patterns]

    def is_left_out(principal: str) -> bool:
        return ":user/" in principal and any(fit(principal) for fit in fits) is not others

    def left(statement: Statement) -> Statement:
        if statement.effect is Effect.DENY or statement.not_principal or statement.principals is None:
            return statement
        return statement._replace(principals=tuple(one for one in statement.principals if not is_left_out(one.value)))

    keys = tuple(
        access._replace(
            policy=access.policy._replace(statements=tuple(map(left, access.policy.statements))),
            grants=tuple(grant for grant in access.grants if not is_left_out(grant.grantee)),
        )
        for access in bundle.keys
    )
    return bundle._replace(keys=keys)

"""The decision itself, gate by gate, for one principal, one action and one resource after the other.

Source: KMS Developer Guide, policy-evaluation, key-policies, grants, resource-control-policies, kms-vpc-endpoint;
IAM User Guide, reference_policies_evaluation-logic_policy-eval-denyallow; Organizations User Guide, orgs_manage_policies_scps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kmsgen.authorizer.request import Request
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.policy.bundle import Bundle, KeyAccess
from kmsgen.policy.document import Document, Effect, Statement
from tests.reference import grants, language
from tests.reference.context import Target, Values, build, context_pairs, of_constraint, without_key_tags
from tests.reference.people import Kind, Named, Person, denied_by_exclusion, may_be_role_of, meanings

UNTOUCHED_BY_RCP = ("RetireGrant",)


@dataclass
class Answer:
    """What is decided for one action on one resource. `reasons` as the scenario format names them."""

    outcome: str
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """One action of a request, with everything that the gates look at."""

    request: Request
    bundle: Bundle
    person: Person
    target: Target
    access: KeyAccess | None
    context: Values


def ask(request: Request, bundle: Bundle, person: Person, target: Target, access: KeyAccess | None) -> Answer:
    """Decide one action of a request on one resource."""
    asked = Asked(request, bundle, person, target, access, build(request, person, target))
    denies = list(_denies(asked))
    if denies:
        return Answer("explicitDeny", denies)
    missing, reasons = _retiring(asked) if target.action == "RetireGrant" else _access(asked)
    missing += _closed_gates(asked)
    return Answer("implicitDeny", missing) if missing else Answer("allowed", reasons)


# --- statements ---------------------------------------------------------------------------------------------------------


def numbered(layer: str, documents: Iterable[Document]) -> Iterator[tuple[str, Statement, str]]:
    """Yield (label, statement, version) of all statements of a layer."""
    count = 0
    for document in documents:
        for statement in document.statements:
            count += 1
            yield f"{layer}/{statement.sid or f'#{count}'}", statement, document.version


def fits(asked: Asked, statement: Statement, version: str, *, in_key_policy: bool = False) -> bool:
    """Tell whether Action, Resource and Condition of a statement fit; a statement that lacks one of the two is inert."""
    if not statement.actions or not statement.resources:
        return False
    deny = statement.effect is Effect.DENY
    context = without_key_tags(asked.context) if in_key_policy and not deny else asked.context
    action = any(language.action_matches(pattern, asked.target.iam_action) for pattern in statement.actions)
    resource = any(language.resource_matches(pattern, asked.target.resource, version, context) for pattern in statement.resources)
    if action is statement.not_action or resource is statement.not_resource:
        return False
    found = [
        all(language.holds(condition, version, reading, deny=deny) for condition in statement.conditions)
        for reading in _readings(asked, context)
    ]
    return any(found) if deny else all(found)


def _readings(asked: Asked, context: Values) -> list[Values]:
    """S8: a RetireGrant request may carry what the grant's constraint says, or not."""
    grants_of = asked.access.grants if asked.access and asked.target.action == "RetireGrant" else ()
    carried = [
        {**context, **of_constraint(grant), "kms:encryptioncontextkeys": tuple(name for name, _ in context_pairs(grant))}
        for grant in grants_of
        if grant.id == asked.request.grant_id
    ]
    return [context, *carried]


def allows(asked: Asked, documents: Iterable[Document]) -> list[str]:
    """Return the statements of policies without Principal that allow the request."""
    return [
        label
        for label, statement, version in numbered("identity-policy", documents)
        if statement.effect is Effect.ALLOW and fits(asked, statement, version)
    ]


# --- explicit denies ----------------------------------------------------------------------------------------------------


def _denies(asked: Asked) -> Iterator[str]:
    beside = asked.person.beside
    own = {
        "identity-policy": beside.identity_policies,
        "boundary": () if beside.boundary is None else (beside.boundary,),
        "session-policy": beside.session_policies,
        "scp": [document for level in _scps(asked) for document in level],
    }
    for layer, documents in own.items():
        for label, statement, version in numbered(layer, documents):
            if statement.effect is Effect.DENY and fits(asked, statement, version):
                yield label
    rcps = [document for level in asked.bundle.rcps for document in level] if _rcps_hold(asked) else []
    key_policy = [asked.access.policy] if asked.access and asked.target.action != "RetireGrant" else []
    for layer, documents in {"rcp": rcps, "vpc-endpoint-policy": _endpoint(asked), "key-policy": key_policy}.items():
        for label, statement, version in numbered(layer, documents):
            fit = fits(asked, statement, version, in_key_policy=layer == "key-policy")
            if statement.effect is Effect.DENY and fit and _hits(statement, asked.person):
                yield label


def _hits(statement: Statement, person: Person) -> bool:
    if statement.not_principal:
        return denied_by_exclusion(statement, person)
    elements = statement.principals or ()
    # S13: whom a CanonicalUser names is not known; P1: the path of a session's role may not be; P7: nor a federated user's user.
    return (
        bool(meanings(statement, person))
        or any(who.kind == "CanonicalUser" for who in elements)
        or (not person.role_is_known and any(may_be_role_of(who.value, person) for who in elements))
        or (person.kind is Kind.FEDERATED and any(who.value.endswith(f":user/{person.name}") for who in elements))
    )


# --- gates that must all be open ----------------------------------------------------------------------------------------


def _scps(asked: Asked) -> tuple[tuple[Document, ...], ...]:
    person = asked.person
    organization = person.beside.organization
    exempt = person.service_linked or (organization is not None and organization.management_account)
    return () if exempt or person.kind is Kind.SERVICE else person.beside.scps


def _rcps_hold(asked: Asked) -> bool:
    # An alias is in the account of its keys.
    key = asked.target.key or (asked.bundle.keys[0].key if ":alias/" in asked.target.resource else None)
    row = ACTIONS.get(asked.target.action)
    if key is None or row is None or not row.resource_types or asked.target.action in UNTOUCHED_BY_RCP:
        return False
    return not (key.management_account or key.manager == "AWS" or asked.person.service_linked)


def _endpoint(asked: Asked) -> list[Document]:
    endpoints = asked.context.get("aws:sourcevpce", ())
    return [policy for name, policy in asked.bundle.vpc_endpoint_policies.items() if name in endpoints]


def _closed_gates(asked: Asked) -> list[str]:
    closed = ["scp"] if any(not allows(asked, level) for level in _scps(asked)) else []
    for document in _endpoint(asked):
        open_ = any(
            statement.effect is Effect.ALLOW and not statement.not_principal
            and meanings(statement, asked.person) and fits(asked, statement, version)
            for _label, statement, version in numbered("vpc-endpoint-policy", [document])
        )  # fmt: skip
        closed += [] if open_ else ["vpc-endpoint-policy"]
    return closed


def _limits(asked: Asked) -> list[str]:
    """Name what limits the caller and does not allow: boundary, session policies."""
    beside = asked.person.beside
    missing = ["boundary"] if beside.boundary is not None and not allows(asked, [beside.boundary]) else []
    return missing + (["session-policy"] if beside.session_policies and not allows(asked, beside.session_policies) else [])


# --- sources of access --------------------------------------------------------------------------------------------------


def _identity(asked: Asked) -> tuple[list[str], list[str]]:
    """Return what is missing on the caller's own side, and what allows there."""
    found = allows(asked, asked.person.beside.identity_policies)
    return ([] if found else ["identity-policy"]) + _limits(asked), found


def _access(asked: Asked) -> tuple[list[str], list[str]]:
    """Return what is missing (nothing: access is given) and what gives it, the best of all ways."""
    if asked.access is None:
        return (["identity-policy"], []) if asked.person.kind is Kind.SERVICE else _identity(asked)
    ways = [*_by_key_policy(asked), *_by_grant(asked)]
    for missing, reasons in ways:
        if not missing:
            return [], reasons
    if not ways:
        return ["key-policy", *(_identity(asked)[0] if _foreign(asked) else [])], []
    return [layer for missing, _reasons in ways for layer in missing], []


def _foreign(asked: Asked) -> bool:
    """Tell whether the key is in another account than the caller."""
    assert asked.access is not None
    return asked.person.kind is not Kind.SERVICE and asked.person.account != asked.access.key.arn.split(":")[4]


def _by_key_policy(asked: Asked) -> Iterator[tuple[list[str], list[str]]]:
    assert asked.access is not None
    person = asked.person
    foreign = _foreign(asked)
    for label, statement, version in numbered("key-policy", [asked.access.policy]):
        if statement.effect is not Effect.ALLOW or statement.not_principal:
            continue
        named = meanings(statement, person)
        if not named or not fits(asked, statement, version, in_key_policy=True):
            continue
        if foreign or (named == {Named.BY_ACCOUNT} and person.kind is not Kind.ROOT):
            missing, found = _identity(asked)
            yield missing, [label, *found]
        elif named <= {Named.BY_ROLE, Named.BY_ACCOUNT}:
            yield _limits(asked), [label]
        else:
            yield [], [label]


def _by_grant(asked: Asked) -> Iterator[tuple[list[str], list[str]]]:
    assert asked.access is not None
    person, request = asked.person, asked.request
    for grant in asked.access.grants:
        if not (grants.usable(grant, request) and grants.covers(grant, request, asked.target.action, person)):
            continue
        if grants.serves(grant.grantee, person, service=grant.grantee_is_service):
            # S2: also for a principal of another account the grant is enough.
            yield _limits(asked), [f"grant/{grant.id}"]
        elif grants.serves_account(grant.grantee, person):
            # S6: an account as grantee gives its root user the operations, its other principals with an IAM policy.
            yield ([] if person.kind is Kind.ROOT else _identity(asked)[0]), [f"grant/{grant.id}"]


def _retiring(asked: Asked) -> tuple[list[str], list[str]]:
    """Decide RetireGrant: the grant itself says who may, or whose account may let its principals."""
    assert asked.access is not None
    person = asked.person
    grant = next((grant for grant in asked.access.grants if grant.id == asked.request.grant_id), None)
    if grant is None or not grants.usable(grant, asked.request):
        return ["grant"], []
    label = [f"grant/{grant.id}"]
    by_grantee = "RetireGrant" in grant.operations
    retirers = [(grant.retiring, grant.retiring_is_service)] if grant.retiring else []
    retirers += [(grant.grantee, grant.grantee_is_service)] if by_grantee else []
    if any(grants.serves(arn, person, service=service) for arn, service in retirers):
        return _limits(asked), label
    accounts = [arn for arn, service in retirers if not service] + [grant.issuing_account or ""]
    if any(grants.serves_account(arn, person) for arn in accounts):
        missing, found = ([], []) if person.kind is Kind.ROOT else _identity(asked)
        return missing, [*label, *found]
    return ["grant"], []

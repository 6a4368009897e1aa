"""Grants: whom they name, and which token and constraints a request must meet.

Source: KMS Developer Guide, grants, create-grant-overview, grant-delete.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from kmsgen.authorizer.context.lookup import lookup
from kmsgen.authorizer.context.view import View
from kmsgen.authorizer.decision import ElementMatch
from kmsgen.authorizer.language import principal as who
from kmsgen.authorizer.language.principal import Caller, CallerKind, Naming
from kmsgen.authorizer.request import Request
from kmsgen.catalogue import grants as catalogue
from kmsgen.policy.document import Effect
from kmsgen.policy.grant import Grant, GrantConstraints, Pairs
from kmsgen.policy.letter_case import folded

RETIRE = "RetireGrant"
CREATE = "CreateGrant"


@dataclass(frozen=True, slots=True, eq=False)
class GrantRule:
    """A grant of a key, compiled. `operations` are those that its parent grants give too.

    `generous`: what AWS leaves open of constraints (C2, P8) is read so that they are met. `doubtful`: operations that it gives
    in that reading alone, since it may or may not be stricter than its parents (C2, S5).
    """

    source: str
    grant: Grant
    operations: frozenset[str]
    generous: bool = False
    doubtful: frozenset[str] = frozenset()
    layer: str = "grant"
    effect: Effect = Effect.ALLOW
    level: int = 0

    @property
    def deny(self) -> bool:
        """Grants only allow."""
        return False

    def names(self, caller: Caller) -> Naming:
        """Return how the grant names the caller as grantee."""
        return names(self.grant.grantee, caller, service=self.grant.grantee_is_service)

    def covers(self, action: str) -> bool:
        """Return whether the grant lists an operation, `Decrypt`."""
        return action in self.operations

    def depends(self, action: str) -> bool:
        """Whether an action's request content matters (token, constraints, child grant), and not only who calls what."""
        constraints = self.grant.constraints
        return not self.grant.propagated or action == CREATE or constraints != GrantConstraints()

    def tests(self, view: View) -> Iterator[ElementMatch]:
        """Yield how the grant token and each constraint meet the request."""
        if not self.grant.propagated:
            yield _token(self.grant, view.request)
        if view.action.name == RETIRE:
            return
        if view.action.name == CREATE:
            yield _child(self.grant, view.request.create_grant, generous=self.generous)
        elif view.action.name not in catalogue.IGNORE_ENCRYPTION_CONTEXT:
            yield from _encryption_context(self.grant.constraints, view.encryption_context, generous=self.generous)
        if self.grant.constraints.source_arn is not None:
            yield _source_arn(self.grant.constraints.source_arn, view, generous=self.generous)


def names(value: str, caller: Caller, *, service: bool) -> Naming:
    """Tell how a grantee or retiring principal names the caller; DOUBT counts as not named.

    `service`: the name is that of a service principal.
    """
    if service or caller.kind is CallerKind.SERVICE:
        return who.DIRECT if service and value == caller.arn and caller.kind is CallerKind.SERVICE else who.NOT_NAMED
    return who.names_aws(value, caller) & ~who.DOUBT


def compile_grants(grants: Iterable[Grant], *, generous: bool = False) -> list[GrantRule]:
    """Compile the grants of a key; a child grant gives only what every grant above it gives too.

    `generous`: in the readings of C2, P8, S5 and S14 that give more access.
    """
    listed = list(map(_unconstrained_if_empty, grants)) if generous else list(grants)
    by_id = {grant.id: grant for grant in listed if grant.id}
    return [_compiled(grant, number, by_id, generous=generous) for number, grant in enumerate(listed, 1)]


def _compiled(grant: Grant, number: int, by_id: Mapping[str, Grant], *, generous: bool) -> GrantRule:
    most = _within_parents(grant, by_id, generous=True)
    operations = most if generous else _within_parents(grant, by_id, generous=False)
    return GrantRule(f"grant/{grant.id or f'#{number}'}", grant, operations, generous, most - operations)


def _unconstrained_if_empty(grant: Grant) -> Grant:
    """Drop an empty EncryptionContextEquals constraint: the reading of S14 that gives more access."""
    if grant.constraints.encryption_context_equals != ():
        return grant
    return grant._replace(constraints=grant.constraints._replace(encryption_context_equals=None))


def _within_parents(grant: Grant, by_id: Mapping[str, Grant], *, generous: bool) -> frozenset[str]:
    operations = frozenset(grant.operations)
    seen = {grant.id}
    child = grant
    while child.parent is not None and child.parent in by_id and child.parent not in seen:
        parent = by_id[child.parent]
        seen.add(parent.id)
        operations &= frozenset(parent.operations)
        if not stricter(parent.constraints, child.constraints, generous=generous):
            return frozenset()
        child = parent
    return frozenset() if child.parent in seen else operations


def stricter(parent: GrantConstraints, child: GrantConstraints, *, generous: bool = False) -> bool:
    """Whether a child grant's constraints are equal to its parent's or stricter; a SourceArn must be the same (S5).

    `generous`: the case of names does not count (C2), nor does the SourceArn.
    """
    if not generous and parent.source_arn is not None and child.source_arn != parent.source_arn:
        return False
    equals, subset = child.encryption_context_equals, child.encryption_context_subset
    if parent.encryption_context_equals is not None:
        return equals is not None and _is_exactly(parent.encryption_context_equals, equals, generous=generous)
    if parent.encryption_context_subset is not None:
        pairs = equals if equals is not None else subset
        return pairs is not None and _holds(parent.encryption_context_subset, pairs, generous=generous)
    return True


def _holds(wanted: Iterable[tuple[str, str]], pairs: Iterable[tuple[str, str]], *, generous: bool) -> bool:
    """Whether all wanted pairs are there; the case of names counts but for the `generous` reading of C2."""
    return _compared(wanted, generous=generous) <= _compared(pairs, generous=generous)


def _is_exactly(wanted: Pairs, pairs: Pairs, *, generous: bool) -> bool:
    """Whether the wanted pairs are there, and no others."""
    return _compared(wanted, generous=generous) == _compared(pairs, generous=generous)


def _compared(pairs: Iterable[tuple[str, str]], *, generous: bool) -> set[tuple[str, str]]:
    return {(folded(name) if generous else name, value) for name, value in pairs}


def _token(grant: Grant, request: Request) -> ElementMatch:
    tokens = grant.tokens or (grant.id,)
    given = any(token in tokens for token in request.grant_tokens if token)
    because = "the request carries its grant token" if given else "it has not propagated, and the request carries no token of it"
    return ElementMatch("Token", given, because)


def _child(parent: Grant, child: Grant | None, *, generous: bool) -> ElementMatch:
    if child is None:
        return ElementMatch("Constraint", matched=False, because="a grant gives CreateGrant for known parameters only")
    beyond = [operation for operation in child.operations if operation not in parent.operations]
    if beyond or not child.operations:
        because = f"the new grant asks for `{', '.join(beyond)}`, beyond its parent"
        return ElementMatch("Constraint", matched=False, because=because)
    fits = stricter(parent.constraints, child.constraints, generous=generous)
    return ElementMatch("Constraint", fits, f"the new grant's constraints are {'' if fits else 'not '}equal or stricter")


def _encryption_context(constraints: GrantConstraints, context: Mapping[str, str], *, generous: bool) -> Iterator[ElementMatch]:
    told = tuple(context.items())
    for name, wanted, meets in (
        ("EncryptionContextEquals", constraints.encryption_context_equals, _is_exactly),
        ("EncryptionContextSubset", constraints.encryption_context_subset, _holds),
    ):
        if wanted is not None:
            matched = meets(wanted, told, generous=generous)
            relation = "meets" if matched else "does not meet"
            because = f"the encryption context {_shown(context)} {relation} {name} {_shown(dict(wanted))}"
            yield ElementMatch("Constraint", matched, because)


def _shown(pairs: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in pairs.items()) + "}"


def silences_of(rule: GrantRule, view: View) -> Iterator[str]:
    """Yield the silences on which it hangs whether the encryption context or the grant to create meets a constraint (C2, S5)."""
    constraints, child = rule.grant.constraints, view.request.create_grant
    alone = replace(rule, grant=rule.grant._replace(constraints=constraints._replace(source_arn=None)))
    read = ([element.matched for element in one.tests(view)] for one in (alone, replace(alone, generous=True)))
    if next(read) != next(read):
        yield "C2"
    if view.action.name == CREATE and child and constraints.source_arn not in (None, child.constraints.source_arn):
        yield "S5"


def _source_arn(wanted: str, view: View, *, generous: bool) -> ElementMatch:
    """Compare aws:SourceArn; one page has the constraint evaluated only where an AWS service makes the request (P8)."""
    values = lookup(view, "aws:sourcearn")
    if values is None and view.action.name == "DescribeKey":
        return ElementMatch("Constraint", matched=True, because="DescribeKey without aws:SourceArn is not held to SourceArn")
    matched = values == (wanted,) or (generous and view.caller.kind is not CallerKind.SERVICE)
    shown = f"`{values[0]}`" if isinstance(values, tuple) else "absent"
    return ElementMatch("Constraint", matched, f"aws:SourceArn is {shown}, the grant asks for `{wanted}`")


def retires(grant: Grant, caller: Caller) -> Naming:
    """Tell how the caller may retire a grant: DIRECT or ROLE if named; ACCOUNT if IAM of a named account must allow it."""
    found = who.NOT_NAMED
    if grant.retiring is not None:
        found |= names(grant.retiring, caller, service=grant.retiring_is_service)
    if RETIRE in grant.operations:
        found |= names(grant.grantee, caller, service=grant.grantee_is_service)
    if grant.issuing_account is not None and grant.issuing_account == caller.account:
        found |= who.DIRECT if caller.kind is CallerKind.ROOT else who.ACCOUNT
    return found


def meant_by(request: Request, rules: Iterable[GrantRule]) -> list[GrantRule]:
    """Return the grants that a RetireGrant request names, by grant id or grant token."""
    return [
        rule
        for rule in rules
        if (request.grant_id and rule.grant.id == request.grant_id)
        or any(token in (rule.grant.tokens or (rule.grant.id,)) for token in request.grant_tokens if token)
    ]

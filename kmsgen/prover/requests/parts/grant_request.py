"""The grant that a CreateGrant request asks for, as one part of a request.

Source: CreateGrant (API reference); KMS Developer Guide, create-grant-overview.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import NamedTuple

from kmsgen.catalogue.condition_keys import GrantKey
from kmsgen.catalogue.grants import MAX_CONTEXT_CHARACTERS, MAX_CONTEXT_PAIRS
from kmsgen.policy.grant import Grant, GrantConstraints, Pairs
from kmsgen.prover.problem import Assignment, OutsideError, Values
from kmsgen.prover.requests.constraints import CONTEXT, ConstraintTest
from kmsgen.prover.requests.parts.parts import PartQuestion, values_of
from kmsgen.prover.values.cells import find
from kmsgen.prover.values.domains import Domain
from kmsgen.prover.values.sets import find_set

GRANT_PRINCIPALS = (
    GrantKey.GRANTEE.value,
    GrantKey.GRANTEE_SERVICE.value,
    GrantKey.RETIRING.value,
    GrantKey.RETIRING_SERVICE.value,
    GrantKey.CONSTRAINT_SOURCE_ARN.value,
)
CREATE = "CreateGrant"
OPERATIONS, CONSTRAINT_TYPE = GrantKey.OPERATIONS.value, GrantKey.CONSTRAINT_TYPE.value
SOURCE_ARN = GrantKey.CONSTRAINT_SOURCE_ARN.value
GRANT_KEYS = (*GRANT_PRINCIPALS, OPERATIONS, CONSTRAINT_TYPE)
"""The condition keys of a CreateGrant that the grant to create decides."""
EQUALS, SUBSET = "EncryptionContextEquals", "EncryptionContextSubset"
SOME_SERVICE = "any-service.amazonaws.com"
SOME_SOURCE = "arn:aws:any-service:us-east-1:999999999999:resource"
_FIELDS = {
    GrantKey.GRANTEE.value: ("grantee", False),
    GrantKey.GRANTEE_SERVICE.value: ("grantee", True),
    GrantKey.RETIRING.value: ("retiring", False),
    GrantKey.RETIRING_SERVICE.value: ("retiring", True),
}


class GrantPart(NamedTuple):
    """The parameters of a CreateGrant. `base` is a grant that KMS would create; its constraint holds the pairs decided before.

    `empty_constraints`: a constraint without pairs counts as one (S14).
    """

    base: Grant
    domains: Mapping[str, Domain]
    takes_context: bool
    empty_constraints: bool

    @property
    def rank(self) -> int:
        """Decided last: the constraint of the grant is made of the pairs decided before."""
        return 4

    def solutions(self, asked: PartQuestion) -> Iterator[Assignment]:
        """Grants to create with which the literals come out as wanted, one of each sort of principals, constraint, operations."""
        pairs = asked.decided.pairs.get(CONTEXT, ())
        kinds = self._constraint_types(pairs)
        for principals, kind, operations in product(self._principals(asked), kinds, self._operations(asked)):
            asked.tick()
            if operations == (CREATE,):
                continue  # KMS refuses it
            values = {**principals, CONSTRAINT_TYPE: (kind,) if kind else None, OPERATIONS: operations}
            found = Assignment(values, grant=self.grant_of(values, pairs))
            if asked.met(found):
                yield found
        if asked.ties.keys & set(GRANT_KEYS):
            raise OutsideError("the parameters of a grant are compared with a policy variable")

    def _constraint_types(self, pairs: Pairs) -> Sequence[str | None]:
        characters = sum(len(name) + len(value) for name, value in pairs)
        if len(pairs) > MAX_CONTEXT_PAIRS or characters > MAX_CONTEXT_CHARACTERS:
            raise OutsideError("a constraint of a grant holds more than KMS takes")
        if not self.takes_context:
            return () if pairs else (None,)
        if pairs:
            return SUBSET, EQUALS
        return (None, SUBSET, EQUALS) if self.empty_constraints else (None,)

    def _principals(self, asked: PartQuestion) -> Iterator[Mapping[str, Values | None]]:
        """Yield who is grantee and who may retire, with the resource of a service; of each sort one that may do."""
        keys = [key for key in GRANT_PRINCIPALS if any(key in look.reads for look in asked.ties.looks)]
        for combination in product(*(self._values(key, asked) for key in keys)):
            values = dict(zip(keys, combination, strict=True))
            if _is_taken(values):
                yield values

    def _values(self, key: str, asked: PartQuestion) -> list[Values | None]:
        domain = self.domains[key]
        named = (text for text in dict.fromkeys(asked.constants(key)) if domain.admits(text))
        return list(dict.fromkeys([*values_of(key, domain, asked), *((text,) for text in named)]))

    def _operations(self, asked: PartQuestion) -> Iterator[Values]:
        """Operation lists within all grants that have to cover them: one that meets the tests, and that with operations more.

        Each operation more is beyond some grant that must not cover the list, one a grant at most; or it keeps CreateGrant from
        standing alone.
        """
        domain = self.domains[OPERATIONS]
        tests = [(look.set(asked.decided.values.get), look.accept(truth=truth)) for look, truth in asked.on(OPERATIONS)]
        limits = [(look.rule.operations, truth) for look, truth in asked.literals if isinstance(look, ConstraintTest)]
        within = [operation for operation in domain.values if all(operation in cover for cover, truth in limits if truth)]
        if not within or not set(domain.within).issubset(within):
            return
        found = find_set(tests, lambda wanted: find(domain._replace(values=tuple(within)), wanted, asked.tick), domain.within)
        if found is None:
            return
        yield found
        left = {frozenset(within).difference(cover) for cover, truth in limits if not truth} - {frozenset()}
        beyond = [operation for operation in within if any(operation in one for one in left)]
        if found == (CREATE,):
            yield from ((CREATE, operation) for operation in within if operation not in (CREATE, *beyond))
        for size in range(1, len(left) + 1):
            for more in combinations(beyond, size):
                asked.tick()
                yield tuple(dict.fromkeys([*found, *more]))

    def grant_of(self, values: Mapping[str, Values | None], pairs: Pairs) -> Grant:
        """Return the grant with these condition keys, pairs and all that KMS asks for beside."""
        kind = (values[CONSTRAINT_TYPE] or (None,))[0]
        source = (values.get(SOURCE_ARN) or (None,))[0]
        constraints = GrantConstraints(pairs if kind == EQUALS else None, pairs if kind == SUBSET else None, source)
        grant = self.base._replace(constraints=constraints, operations=values[OPERATIONS] or self.base.operations)
        if "kms:granteeprincipal" in values and not values["kms:granteeprincipal"]:
            grant = _to_service(grant)
        for key, (field, is_service) in _FIELDS.items():
            given = values.get(key)
            if given and field == "grantee":
                grant = (_to_service(grant) if is_service else grant)._replace(grantee=given[0], grantee_is_service=is_service)
            elif given:
                grant = grant._replace(retiring=given[0], retiring_is_service=is_service)
        return grant


def _is_taken(values: Mapping[str, Values | None]) -> bool:
    """Return whether KMS would take a grant: one grantee, at most one who retires, and what a service needs (CreateGrant)."""
    grantee, service, retiring, retiring_service, source = (values.get(key, ("",)) for key in GRANT_PRINCIPALS)
    tested = {key for key in GRANT_PRINCIPALS if key in values}
    by_principal = grantee is not None if "kms:granteeprincipal" in tested else service is None
    if {"kms:granteeprincipal", "kms:granteeserviceprincipal"} <= tested and (grantee is None) is (service is None):
        return False
    if "kms:granteeprincipal" not in tested and "kms:granteeserviceprincipal" not in tested:
        by_principal = True
    if retiring and retiring_service and {"kms:retiringprincipal", "kms:retiringserviceprincipal"} <= tested:
        return False
    return by_principal or (source is not None and not (retiring is None and retiring_service is None))


def _to_service(grant: Grant) -> Grant:
    """Give a grant what KMS asks for where the grantee is a service."""
    constraints = grant.constraints._replace(source_arn=grant.constraints.source_arn or SOME_SOURCE)
    retiring = grant.retiring or SOME_SERVICE
    return grant._replace(
        grantee=SOME_SERVICE,
        grantee_is_service=True,
        retiring=retiring,
        retiring_is_service=grant.retiring_is_service if grant.retiring else True,
        constraints=constraints,
    )

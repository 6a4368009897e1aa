"""Steps by which a principal can give itself more than it has.

Whoever may change the key policy can give itself everything: that is one step, and reported as such. Of everyone else a step
counts only where it leads to something that the principal may not do in any situation.
Source: KMS Developer Guide, grants, key-policy-overview, abac; ReEncrypt, ReplicateKey, ImportKeyMaterial (API reference).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kmsgen.authorizer import Request
from kmsgen.catalogue import grants, key_specs
from kmsgen.catalogue.actions import ACTIONS
from kmsgen.prover.grouping import Hit
from kmsgen.prover.proof import Budget
from kmsgen.prover.search.bad import access
from kmsgen.prover.search.counterexamples import Hunt
from kmsgen.prover.search.universe import World

Values = tuple[str, ...]
PUT_POLICY, CREATE, REENCRYPT, DECRYPT = "PutKeyPolicy", "CreateGrant", "ReEncryptFrom", "Decrypt"
# A copy of the key under another policy, and key material of the caller's choice.
_NEW_KEYS = ("ReplicateKey", "ImportKeyMaterial")
_TAGS = ("TagResource", "UntagResource")
_ALIASES = ("CreateAlias", "UpdateAlias", "DeleteAlias")
# A grant for an AWS resource is made by the service, to itself: it is none that the caller could give itself.
_BY_ITSELF = {"kms:GrantIsForAWSResource": ("false",)}
_HARMLESS = frozenset({"DescribeKey", "GetPublicKey", "RetireGrant", "CreateGrant"})


def escalations(world: World, exceptions: Iterable[str], budget: Budget) -> tuple[list[Hit], str, bool]:
    """Return each step that gives a principal more, but for the exceptions; why more may exist; whether a reading was open."""
    excepted = tuple(exceptions)
    asked = [one for one in world.everyone if not any(world.named(pattern, one) for pattern in excepted)]
    hunt = _Steps(world, budget)
    found = hunt.hits(asked, [PUT_POLICY], "changes the key policy")
    rulers = {hit.witness.principal for hit in found}
    others = [one for one in asked if one not in rulers]
    held = hunt.held(others)
    found += hunt.hits(others, _NEW_KEYS, "makes a key of its own with the same data in reach")
    found += hunt.hits(others, [*_attributes(world)], "changes what conditions on tags or aliases see")
    readers = [one for one in others if DECRYPT not in held.get(one, ())]
    found += hunt.hits(readers, [REENCRYPT], "reads what it may not decrypt, under another key")
    for operation in sorted(_grantable(world) - _HARMLESS):
        lacking = [one for one in others if operation not in held.get(one, ())]
        found += hunt.granting(lacking, operation)
    return found, hunt.reason, hunt.doubtful


def _attributes(world: World) -> Iterator[str]:
    """Yield the actions that change attributes on which a policy rests."""
    keys = world.words.by_key
    if any(key.startswith("aws:resourcetag/") for key in keys):
        yield from _TAGS
    if "kms:resourcealiases" in keys or "kms:requestalias" in keys:
        yield from _ALIASES


def _grantable(world: World) -> frozenset[str]:
    kinds = [key_specs.key_type(key.spec, key.usage) for key in world.keys]
    return frozenset(operation for kind in kinds if kind for operation in grants.operations(kind))


class _Steps:
    """Hunts single steps; `reason` tells why one may have been missed, `doubtful` whether readings left open were met."""

    def __init__(self, world: World, budget: Budget) -> None:
        self.world = world
        self.budget = budget
        self.reason = ""
        self.doubtful = False

    def _run(self, bases: Iterable[Request], label: str = "") -> list[Hit]:
        hunt = Hunt(self.world, access(self.world.sides[0]), self.budget)
        found = hunt.run(bases)
        self.reason = self.reason or hunt.reason
        self.doubtful = self.doubtful or bool(hunt.doubtful)
        return [hit._replace(labels=(label, *hit.labels)) for hit in found] if label else found

    def hits(self, principals: Iterable[str], actions: Iterable[str], label: str) -> list[Hit]:
        """Return who may take one of these actions."""
        return self._run(self.world.requests(principals, [ACTIONS[action] for action in actions]), label)

    def held(self, principals: Iterable[str]) -> dict[str, set[str]]:
        """Return what each principal may do in some situation, of what a grant could give."""
        actions = [ACTIONS[name] for name in sorted(_grantable(self.world) - _HARMLESS)]
        found: dict[str, set[str]] = {}
        for hit in self._run(self.world.requests(principals, actions)):
            found.setdefault(hit.witness.principal, set()).add(hit.witness.action.partition(":")[2])
        return found

    def granting(self, principals: Iterable[str], operation: str) -> list[Hit]:
        """Return who may create a grant with an operation that it lacks."""
        self.world.operations = (operation,)
        bases = self.world.requests(principals, [ACTIONS[CREATE]])
        with_operation = (
            base._replace(
                create_grant=base.create_grant._replace(operations=(operation,)),
                context={**base.context, **_BY_ITSELF},
            )
            for base in bases
            if base.create_grant
        )
        found = self._run(with_operation, f"grants kms:{operation}, which it lacks")
        self.world.operations = ()
        return found
